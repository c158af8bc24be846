"""What is shown of a result: in a terminal, on a page, to whom."""
