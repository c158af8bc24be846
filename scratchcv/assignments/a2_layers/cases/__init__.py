"""The inputs of the exercises: one module an exercise."""
