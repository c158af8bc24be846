"""The proof that a sheet and the grader are sound."""
