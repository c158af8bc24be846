"""Zip archives that strangers made: read in memory, each file only when it is asked for, nothing unpacked."""

import bisect
import io
import stat
import unicodedata
import zipfile
from collections import Counter

from scratchcv.errors import InputError

MOST_FILES = 2_000
"""How many files a student's archive may have."""

MOST_ARCHIVE_BYTES = 20 << 20
"""How large a student's archive may be."""

_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # bzip2 and LZMA can ask for any amount of memory


class Archive:
    """The files of a zip archive.

    Parameters
    ----------
    data : bytes
        The archive.
    name : str
        What messages call it.
    most_files, most_bytes : int
        A larger one is refused.

    Raises
    ------
    InputError
        When this is no zip archive, or too large.

    Examples
    --------
    >>> buffer = io.BytesIO()
    >>> with zipfile.ZipFile(buffer, "w") as made:
    ...     made.writestr("work/boxes.py", "x = 1")
    >>> archive = Archive(buffer.getvalue(), "ada.zip")
    >>> archive.paths(), archive.read("work/boxes.py", most_bytes=1000)
    (['work/boxes.py'], b'x = 1')
    """

    def __init__(
        self, data: bytes, name: str, *, most_files: int = MOST_FILES, most_bytes: int = MOST_ARCHIVE_BYTES
    ) -> None:
        self.name = name
        if len(data) > most_bytes:
            raise InputError(f"{name}: has {len(data):,} bytes, at most {most_bytes:,} are read")
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except Exception as error:  # hostile bytes: zipfile's parser raises much more than BadZipFile
            raise InputError(f"{name}: is not a zip archive, or a damaged one: {_reason(error)}") from error
        members = [(_path(member), member) for member in self._zip.infolist()]
        members = [(path, member) for path, member in members if not path.endswith("/")]
        if len(members) > most_files:
            raise InputError(f"{name}: holds {len(members):,} files, at most {most_files:,} are read")
        self._members = dict(members)
        self._count = Counter(_folded(path) for path, _ in members)
        self._paths = sorted(self._members)

    def paths(self, top: str = "") -> list[str]:
        """Return the paths of all files, or of those at and below `top`, sorted.

        They are spelled as in the archive, with ``/`` between folders. Unsafe ones are among them: whether a
        file can be had is said by `read`.
        """
        if not top:
            return list(self._paths)
        first, last = (bisect.bisect_left(self._paths, f"{top}{end}") for end in ("/", "0"))  # 0 follows /
        return [top] * (top in self._members) + self._paths[first:last]

    def children(self, folder: str = "") -> dict[str, bool]:
        """Return what is in a folder by name, and whether each is a folder itself."""
        below = len(folder) + 1 if folder else 0
        inner = (path[below:].partition("/") for path in self.paths(folder) if path != folder)
        return {name: bool(slash) for name, slash, _ in inner}

    def read(self, path: str, *, most_bytes: int) -> bytes:
        """Return a file's bytes.

        Parameters
        ----------
        path : str
            One of `paths()`.
        most_bytes : int
            A file of more bytes is refused; they are counted as they come out, whatever the archive claims.

        Raises
        ------
        InputError
            When the path leads out of the archive or occurs twice, when it is no plain file, is encrypted,
            damaged or too large.
        """
        member, place = self._members[path], f"{self.name}: {path}"
        if fault := self._fault(path, member):
            raise InputError(f"{place}: {fault}")
        try:
            with self._zip.open(member) as file:
                data = file.read(most_bytes + 1)
        except Exception as error:  # as above
            raise InputError(f"{place}: is damaged: {_reason(error)}") from error
        if len(data) > most_bytes:
            raise InputError(f"{place}: unpacks to more than {most_bytes:,} bytes")
        return data

    def _fault(self, path: str, member: zipfile.ZipInfo) -> str:
        parts = path.split("/")
        kind = stat.S_IFMT(member.external_attr >> 16)
        if "" in parts or "." in parts or ".." in parts or ":" in parts[0]:
            return "the path leads out of the archive"
        if not path.isprintable() or len(path) > 500:
            return "the path has characters that no file name has, or too many"
        if self._count[_folded(path)] > 1:
            return "there are two files of this name"
        if kind and not stat.S_ISREG(kind):
            return "is a link or a device, a plain file was wanted"
        if member.flag_bits & 1:
            return "is encrypted"
        if member.compress_type not in _METHODS:
            return "is compressed by another method than deflate"
        return ""


def _path(member: zipfile.ZipInfo) -> str:
    return member.filename.replace("\\", "/")


def _folded(path: str) -> str:
    """Return what two paths have in common that are one file on some systems."""
    return unicodedata.normalize("NFC", path).casefold()


def _reason(error: Exception) -> str:
    return str(error) or type(error).__name__
