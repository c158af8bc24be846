"""Python files that strangers wrote."""

import pytest

from scratchcv.errors import InputError
from scratchcv.grading.submissions.definitions import MOST_CHARACTERS, LeftOut
from scratchcv.grading.submissions.python_file import read_python


def test_definitions_stay():
    assert read_python(b"x = 1\r\nprint(x)\n", "a.py") == ("x = 1\n\n", [LeftOut(2, "print")])


def test_what_does_not_parse_is_left_to_python():
    text = "def f(:\n\tx = 1\nprint(1)"
    assert read_python(text.encode(), "a.py") == (text, [])


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbfx = 1",
        b"# -*- coding: utf-8 -*-\nx = 1",
        b"# vim: set fileencoding=UTF8 :\nx = '\xc3\xa9'",
        b"# -*- coding: latin-1 -*-\nx = 1",
        b"x = 1\n\n# coding: latin-1\ny = '\xc3\xa9'",
    ],
)
def test_encodings_that_are_fine(data):
    assert read_python(data, "a.py") == (data.decode("utf-8-sig"), [])


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is empty"),
        (b" \n\t\n", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        ("x = 1".encode("utf-16"), "is UTF-16"),
        (b"x = 1\n# caf\xe9", "line 2: is not UTF-8"),
        (b"x = 1\n\n\0", "line 3: holds a null character"),
        (b"#!/usr/bin/python\n# coding: latin-1\nx = '\xc3\xa9'", "line 2: declares the encoding latin-1"),
        (b"#" * (MOST_CHARACTERS + 1), "at most 262,144"),
    ],
)
def test_what_is_refused(data, message):
    with pytest.raises(InputError, match=message) as caught:
        read_python(data, "ada/a.py")
    assert str(caught.value).startswith("ada/a.py: ")
