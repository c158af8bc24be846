"""Checking a file or a folder: which sheet it belongs to, and the visible cases asked of it."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path

from scratchcv.errors import InputError
from scratchcv.grading.check import Progress, check_source
from scratchcv.grading.result import SubmissionResult
from scratchcv.grading.sheets.sheet import Sheet, load_sheet, sheet_names
from scratchcv.grading.submissions.folder import is_skipped
from scratchcv.grading.submissions.sheet_file import ENDINGS, Wanted, source_of
from scratchcv.grading.submissions.submission import read_submission

MOST_BYTES = 5 << 20


def check_file(
    path: Path, sheet: Sheet | None = None, *, only: Sequence[str] | None = None, progress: Progress = iter
) -> SubmissionResult:
    """Ask the visible cases of what is in a file or a folder.

    Parameters
    ----------
    path : Path
        A ``.py`` file or a notebook, or a folder or a zip archive that holds one.
    sheet : Sheet, optional
        By default the one that the file is named after, else the one whose functions it defines.
    only, progress
        As `check_source` takes them.

    Raises
    ------
    InputError
        When there is nothing to check, or it is not clear which sheet it belongs to.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "a1_boxes.py").write_text("def nms(): ...")
    ...     result = check_file(Path(folder), only=["box_iou"])
    >>> result.sheet, result.exercises[0].problem
    ('a1_boxes', 'there is no function box_iou')
    """
    if sheet is None:
        sheet = load_sheet(_sheet_of(path))
    submission = read_submission(path, wanted(sheet))
    # The guide lies beside every student's file: that it is not read needs no word.
    usual = {f"graded: {sheet.name}.py", f"not read: {sheet.name}.ipynb"}
    notes = [note for note in submission.notes if note not in usual or not usual.issubset(submission.notes)]
    result = check_source(
        sheet, submission.source, only=only, notes=notes, place=submission.where, progress=progress
    )
    return dataclasses.replace(result, digest=submission.digest)


def wanted(sheet: Sheet) -> Wanted:
    """Return what a sheet expects to be handed in."""
    return Wanted(sheet.name, tuple(exercise.name for exercise in sheet.exercises))


def _sheet_of(path: Path) -> str:
    """Return the name of the sheet that a file, or the files of a folder, belong to."""
    if not path.exists():
        raise InputError(f"{path}: there is no such file or folder")
    files = [path] if path.is_file() else sorted(file for file in path.iterdir() if file.is_file())
    files = [file for file in files if file.name.lower().endswith(ENDINGS) and not is_skipped(file.name)]
    names = sheet_names()
    named = [name for name in names if any(Wanted(name).names(file.name) for file in files)]
    if not named:
        texts = [_text(file) for file in files]
        named = [name for name in names if any(wanted(load_sheet(name)).defines(text) for text in texts)]
    if len(named) == 1:
        return named[0]
    if named:
        raise InputError(f"{path}: holds {' and '.join(named)}: say which one is meant by --sheet")
    found = ", ".join(file.name for file in files[:5]) or "no Python file"
    expected = " nor ".join(f"{name}.py" for name in names)
    raise InputError(f"{path}: there is neither {expected}, but {found}; name the sheet by --sheet")


def _text(file: Path) -> str:
    try:
        with file.open("rb") as stream:
            return source_of(stream.read(MOST_BYTES), file.name)
    except (InputError, OSError):  # whoever reads it for good will say what is wrong with it
        return ""
