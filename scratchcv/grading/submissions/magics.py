"""What IPython understands and Python does not: ``%magics``, ``!commands`` and ``questions?``."""

import re

from scratchcv.grading.submissions.definitions import LeftOut

PYTHON_CELLS = frozenset(("capture", "prun", "time"))
"""Cell magics that run the cell as Python, in which definitions stay."""

_LINE = r"(?:[^\n\\]|\\.|\\\n)*"  # a backslash goes on with the next line
_MAGIC = re.compile(
    rf"""(?P<indent>[ \t]*)(?P<magic>
        [%!?]{_LINE}
        | \w[\w.,\ \t]* = [ \t]* [%!]{_LINE}
        | \w[\w.]*\?\??[ \t]* (?=\n|\Z)
    )""",
    re.VERBOSE,
)
_TOKEN = re.compile(
    r'''
    (?P<open>[(\[{]) | (?P<close>[)\]}]) | (?P<end>\n)
    | \#[^\n]*
    | """(?:[^"\\]|\\.|"(?!""))*(?:"""|\Z) | \'\'\'(?:[^'\\]|\\.|'(?!''))*(?:\'\'\'|\Z)
    | "(?:[^"\\\n]|\\.)*"? | '(?:[^'\\\n]|\\.)*'?
    | \\. | [^()\[\]{}\n\#"'\\]+ | \\
    ''',
    re.VERBOSE | re.DOTALL,
)


def drop_magics(text: str) -> tuple[str, list[LeftOut]]:
    r"""Return a cell's text with ``pass`` in place of each magic, and which they were.

    Parameters
    ----------
    text : str
        The text of a cell, with ``\n`` at the ends of lines.

    Returns
    -------
    text : str
        Lines are where they were. Nothing is left of a cell in another language (``%%bash``).
    left_out : list of LeftOut
        The magics.

    Examples
    --------
    >>> drop_magics("files = !ls\ntext = '''\n! no command'''")
    ("pass\ntext = '''\n! no command'''", [LeftOut(line=1, what='files = !ls')])
    """
    if cell_magic := re.match(r"\s*%%(\w*)", text):
        line = text[: cell_magic.start(1)].count("\n") + 1
        if cell_magic[1] not in PYTHON_CELLS:
            return "\n" * text.count("\n"), [LeftOut(line, f"a cell of %%{cell_magic[1]}")]
    pieces, left_out = [], []
    position, line, depth, at_start = 0, 1, 0, True
    while position < len(text):
        magic = _MAGIC.match(text, position) if at_start and not depth else None
        if magic:
            lines = magic[0].count("\n")
            pieces.append(f"{magic['indent']}pass" + "\n" * lines)
            left_out.append(LeftOut(line, _short(magic["magic"])))
            line, position, at_start = line + lines, magic.end(), False
            continue
        token = _TOKEN.match(text, position)
        assert token  # every character begins one of them
        pieces.append(token[0])
        depth = max(0, depth + bool(token["open"]) - bool(token["close"]))
        line, position, at_start = line + token[0].count("\n"), token.end(), bool(token["end"])
    return "".join(pieces), left_out


def _short(magic: str) -> str:
    first = magic.partition("\n")[0].rstrip()
    return first if len(first) <= 40 else f"{first[:39]}…"
