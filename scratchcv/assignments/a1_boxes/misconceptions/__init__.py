"""Wrong implementations of each exercise, each with the hint that it earns."""
