"""How well a child is closed off: decided by what was tried in it, not by what was switched on."""

from collections.abc import Mapping
from dataclasses import dataclass, field

LEVELS = ("self-check", "guarded", "sealed")
"""From the weakest to the strongest."""

PROBES = {
    "own uid": "runs as a user of its own, whom no other process belongs to",
    "read": "open a file outside Python and NumPy",
    "write": "make a file",
    "network": "open a socket",
    "fork": "start a process",
    "exec": "run a program",
    "signal": "send the grader a signal",
    "memory": "read the grader's memory",
}
"""What is tried in every child before a submission arrives."""

_FOR_SEALED = ("read", "write", "network", "fork", "exec", "signal", "memory")
_FOR_GUARDED = ("own uid", "network", "fork", "exec", "signal", "memory")

MEANING = {
    "sealed": "A submission can read Python and NumPy; it can neither write, nor connect, nor reach another "
    "process.",
    "guarded": "A submission can read every file that all users may read; the network and other processes "
    "are closed to it.",
    "self-check": "Not isolated: a submission can read and write files, use the network and start processes "
    "with your rights. Right for checking your own code; not for grading that of others.",
}


@dataclass(frozen=True)
class Status:
    """What a child said of itself before the submission arrived.

    Attributes
    ----------
    level : str
        "sealed", "guarded" or "self-check".
    probes, layers : dict
        What became of each attempt, and of each layer: "blocked: EPERM", "open"; "on", "off: why".
    python, numpy, executable : str
        Versions and interpreter.
    uid : int or None
        The user it runs as, where users have numbers.
    """

    level: str
    probes: Mapping[str, str] = field(default_factory=dict)
    layers: Mapping[str, str] = field(default_factory=dict)
    python: str = ""
    numpy: str = ""
    executable: str = ""
    uid: int | None = None


def level_of(probes: Mapping[str, str]) -> str:
    """Return the level that the probes show: whatever was not seen to be blocked is open.

    Examples
    --------
    >>> level_of(dict.fromkeys(PROBES, "blocked"))
    'sealed'
    >>> level_of({})
    'self-check'
    """

    def blocked(names: tuple[str, ...]) -> bool:
        return all(probes.get(name, "open").startswith("blocked") for name in names)

    return "sealed" if blocked(_FOR_SEALED) else "guarded" if blocked(_FOR_GUARDED) else "self-check"


def at_least(level: str, required: str) -> bool:
    """Tell whether a level is as strong as the required one.

    Examples
    --------
    >>> at_least("guarded", "sealed")
    False
    """
    return LEVELS.index(level) >= LEVELS.index(required)
