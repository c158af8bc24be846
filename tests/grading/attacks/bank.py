"""All attacks, from the files beside this one."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from textwrap import indent


@dataclass(frozen=True)
class Attack:
    """One thing that a submission may try.

    Attributes
    ----------
    name : str
    tries : str
        What it is after, in a sentence.
    text : str
        The submission. ``@CANARY@`` and the like stand for places of the arena.
    stopped_by : str
        The layer or the part of the design that makes it harmless.
    control : str
        Where it is shown to work: a setting with fewer layers, or a naive grader.
    """

    name: str
    tries: str
    text: str
    stopped_by: str
    control: str


def load(file):
    """Return the attacks of a file: groups that share what stops them and where they work."""
    groups = tomllib.loads(file.read_text(encoding="utf-8"))["group"]
    return [
        Attack(
            attack["name"],
            attack["tries"],
            submission(group, attack["text"]),
            group["stopped_by"],
            group["control"],
        )
        for group in groups
        for attack in group["attack"]
    ]


def submission(group, text):
    """Return the text as it is handed in.

    After a wrong answer it becomes one statement, since a submission's statements are run one by one even
    when one of them raises. What no text file can hold has a word.
    """
    text = text.replace("@NULL@", "\x00").replace("@HALF@", "\ud800")
    text = re.sub(r"@(\d+) TIMES (.)@", lambda found: int(found[1]) * found[2], text)
    before = group.get("before", "")
    if before.startswith("def double"):
        return f"{before}\nif True:\n{indent(text, '    ')}"
    return before + text


BANK = [attack for file in sorted(Path(__file__).parent.glob("*.toml")) for attack in load(file)]
