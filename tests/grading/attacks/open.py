"""What the weaker levels leave open: the one list, by the attacks' names."""

OPEN: dict[str, set[str]] = {"guarded": set(), "self-check": set()}
