"""Files that exporters write, with gaps for what differs from sheet to sheet."""

import re
from collections.abc import Mapping
from pathlib import Path


def fill(name: str, words: Mapping[str, str]) -> str:
    """Return a template with its gaps ``@word@`` filled.

    Parameters
    ----------
    name : str
        A file in ``templates/``.
    words : mapping of str to str
        What stands in the gaps.

    Raises
    ------
    KeyError
        When there is a gap without a word.
    """
    text = (Path(__file__).parent / "templates" / name).read_text(encoding="utf-8")
    return re.sub("@([a-z_]+)@", lambda gap: words[gap[1]], text)
