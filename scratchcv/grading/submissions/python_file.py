"""Python files that strangers wrote: UTF-8 or a clear refusal, and the definitions in them."""

import re

from scratchcv.errors import InputError
from scratchcv.grading.submissions.definitions import MOST_CHARACTERS, LeftOut, keep_definitions

_COOKIE = re.compile(r"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")  # PEP 263
_UTF_8 = ("utf-8", "utf8", "u8", "utf-8-sig", "ascii", "us-ascii")


def read_python(data: bytes, name: str) -> tuple[str, list[LeftOut]]:
    r"""Return the definitions in a Python file, on the lines where they were, and what was left out.

    A text that does not parse is returned as it is: the student is to read Python's own message.

    Parameters
    ----------
    data : bytes
        A ``.py`` file; a byte-order mark of UTF-8 is welcome.
    name : str
        What messages call it.

    Raises
    ------
    InputError
        When this is no text in UTF-8, is empty or too long.

    Examples
    --------
    >>> read_python(b"x = 1\nprint(x)", "a1_boxes.py")
    ('x = 1\n', [LeftOut(line=2, what='print')])
    """
    text = _decode(data, name)
    if not text.strip():
        raise InputError(f"{name}: is empty")
    if len(text) > MOST_CHARACTERS:
        raise InputError(f"{name}: has {len(text):,} characters, at most {MOST_CHARACTERS:,} are read")
    try:
        return keep_definitions(text)
    except SyntaxError:
        return text, []


def _decode(data: bytes, name: str) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise InputError(f"{name}: is UTF-16; save it as UTF-8")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError(f"{name}: line {line}: is not UTF-8; save the file as UTF-8") from error
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise InputError(f"{name}: line {line}: holds a null character: this is no text")
    for number, comment in enumerate(text.split("\n", 2)[:2], start=1):
        cookie = _COOKIE.match(comment)
        # What is plain ASCII means the same under every declaration that an editor writes.
        if cookie and cookie[1].lower().replace("_", "-") not in _UTF_8 and not text.isascii():
            fault = f"declares the encoding {cookie[1]}; remove that and save the file as UTF-8"
            raise InputError(f"{name}: line {number}: {fault}")
    return text
