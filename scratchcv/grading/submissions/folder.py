"""Folders that strangers filled: plain files only, no link is followed, each file is read at most once."""

import os
import stat
from pathlib import Path

from scratchcv.errors import InputError

MOST_ENTRIES = 20_000
"""How many files and folders of a student are looked at."""

SKIPPED = frozenset(("__MACOSX", "__pycache__", "venv", "site-packages", "node_modules"))
"""Folders that programs fill, not people; those whose names begin with a dot are skipped too."""

_SAFELY = (
    getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)


class Folder:
    """The files of a folder and of the folders below it.

    Parameters
    ----------
    root : Path
        The folder.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as name:
    ...     _ = Path(name, "boxes.py").write_text("x = 1")
    ...     folder = Folder(Path(name))
    ...     folder.paths(), folder.read("boxes.py", most_bytes=1000)
    (['boxes.py'], b'x = 1')
    """

    def __init__(self, root: Path) -> None:
        self.root, self.name = root, root.name

    def paths(self, top: str = "") -> list[str]:
        """Return the paths of all files, or of those at and below `top`, sorted, with ``/`` between folders.

        Links are among them, and refused when read; what they lead to is not. A folder that programs fill
        (see `is_skipped`) is left out.

        Raises
        ------
        InputError
            When there is too much, or a folder cannot be listed.
        """
        if top and (not (self.root / top).is_dir() or (self.root / top).is_symlink()):
            return [top]
        found, waiting, seen = [], [top], 0
        while waiting:
            folder = waiting.pop()
            for name, is_folder in self.children(folder).items():
                seen += 1
                if seen > MOST_ENTRIES:
                    raise InputError(
                        f"{top or self.name}: holds more than {MOST_ENTRIES:,} files and folders"
                    )
                path = f"{folder}/{name}" if folder else name
                if not is_folder:
                    found.append(path)
                elif not is_skipped(f"{path}/"):
                    waiting.append(path)
        return sorted(found)

    def children(self, folder: str = "") -> dict[str, bool]:
        """Return what is in a folder by name, and whether each is a folder itself; links are none.

        Raises
        ------
        InputError
            When it cannot be listed.
        """
        try:
            with os.scandir(self.root / folder) as entries:
                return {entry.name: entry.is_dir(follow_symlinks=False) for entry in entries}
        except OSError as error:
            raise InputError(f"{folder or self.root}: cannot be listed: {error.strerror}") from error

    def read(self, path: str, *, most_bytes: int) -> bytes:
        """Return a file's bytes.

        Raises
        ------
        InputError
            When it is a link or no plain file, is too large, or cannot be read.
        """
        return read_file(self.root / path, path, most_bytes=most_bytes)


def read_file(file: Path, name: str, *, most_bytes: int) -> bytes:
    """Return the bytes of a plain file.

    Parameters
    ----------
    file : Path
        The file.
    name : str
        What messages call it.
    most_bytes : int
        A larger file is refused.

    Raises
    ------
    InputError
        When it is a link or no plain file, is too large, or cannot be read.

    Examples
    --------
    >>> read_file(Path("nowhere.py"), "nowhere.py", most_bytes=1)
    Traceback (most recent call last):
    scratchcv.errors.InputError: nowhere.py: cannot be read: No such file or directory
    """
    try:
        if file.is_symlink():
            raise InputError(f"{name}: is a link; hand in the file itself")
        # A pipe in the file's place must not make us wait, nor a link that took it since lead us away.
        descriptor = os.open(file, os.O_RDONLY | _SAFELY)
        with open(descriptor, "rb") as stream:  # noqa: PTH123  a descriptor has no path
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise InputError(f"{name}: is no plain file")
            data = stream.read(most_bytes + 1)
    except (OSError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{name}: cannot be read: {getattr(error, 'strerror', None) or error}") from error
    if len(data) > most_bytes:
        raise InputError(f"{name}: has more than {most_bytes:,} bytes")
    return data


def is_skipped(path: str) -> bool:
    """Say whether a file was made by a program rather than by a person: its name or one of its folders tells.

    Examples
    --------
    >>> [is_skipped(path) for path in ("work/boxes.py", "__MACOSX/work/._boxes.py", "work/.DS_Store")]
    [False, True, True]
    """
    *folders, name = path.split("/")
    hidden = any(part.startswith(".") and part not in (".", "..") for part in (*folders, name))
    return hidden or not SKIPPED.isdisjoint(folders) or name.casefold() in ("thumbs.db", "desktop.ini")
