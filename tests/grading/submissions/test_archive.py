"""Zip archives that strangers made: what is safe is read, all else refused with its name."""

import io
import os
import random
import stat
import warnings
import zipfile

import pytest

from scratchcv.errors import InputError
from scratchcv.grading.submissions.archive import Archive

LIMIT = 1 << 20


def pack(*members, method=zipfile.ZIP_DEFLATED):
    """Return a zip of (name or ZipInfo, content)."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as made, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # two files of one name
        for name, content in members:
            made.writestr(name, content)
    return buffer.getvalue()


def special(name, kind):
    info = zipfile.ZipInfo(name)
    info.external_attr = (kind | 0o777) << 16
    return info


def encrypted():
    data = bytearray(pack(("a.py", "x = 1")))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + offset] |= 1
    return bytes(data)


def lying():
    """A member that says it unpacks to one byte."""
    data = bytearray(pack(("a.py", b"0" * (4 * LIMIT))))
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        place = data.index(signature) + offset
        data[place : place + 4] = (1).to_bytes(4, "little")
    return bytes(data)


def test_files_and_folders():
    archive = Archive(pack(("b/x.py", "1"), ("b/", ""), ("a.py", "2"), ("b/c/y.py", "3"), ("b0", "")), "z")
    assert archive.paths() == ["a.py", "b/c/y.py", "b/x.py", "b0"]
    assert archive.paths("b") == ["b/c/y.py", "b/x.py"]
    assert archive.paths("a.py") == ["a.py"]
    assert archive.children() == {"a.py": False, "b": True, "b0": False}
    assert archive.children("b") == {"c": True, "x.py": False}
    assert archive.read("b/c/y.py", most_bytes=1) == b"3"


@pytest.mark.parametrize(
    ("data", "path", "message"),
    [
        (pack(("../../etc/x.py", "")), "../../etc/x.py", "leads out"),
        (pack(("/etc/x.py", "")), "/etc/x.py", "leads out"),
        (pack((r"..\x.py", "")), "../x.py", "leads out"),
        (pack(("C:/x.py", "")), "C:/x.py", "leads out"),
        (pack(("a/./x.py", "")), "a/./x.py", "leads out"),
        (pack(("a\x1b[2J.py", "")), "a\x1b[2J.py", "characters that no file name has"),
        (pack(("a" * 600, "")), "a" * 600, "too many"),
        (pack(("a.py", "1"), ("A.py", "2")), "a.py", "two files"),
        (pack(("a.py", "1"), ("a.py", "2")), "a.py", "two files"),
        (pack(("\u00e9.py", "1"), ("e\u0301.py", "2")), "\u00e9.py", "two files"),
        (pack((special("a.py", stat.S_IFLNK), "/etc/shadow")), "a.py", "link"),
        (pack((special("a.py", stat.S_IFIFO), "")), "a.py", "device"),
        (encrypted(), "a.py", "encrypted"),
        (pack(("a.py", "1" * 99), method=zipfile.ZIP_LZMA), "a.py", "another method"),
        (pack(("a.py", b"0" * (LIMIT + 1))), "a.py", "unpacks to more than 1,048,576"),
        (lying(), "a.py", "damaged"),
    ],
)
def test_what_is_refused(data, path, message):
    archive = Archive(data, "ada.zip")
    assert path in archive.paths()
    with pytest.raises(InputError, match=message) as caught:
        archive.read(path, most_bytes=LIMIT)
    assert str(caught.value).startswith(f"ada.zip: {path}: ")


def test_one_bad_file_does_not_spoil_the_others():
    archive = Archive(pack(("../x.py", ""), ("a.py", "x = 1")), "z")
    assert archive.read("a.py", most_bytes=LIMIT) == b"x = 1"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "not a zip"),
        (b"PK\x03\x04" + os.urandom(50), "not a zip"),
        (pack(("a.py", "x" * 1000))[:-30], "not a zip"),
        (pack(*((f"{number}.py", "") for number in range(11))), "holds 11 files, at most 10"),
        (pack(("a", os.urandom(2000))), "bytes, at most 2,000"),
    ],
    ids=["empty", "noise", "cut off", "many files", "large"],
)
def test_no_archive(data, message):
    with pytest.raises(InputError, match=message) as caught:
        Archive(data, "ada.zip", most_files=10, most_bytes=2000)
    assert str(caught.value).startswith("ada.zip: ")


def survive_mutants(count):
    """Read mutants of good and bad archives, and return how many files came out."""
    rng, read = random.Random(0), 0
    seeds = [
        pack(("hw/a.py", "x = 1"), ("b.ipynb", "{}" * 50)),
        pack(("a.py", "x = 1" * 20), ("b.py", "y"), method=zipfile.ZIP_STORED),
        pack(("a.py", "x" * 5000), method=zipfile.ZIP_LZMA),
        pack(("a.py", b"0" * 100_000)),
        encrypted(),
    ]
    for _ in range(count):
        data = bytearray(rng.choice(seeds))
        for _ in range(rng.randrange(1, 5)):
            place = rng.randrange(len(data))
            match rng.randrange(4):
                case 0 | 1:
                    data[place] = rng.randrange(256)
                case 2:
                    del data[place : place + rng.randrange(1, 9)]
                case 3:
                    data[place : place + 4] = rng.choice([b"\xff" * 4, b"\0" * 4, b"PK\5\6"])
        try:
            archive = Archive(bytes(data), "z")
        except InputError:
            continue
        for path in archive.paths():
            try:
                assert len(archive.read(path, most_bytes=LIMIT)) <= LIMIT
                read += 1
            except InputError:
                pass
    return read


def test_mutants():
    assert survive_mutants(2000) > 200


@pytest.mark.slow
def test_many_mutants():
    assert survive_mutants(100_000) > 10_000
