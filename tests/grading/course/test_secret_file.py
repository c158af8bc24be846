"""The course's secret."""

import os
import sys

import pytest

from scratchcv.errors import InputError
from scratchcv.grading.course.secret_file import fingerprint, new_secret, read_secret


def test_a_new_one(tmp_path):
    path = tmp_path / "course.key"
    new_secret(path)
    secret = read_secret(path)
    assert len(secret) == 64
    new_secret(tmp_path / "other.key")
    assert read_secret(tmp_path / "other.key") != secret
    with pytest.raises(InputError, match="exists already"):
        new_secret(path)
    assert read_secret(path) == secret


def test_one_that_could_be_guessed(tmp_path):
    path = tmp_path / "course.key"
    path.write_bytes(b" 123456789012345\n")
    with pytest.raises(InputError, match="has 15 bytes, a secret has at least 16"):
        read_secret(path)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows files have no mode for others")
@pytest.mark.parametrize("mode", [0o640, 0o604])
def test_one_that_others_can_read(tmp_path, mode):
    path = tmp_path / "course.key"
    path.write_bytes(b"0123456789abcdef\n")
    os.chmod(path, mode)  # noqa: PTH101
    with pytest.warns(UserWarning, match="other people can read this secret; chmod 600"):
        assert read_secret(path) == b"0123456789abcdef"


def test_a_fingerprint_gives_nothing_away():
    assert fingerprint(b"0123456789abcdef") == fingerprint(b"0123456789abcdef")
    assert fingerprint(b"0123456789abcdef") != fingerprint(b"0123456789abcdeg")
    assert len(fingerprint(b"")) == 16
