"""Where results go: checked before the work begins, and never over something that is there."""

import json
import os
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from scratchcv.cli.folder_lock import LOCK_NAME, folder_lock
from scratchcv.errors import InputError


def next_free(path: str) -> Path:
    """Return the path, or the first of path-2, path-3, … that nothing bears the name of.

    Examples
    --------
    >>> next_free("no/such/sheet.png").as_posix()
    'no/such/sheet.png'
    """
    wanted = Path(path)
    candidate, number = wanted, 1
    while os.path.lexists(candidate):
        number += 1
        candidate = wanted.with_name(f"{wanted.stem}-{number}{wanted.suffix}")
    return candidate


@contextmanager
def output_folder(path: Path, *, resume: bool | None = None) -> Iterator[Path]:
    """Make a folder for the results of one training at a time; one that stays empty is taken away again.

    Parameters
    ----------
    path : Path
        Absent, or an empty folder; if `resume`, also the folder of a training.
    resume : bool, optional
        Whether to go on with what is there; None for a command that cannot.

    Raises
    ------
    InputError
        When the folder holds something else, cannot be written to, or another training writes there.
    """
    _check_folder(path, resume)
    made = [folder for folder in (path, *path.parents) if not folder.exists()]
    try:
        path.mkdir(parents=True, exist_ok=True)
        _check_writable(path)
        with folder_lock(path):
            _check_folder(path, resume)  # again: another training may have come and gone since
            yield path
    finally:
        for folder in made:
            with suppress(OSError):  # not empty, so it stays
                folder.rmdir()


def _check_folder(path: Path, resume: bool | None) -> None:
    if not os.path.lexists(path):
        return
    if not path.is_dir():
        raise InputError(f"{path}: is a file, a folder for the results was wanted")
    from scratchcv.training.checkpoint import CHECKPOINT_NAME, previous_path

    names = {file.name for file in path.iterdir()} - {LOCK_NAME}
    if names and not resume:
        hint = "" if resume is None else ", or go on with its training by --resume"
        raise InputError(f"{path}: is not empty; choose another --out{hint}")
    # Killed while it wrote its first checkpoint, a training leaves no more than a partial file.
    checkpoints = {CHECKPOINT_NAME, previous_path(CHECKPOINT_NAME).name}
    if names and names.isdisjoint(checkpoints) and names != {f"{CHECKPOINT_NAME}.partial"}:
        raise InputError(f"{path}: there is no {CHECKPOINT_NAME} to go on with")


def _check_writable(folder: Path) -> None:
    probe = folder / ".scratchcv-probe"
    try:
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise InputError(f"{folder}: cannot be written to: {error.strerror}") from error


def check_new_file(
    path: Path, *, overwrite: bool, inputs: Collection[Path] = (), suffixes: Collection[str] = ()
) -> None:
    """Refuse an output file that could not be written, or that would take the place of something.

    Parameters
    ----------
    path : Path
        The file.
    overwrite : bool
        Whether it may replace an existing file.
    inputs : collection of Path
        Files that are read; they are never replaced.
    suffixes : collection of str
        The endings that it may have.

    Raises
    ------
    InputError
        Saying why.
    """
    if suffixes and path.suffix.lower() not in suffixes:
        raise InputError(f"{path}: the file must end in {', '.join(suffixes)}")
    if path.resolve() in {file.resolve() for file in inputs}:
        raise InputError(f"{path}: is an input, and is not written over; choose another --out")
    if path.is_dir():
        raise InputError(f"{path}: is a folder, a file was wanted")
    if os.path.lexists(path) and not overwrite:
        raise InputError(f"{path}: exists already; choose another name, or give --overwrite")
    ancestor = next(folder for folder in path.absolute().parents if os.path.lexists(folder))
    if not ancestor.is_dir():
        raise InputError(f"{path}: cannot be written: {ancestor} is not a folder")
    if not os.access(ancestor, os.W_OK):
        raise InputError(f"{path}: cannot be written: no permission to write to {ancestor}")


def write_json(path: Path, content: Mapping[str, Any]) -> Path:
    """Write a report; either the whole file is there afterwards or what was there before.

    A path that is not Unicode comes from Python with lone surrogates; they are written as JSON's escapes.
    """
    text = json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.partial")
    try:
        partial.write_text(text, encoding="utf-8", errors="backslashreplace")
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return path
