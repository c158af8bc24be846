"""The submissions of a class, in the layouts in which learning platforms hand them out."""

import re
import unicodedata
import warnings
from pathlib import Path

from scratchcv.errors import InputError
from scratchcv.grading.submissions.archive import Archive
from scratchcv.grading.submissions.folder import Folder, is_skipped, read_file
from scratchcv.grading.submissions.sheet_file import ENDINGS, Files, Wanted
from scratchcv.grading.submissions.submission import Submission, Unreadable, read_from, read_submission

MOST_CLASS_BYTES = 2 << 30
MOST_CLASS_FILES = 500_000
"""How large an archive with all submissions may be."""

MOODLE = re.compile(r"(.+_\d+)_assignsubmission_(?:file|onlinetext)(?:_.*)?")
CANVAS = re.compile(r"(.+?)_(?:LATE_)?(\d+)_\d+_.+")


def read_submissions(path: Path, wanted: Wanted) -> list[Submission | Unreadable]:
    """Read the submissions of a class, sorted by name.

    Parameters
    ----------
    path : Path
        A folder or zip archive with a folder, an archive or a file for each student, as Moodle, Canvas or
        people name them; or the submission of one student.
    wanted : Wanted
        What the sheet expects.

    Returns
    -------
    list of Submission or Unreadable
        What cannot be read stops nobody else.

    Raises
    ------
    InputError
        When there is no submission at all.

    Warns
    -----
    UserWarning
        About a file that belongs to no student.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as name:
    ...     for file in ("ada_a1_boxes.py", "lovelace_12_345_a1_boxes.py", "bob.py"):
    ...         _ = Path(name, file).write_text("x = 1")
    ...     [submission.name for submission in read_submissions(Path(name), Wanted("a1_boxes"))]
    ['ada', 'bob', 'lovelace_12']
    """
    if path.is_dir():
        files: Files = Folder(path)
    elif path.suffix.lower() == ".zip":
        data = read_file(path, path.name, most_bytes=MOST_CLASS_BYTES)
        files = Archive(data, path.name, most_files=MOST_CLASS_FILES, most_bytes=MOST_CLASS_BYTES)
    else:
        return [_attempt_file(path, wanted)]
    folder = _unwrap(files, wanted)
    if _is_sheet_file_among(files.children(folder), wanted):
        name = path.resolve().name if path.is_dir() else path.stem
        return [_attempt(files, (folder,), wanted, _printable(name))]
    students = _students(files, folder, wanted)
    if not students:
        raise InputError(f"{path}: there is no submission in it")
    return [_attempt(files, tops, wanted, name) for name, tops in sorted(students.items())]


def _attempt(files: Files, tops: tuple[str, ...], wanted: Wanted, name: str) -> Submission | Unreadable:
    if len(tops) > 1 and not all(map(_from_platform, tops)):
        return Unreadable(name, f"{' and '.join(tops)}: two submissions have this name")
    try:
        return read_from(files, tops, wanted, name)
    except InputError as error:
        return Unreadable(name, str(error))


def _attempt_file(path: Path, wanted: Wanted) -> Submission | Unreadable:
    name = _printable(path.stem)
    try:
        return read_submission(path, wanted, name)
    except InputError as error:
        if not path.exists():
            raise
        return Unreadable(name, str(error))


def _unwrap(files: Files, wanted: Wanted) -> str:
    """Return the folder in which the submissions lie: an archive often holds one folder with all of them."""
    inner, entries = "", _visible(files.children())
    while len(entries) == 1 and all(entries.values()):
        inner = f"{inner}/{next(iter(entries))}".removeprefix("/")
        entries = _visible(files.children(inner))
    several = sum(_holds_one(name, is_folder, wanted) for name, is_folder in entries.items()) > 1
    return inner if several and not _is_sheet_file_among(entries, wanted) else ""


def _holds_one(name: str, is_folder: bool, wanted: Wanted) -> bool:
    return is_folder or name.lower().endswith(".zip") or _from_platform(name) or wanted.names(name)


def _is_sheet_file_among(children: dict[str, bool], wanted: Wanted) -> bool:
    expected = {f"{wanted.sheet}{ending}".casefold() for ending in ENDINGS}
    return any(name.casefold() in expected for name, is_folder in children.items() if not is_folder)


def _students(files: Files, folder: str, wanted: Wanted) -> dict[str, tuple[str, ...]]:
    """Return what is each student's, by the student's name."""
    students: dict[str, tuple[str, ...]] = {}
    for child, is_folder in sorted(_visible(files.children(folder)).items()):
        top = f"{folder}/{child}".removeprefix("/")
        student = _student(child, is_folder, wanted)
        if student is None:
            warnings.warn(f"{files.name}: {top}: is nobody's submission, left out", stacklevel=3)
        else:
            students[student] = (*students.get(student, ()), top)
    return students


def _student(child: str, is_folder: bool, wanted: Wanted) -> str | None:
    if moodle := MOODLE.fullmatch(child):
        return _printable(moodle[1])
    canvas = CANVAS.fullmatch(child)
    if canvas and not is_folder:
        return _printable(f"{canvas[1]}_{canvas[2]}")
    if is_folder:
        return _printable(child)
    stem, dot, ending = child.rpartition(".")
    if f"{dot}{ending}".lower() not in (*ENDINGS, ".zip"):
        return None
    return _printable(stem.removesuffix(f"_{wanted.sheet}"))


def _from_platform(top: str) -> bool:
    name = top.rpartition("/")[2]
    return bool(MOODLE.fullmatch(name) or CANVAS.fullmatch(name))


def _visible(children: dict[str, bool]) -> dict[str, bool]:
    return {
        name: is_folder
        for name, is_folder in children.items()
        if name and not is_skipped(f"{name}/" if is_folder else name)
    }


def _printable(name: str) -> str:
    """Return a student's name in characters that every table can hold."""
    return "".join(c if c.isprintable() else "?" for c in unicodedata.normalize("NFC", name))
