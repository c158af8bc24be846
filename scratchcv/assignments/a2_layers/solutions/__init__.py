"""Right implementations that differ from the library's: every one must earn all points."""
