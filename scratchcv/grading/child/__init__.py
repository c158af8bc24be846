"""All that the sealed process consists of: the standard library and NumPy, nothing else of this package."""

__all__: list[str] = []
