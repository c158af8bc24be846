"""The tests of scratchcv; `tests/` mirrors the package, room by room and file by file."""
