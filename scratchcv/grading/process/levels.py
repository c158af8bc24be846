"""How well a child is closed off: decided by what was tried in it, not by what was switched on."""

from collections.abc import Mapping
from dataclasses import dataclass, field

LEVELS = ("self-check", "guarded", "sealed")
"""From the weakest to the strongest."""

PROBES = {
    "read": "open a file outside Python and NumPy",
    "write": "make a file",
    "network": "open a socket",
    "fork": "start a process",
    "exec": "run a program",
    "signal": "send the grader a signal",
    "memory": "read the grader's memory",
}
"""What is tried in every child before a submission arrives."""

_FILES = ("read", "write")

MEANING = {
    "sealed": "A submission can read Python and NumPy; it can neither write, nor connect, nor reach another "
    "process.",
    "guarded": "A submission can read every file that all users may read; the network and other processes "
    "are closed to it.",
    "self-check": "Not isolated: a submission can read your files and use the network. Right for checking "
    "your own code, not for grading that of others.",
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


def level_of(probes: Mapping[str, str], *, own_uid: bool) -> str:
    """Return the level that the probes show: whatever was not seen to be blocked is open.

    Parameters
    ----------
    probes : dict
        What became of each attempt.
    own_uid : bool
        Whether the child runs as a user that owns nothing. It makes up for open files, since the grader's are
        then not the child's.

    Examples
    --------
    >>> level_of(dict.fromkeys(PROBES, "blocked: EPERM"), own_uid=False)
    'sealed'
    >>> level_of(dict.fromkeys(PROBES, "blocked: EPERM") | {"read": "open"}, own_uid=True)
    'guarded'
    >>> level_of({}, own_uid=True)
    'self-check'
    """
    opened = {name for name in PROBES if not probes.get(name, "open").startswith("blocked")}
    if not opened:
        return "sealed"
    return "guarded" if own_uid and opened <= set(_FILES) else "self-check"


def at_least(level: str, required: str) -> bool:
    """Tell whether a level is as strong as the required one.

    Examples
    --------
    >>> at_least("guarded", "sealed")
    False
    """
    return LEVELS.index(level) >= LEVELS.index(required)


def explain(status: Status) -> str:
    r"""Return a table of what was tried in a child and what became of it.

    Examples
    --------
    >>> table = explain(Status("self-check", {"fork": "open"}, {"uid": "off: needs the superuser's rights"}))
    >>> print(table.partition("\n\n")[2])
    tried: open a file outside Python and NumPy  not tried
    tried: make a file                           not tried
    tried: open a socket                         not tried
    tried: start a process                       open
    tried: run a program                         not tried
    tried: send the grader a signal              not tried
    tried: read the grader's memory              not tried
    layer: uid                                   off: needs the superuser's rights
    """
    rows = [(f"tried: {words}", status.probes.get(name, "not tried")) for name, words in PROBES.items()]
    rows += [(f"layer: {name}", state) for name, state in status.layers.items()]
    width = max(len(what) for what, _ in rows)
    table = "\n".join(f"{what:{width}}  {outcome}" for what, outcome in rows)
    return f"level: {status.level}\n{MEANING[status.level]}\n\n{table}"
