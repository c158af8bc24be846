"""Wrong implementations: the docstring of each is what a student who wrote it should read."""
