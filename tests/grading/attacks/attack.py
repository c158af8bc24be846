"""What an attack is, and the words that stand for places in its text."""

from dataclasses import dataclass
from textwrap import indent

WRONG = "def double(x): return 0 * x"
"""Begins most attacks: an answer that deserves no point, so that any point is a theft."""


@dataclass(frozen=True)
class Attack:
    """One thing that a submission may try.

    Parameters
    ----------
    name : str
    tries : str
        What it is after, in a sentence.
    text : str
        The submission. ``@CANARY@`` and the like stand for the places of the arena.
    stopped_by : str
        The layer or the part of the design that makes it harmless.
    control : str
        Where it is shown to work: a configuration of the sandbox with fewer layers, or a naive grader.
    """

    name: str
    tries: str
    text: str
    stopped_by: str
    control: str


def attacks(
    stopped_by: str, control: str, table: dict[str, tuple[str, str]], *, whole: bool = False
) -> list[Attack]:
    """Return the attacks of a table of ``name: (what it tries, text)`` that share layer and control.

    Parameters
    ----------
    whole : bool
        Whether the text is a submission as it is. Otherwise it becomes one statement after a wrong answer, since
        a submission's statements are run one by one even when one of them raises.
    """

    def submission(text: str) -> str:
        return text if whole else f"{WRONG}\nif True:\n{indent(text, '    ')}\n"

    return [
        Attack(name, tries, submission(text), stopped_by, control) for name, (tries, text) in table.items()
    ]
