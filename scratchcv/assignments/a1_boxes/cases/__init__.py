"""The inputs of each exercise."""
