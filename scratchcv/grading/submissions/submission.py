"""What a student hands in: a Python file or a notebook, alone, in a folder or in a zip archive."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from scratchcv.errors import InputError
from scratchcv.grading.submissions.archive import MOST_ARCHIVE_BYTES, Archive
from scratchcv.grading.submissions.definitions import LeftOut
from scratchcv.grading.submissions.folder import Folder, read_file
from scratchcv.grading.submissions.notebook import place, read_notebook
from scratchcv.grading.submissions.python_file import read_python
from scratchcv.grading.submissions.sheet_file import (
    ENDINGS,
    MOST_BYTES,
    Files,
    SheetFile,
    Wanted,
    find_sheet_file,
)

SHOWN = 3
"""How many places a note names before it only counts them."""


@dataclass(frozen=True)
class Submission:
    """What is graded.

    Attributes
    ----------
    name : str
        The student's, or the file's.
    source : str
        Python text: imports, definitions and assignments. Lines of a ``.py`` file are where they were.
    digest : str
        SHA-256 of the file that was handed in, hexadecimal.
    notes : tuple of str
        What the student should know of how the file was read.
    cells : tuple of (int, int)
        Of a notebook: the line of `source` that a cell begins on, and its number.
    """

    name: str
    source: str
    digest: str
    notes: tuple[str, ...] = ()
    cells: tuple[tuple[int, int], ...] = ()

    def where(self, line: int) -> str:
        """Return where a line of `source` is in what the student wrote.

        Examples
        --------
        >>> Submission("ada", "x = 1", "").where(1)
        'line 1'
        >>> Submission("ada", "x = 1", "", cells=((1, 4),)).where(1)
        'cell 4, line 1'
        """
        return place(self.cells, line) if self.cells else f"line {line}"


@dataclass(frozen=True)
class Unreadable:
    """What a student handed in and nobody can grade, and why."""

    name: str
    reason: str


def read_submission(path: Path, wanted: Wanted, name: str = "") -> Submission:
    r"""Read one student's submission.

    Parameters
    ----------
    path : Path
        A ``.py`` or ``.ipynb`` file, which is taken whatever its name is, or a zip archive or folder in which
        `find_sheet_file` finds one.
    wanted : Wanted
        What the sheet expects.
    name : str
        The student's; by default the file's.

    Raises
    ------
    InputError
        When there is nothing to grade, or it is not clear what.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "mine.py").write_text("def nms(): ...\nprint(nms())")
    ...     submission = read_submission(Path(folder), Wanted("a1_boxes", ("nms",)), "ada")
    >>> submission.source, submission.notes
    ('def nms(): ...\n', ('graded: mine.py', 'left out: print (line 2)'))
    """
    name = name or path.stem
    if path.is_dir():
        return read_from(Folder(path), ("",), wanted, name)
    if path.suffix.lower() == ".zip":
        data = read_file(path, path.name, most_bytes=MOST_ARCHIVE_BYTES)
        return read_from(Archive(data, path.name), ("",), wanted, name)
    if not path.name.lower().endswith(ENDINGS):
        raise InputError(f"{path.name}: must be a .py, .ipynb or .zip file, or a folder")
    return _read(SheetFile(path.name, read_file(path, path.name, most_bytes=MOST_BYTES)), wanted, name)


def read_from(files: Files, tops: tuple[str, ...], wanted: Wanted, name: str) -> Submission:
    """Read a student's submission from among files.

    Parameters
    ----------
    files : Files
        An archive or a folder.
    tops : tuple of str
        What in it is the student's; ``("",)`` for all. A Python file or notebook alone is taken whatever its
        name is.
    wanted : Wanted
        What the sheet expects.
    name : str
        The student's.

    Raises
    ------
    InputError
        When there is nothing to grade, or it is not clear what.
    """
    if len(tops) == 1 and tops[0].lower().endswith(ENDINGS):
        return _read(SheetFile(tops[0], files.read(tops[0], most_bytes=MOST_BYTES)), wanted, name)
    return _read(find_sheet_file(files, tops, wanted), wanted, name)


def _read(file: SheetFile, wanted: Wanted, name: str) -> Submission:
    notes = []
    if file.others or not wanted.names(file.path):
        notes.append(f"graded: {file.path}")
    if file.others:
        notes.append(f"not read: {_some(file.others)}")
    cells: tuple[tuple[int, int], ...] = ()
    if file.path.lower().endswith(".ipynb"):
        notebook = read_notebook(file.data, file.path)
        source, left_out, cells = notebook.source, notebook.left_out, notebook.cells
        notes += [f"{place(cells, line)}: the cell does not parse ({why})" for line, why in notebook.broken]
    else:
        source, left_out = read_python(file.data, file.path)
    submission = Submission(name, source, hashlib.sha256(file.data).hexdigest(), cells=cells)
    return replace(submission, notes=(*notes, *_left_out(left_out, submission)))


def _left_out(left_out: Sequence[LeftOut], submission: Submission) -> list[str]:
    """Return a note that names everything once, and where it stands."""
    places: dict[str, list[str]] = {}
    for line, what in left_out:
        places.setdefault(what, []).append(submission.where(line))
    named = [f"{what} ({_some([*dict.fromkeys(where)], '; ')})" for what, where in places.items()]
    return [f"left out: {', '.join(named)}"] if named else []


def _some(words: Sequence[str], separator: str = ", ") -> str:
    more = [f"{len(words) - SHOWN} more"] if len(words) > SHOWN else []
    return separator.join([*words[:SHOWN], *more])
