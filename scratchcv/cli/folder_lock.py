"""Only one command writes into a folder at a time."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from scratchcv.errors import InputError

LOCK_NAME = ".lock"

if sys.platform == "win32":
    import msvcrt

    def _take(file: BinaryIO) -> None:
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _take(file: BinaryIO) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def folder_lock(folder: Path) -> Iterator[None]:
    """Keep others out of a folder for a ``with`` block, by a lock on the file ``.lock`` in it.

    Raises
    ------
    InputError
        When somebody else has the lock.

    Notes
    -----
    The operating system holds the lock and drops it with the process, so a killed training leaves at most a
    file that means nothing. On a file system that knows no locks, training goes on without one.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as name:
    ...     with folder_lock(Path(name)):
    ...         inside = [file.name for file in Path(name).iterdir()]
    ...     inside, [*Path(name).iterdir()]
    (['.lock'], [])
    """
    path = folder / LOCK_NAME
    with _locked_file(path):
        try:
            yield
        finally:
            with suppress(OSError):  # Windows removes no open file; it is tried again below
                path.unlink()
    with suppress(OSError):
        if sys.platform == "win32":
            path.unlink()


def _locked_file(path: Path) -> BinaryIO:
    while True:
        file = path.open("ab")
        try:
            _take(file)
        except (BlockingIOError, PermissionError) as error:
            file.close()
            raise InputError(f"{path.parent}: another command is writing here") from error
        except OSError:  # no locks on this file system
            return file
        if _is_still_there(file, path):
            return file
        file.close()  # its owner removed it, ending, between our opening and locking it


def _is_still_there(file: BinaryIO, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False
