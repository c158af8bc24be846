"""Values and strangers' text on one line of a report, made harmless and short."""

import re
from typing import Any

import numpy as np

from scratchcv.checks import Array
from scratchcv.grading.process.outcome import printable

MOST_SHOWN = 16
"""Elements of an array that a line of text has room for."""

_ESCAPES = re.compile(r"\x1b(?:\][^\x07\x1b]*(?:\x07|\x1b\\)?|\[[0-?]*[ -/]*[@-~]?|[@-_]?)")


def clean(text: str, most: int = 2000) -> str:
    r"""Return text that a student's code may have made, without anything that controls what shows it.

    Colours and movements of the cursor are left out; other control characters, halves of characters and
    marks that turn the direction of writing are written as escapes. What is longer than `most` is cut.

    Examples
    --------
    >>> clean("\x1b[31mred\x1b[0m\x07 \ud800")
    'red\\x07 \\ud800'
    """
    rest = len(text) - most
    text = printable(_ESCAPES.sub("", text[:most].replace("\r\n", "\n").expandtabs(4)))
    return f"{text}… ({rest:,} more characters)" if rest > 0 else text


def array_of(written: Any) -> Array | None:
    """Return the array that `result.plain` wrote down; None where it is no array, or was cut.

    Examples
    --------
    >>> array_of({"dtype": "float64", "shape": [2], "values": [1.0, "nan"]})
    array([ 1., nan])
    """
    if not is_array(written):
        return None
    shape, values = written["shape"], written["values"]
    if len(values) != int(np.prod(shape)):
        return None
    try:
        return np.array(values, dtype=written["dtype"]).reshape(shape)
    except (TypeError, ValueError):  # text
        return None


def is_array(written: Any) -> bool:
    """Tell whether `result.plain` wrote an array as this."""
    return isinstance(written, dict) and set(written) == {"dtype", "shape", "values"}


def number(value: Any) -> str:
    """Return a number with six digits, or fewer where they say it all.

    Examples
    --------
    >>> number(1 / 3), number(2.0), number(True)
    ('0.333333', '2.0', 'True')
    """
    if isinstance(value, float):
        return str(value) if len(str(value)) <= 8 else f"{value:.6g}"
    return clean(str(value), 80)


def numbers(*values: Any) -> list[str]:
    """Return numbers as short as they can be told from each other.

    Examples
    --------
    >>> numbers(0.5, 0.500000001)
    ['0.5', '0.500000001']
    """
    words = list(map(number, values))
    if len(set(words)) < len(set(map(str, values))):
        return [clean(str(value), 80) for value in values]
    return words


def short(written: Any) -> str:
    """Return a value as `result.plain` wrote it, on one line.

    Examples
    --------
    >>> short({"dtype": "float64", "shape": [1, 2], "values": [0.5, 2.0]})
    '[[0.5, 2.0]]'
    >>> short({"dtype": "float32", "shape": [9, 9], "values": [0.0] * 81})
    'array of shape (9, 9), float32'
    """
    if is_array(written):
        return _short_array(written)
    if isinstance(written, dict):
        return "{" + ", ".join(f"{clean(key, 40)!r}: {short(item)}" for key, item in written.items()) + "}"
    if isinstance(written, list):
        words = [short(item) for item in written[:MOST_SHOWN]] + ["…"] * (len(written) > MOST_SHOWN)
        if any(isinstance(item, dict | list) for item in written):  # parts of an answer rather than numbers
            return f"({', '.join(words)}{',' * (len(words) == 1)})"
        return f"[{', '.join(words)}]"
    return repr(clean(written, 80)) if isinstance(written, str) else number(written)


def _short_array(written: dict[str, Any]) -> str:
    shape, values = tuple(written["shape"]), written["values"]
    kind = "" if written["dtype"] in ("float64", "int64", "bool") else f", {written['dtype']}"
    if not 0 < len(values) <= MOST_SHOWN or int(np.prod(shape)) != len(values):
        return f"array of shape {shape}{kind}"
    words = iter(map(number, values))

    def nest(sizes: tuple[int, ...]) -> str:
        return f"[{', '.join(nest(sizes[1:]) for _ in range(sizes[0]))}]" if sizes else next(words)

    return nest(shape) + kind.replace(", ", " as ")
