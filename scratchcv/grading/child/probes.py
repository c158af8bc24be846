"""Tries what a submission must not be able to do."""


def probe(parent: int) -> dict[str, str]:
    """Return what became of each attempt."""
    return {}
