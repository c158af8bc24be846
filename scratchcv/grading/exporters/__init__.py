"""Sheets for the platforms that courses grade on: Gradescope, nbgrader, otter and GitHub."""
