"""Which of a student's files is graded."""

import re
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from scratchcv.errors import InputError
from scratchcv.grading.submissions.archive import MOST_ARCHIVE_BYTES, Archive
from scratchcv.grading.submissions.folder import is_skipped
from scratchcv.grading.submissions.notebook import read_notebook
from scratchcv.grading.submissions.python_file import read_python

MOST_BYTES = 5 << 20
"""How large a file that is graded may be."""

MOST_CANDIDATES = 50
"""How many Python files of a student are looked into."""

ENDINGS = (".py", ".ipynb")


class Files(Protocol):
    """What an archive and a folder have in common."""

    name: str

    def paths(self, top: str = "") -> list[str]:
        """Return the paths of all files, or of those at and below `top`."""

    def children(self, folder: str = "") -> dict[str, bool]:
        """Return what is in a folder by name, and whether each is a folder itself."""

    def read(self, path: str, *, most_bytes: int) -> bytes:
        """Return a file's bytes."""


@dataclass(frozen=True)
class Wanted:
    """What a sheet expects students to hand in.

    Attributes
    ----------
    sheet : str
        The sheet's name: ``<sheet>.py`` or ``<sheet>.ipynb`` is looked for.
    functions : tuple of str
        The exercises' names, by which a file of another name is recognised.
    """

    sheet: str
    functions: tuple[str, ...] = ()

    def names(self, path: str) -> bool:
        """Say whether a file has the expected name, perhaps with what a browser or an LMS adds to it.

        Examples
        --------
        >>> paths = "work/a1_boxes.py", "ada_123_456_a1_boxes-2.py", "a1_boxes (1).ipynb", "a1_boxes_old.py"
        >>> [Wanted("a1_boxes").names(path) for path in paths]
        [True, True, True, False]
        """
        expected = rf"(?:.*[\W_])?{re.escape(self.sheet)}(?:-\d+|[ _]?\(\d+\))?\.(?:py|ipynb)"
        return bool(re.fullmatch(expected, path.rpartition("/")[2], re.IGNORECASE))

    def defines(self, source: str) -> bool:
        """Say whether a text defines one of the exercises.

        Examples
        --------
        >>> [Wanted("a1_boxes", ("nms",)).defines(text) for text in ("def nms(x): ...", "nms(x)")]
        [True, False]
        """
        names = "|".join(map(re.escape, self.functions)) or "(?!)"
        return bool(re.search(rf"^(?:def\s+(?:{names})\b|(?:{names})\s*=)", source, re.MULTILINE))


class SheetFile(NamedTuple):
    """The file that is graded: its path, its bytes, and the student's other Python files."""

    path: str
    data: bytes
    others: tuple[str, ...] = ()


def find_sheet_file(files: Files, tops: tuple[str, ...], wanted: Wanted, *, nested: int = 2) -> SheetFile:
    """Return the file that is graded.

    It is the one that has the expected name and defines functions of the sheet, else the one that defines
    some, else the one that has the name. An archive within is opened where there is nothing else.

    Parameters
    ----------
    files : Files
        An archive or a folder.
    tops : tuple of str
        What in it is the student's; ``("",)`` for all.
    wanted : Wanted
        What the sheet expects.
    nested : int
        How many archives may lie in each other.

    Raises
    ------
    InputError
        When there is none, or more than one; the message names what was looked for and what was found.
    """
    paths = [path for top in tops for path in files.paths(top) if not is_skipped(path)]
    python = [path for path in paths if path.lower().endswith(ENDINGS)]
    archives = [path for path in paths if path.lower().endswith(".zip")]
    if not python and len(archives) == 1 and nested:
        data = files.read(archives[0], most_bytes=MOST_ARCHIVE_BYTES)
        return find_sheet_file(Archive(data, archives[0]), ("",), wanted, nested=nested - 1)
    named = [path for path in python if wanted.names(path)]
    if len(python) > MOST_CANDIDATES:
        python = named
    found, faults = _read_all(files, python, wanted)
    for good in (
        [path for path in named if path in found and found[path][1]],
        [path for path in python if path in found and found[path][1]],
        [path for path in named if path in found],
    ):
        if not good or (faults.keys() & named and not found.keys() & named):
            continue
        if len({found[path][0] for path in good}) > 1:
            raise InputError(f"{' and '.join(good)}: which of them is to be graded? Hand in one")
        return SheetFile(good[0], found[good[0]][0], tuple(path for path in python if path != good[0]))
    if faults:
        raise next((faults[path] for path in named if path in faults), next(iter(faults.values())))
    raise InputError(_nothing(wanted, paths))


def _read_all(
    files: Files, paths: list[str], wanted: Wanted
) -> tuple[dict[str, tuple[bytes, bool]], dict[str, InputError]]:
    """Return each file's bytes and whether it defines an exercise; and the faults of unreadable ones."""
    found, faults = {}, {}
    for path in paths[:MOST_CANDIDATES]:
        try:
            data = files.read(path, most_bytes=MOST_BYTES)
            found[path] = data, wanted.defines(source_of(data, path))
        except InputError as error:
            faults[path] = error
    return found, faults


def source_of(data: bytes, path: str) -> str:
    """Return the definitions in a file as one text.

    Raises
    ------
    InputError
        When the file is not what its name says.

    Examples
    --------
    >>> source_of(b"x = 1", "a1_boxes.py")
    'x = 1'
    """
    if path.lower().endswith(".ipynb"):
        return read_notebook(data, path).source
    return read_python(data, path)[0]


def _nothing(wanted: Wanted, paths: list[str]) -> str:
    names = " or ".join(f"{wanted.sheet}{ending}" for ending in ENDINGS)
    defines = f", or a file that defines {', '.join(wanted.functions)}" if wanted.functions else ""
    shown = ", ".join(paths[:10]) or "no file"
    more = f" and {len(paths) - 10} more" if len(paths) > 10 else ""
    return f"there is nothing to grade: {names}{defines} was looked for, {shown}{more} found"
