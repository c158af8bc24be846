"""Values as small HTML tables, with the cell marked where an answer is wrong."""

import html
from typing import Any

from scratchcv.checks import Array
from scratchcv.grading.reports.parts import mismatch
from scratchcv.grading.reports.text import array_of, clean, is_array, number, numbers, short
from scratchcv.grading.result import CaseResult

MOST_ROWS, MOST_COLUMNS = 8, 6
"""Of a larger array the part around the marked cell is shown."""


def escape(text: Any, most: int = 2000) -> str:
    r"""Return text for HTML, whoever wrote it.

    Examples
    --------
    >>> escape("<b>&\x07")
    '&lt;b&gt;&amp;\\x07'
    """
    return html.escape(clean(str(text), most))


def answer_tables(case: CaseResult) -> str:
    """Return what a visible case expected, and what it got, as HTML side by side.

    Parameters
    ----------
    case : CaseResult
        A visible one that went wrong.
    """
    wrong = mismatch(case)
    marks = wrong.index if is_array(wrong.found) and is_array(wrong.expected) else ()
    parts = [_value("expected", wrong.expected, marks, wrong.found)]
    if case.reason in ("value", "nan", "shape", "kind", "structure", "property", "state"):
        parts.append(_value("got", wrong.found, marks, wrong.expected))
    where = f"the result{wrong.place}{list(wrong.index) if wrong.index else ''}"
    caption = f"<p>First difference: <code>{escape(where)}</code></p>" if wrong.place or wrong.index else ""
    return f'{caption}<div class="sides">{"".join(parts)}</div>'


def _value(title: str, written: Any, mark: tuple[int, ...], other: Any) -> str:
    """Return one side: a table of an array, a line of anything else."""
    array = array_of(written)
    if array is None or not array.ndim or not array.size:
        text = short(written)
        if not isinstance(written, dict | list) and not isinstance(other, dict | list):
            text = numbers(written, other)[0]
        return f'<figure class="{title}"><figcaption>{title}</figcaption><p>{escape(text)}</p></figure>'
    shape = "" if array.ndim == 1 else f" {escape(array.shape)}"
    other_array = array_of(other) if mark else None
    return (
        f'<figure class="{title}"><figcaption>{title}{shape}</figcaption>'
        f"{array_table(array, mark, other_array)}</figure>"
    )


def array_table(array: Array, mark: tuple[int, ...] = (), other: Array | None = None) -> str:
    """Return an array, or the plane around the marked element, as an HTML table.

    Parameters
    ----------
    array : ndarray
        At least one axis, at least one element.
    mark : tuple of int
        The element to mark; none by default.
    other : ndarray, optional
        Of the same shape; the marked element gets as many digits as tell it from this one's.

    Examples
    --------
    >>> import numpy as np
    >>> array_table(np.array([1.0, 2.5]), (1,))
    '<table><tr><td>1.0</td><td><mark>2.5</mark></td></tr></table>'
    """
    outer = (mark or (0,) * array.ndim)[:-2]
    plane, place = array[outer], mark[-2:]
    if plane.ndim == 1:
        plane, place = plane[None], (0, *place) if place else ()
    rows, columns = (
        _window(size, at, most)
        for size, at, most in zip(plane.shape, place or (0, 0), (MOST_ROWS, MOST_COLUMNS), strict=True)
    )
    lines = []
    for row in rows:
        cells = []
        for column in columns:
            text = escape(number(plane[row, column].item()))
            if (row, column) == place:
                if other is not None and other.shape == array.shape:
                    text = escape(numbers(array[mark].item(), other[mark].item())[0])
                text = f"<mark>{text}</mark>"
            cells.append(f"<td>{text}</td>")
        lines.append(f"<tr>{''.join(cells)}</tr>")
    note = _part(array, outer, rows, columns)
    return f"<table>{''.join(lines)}</table>{note}"


def _window(size: int, at: int, most: int) -> range:
    start = max(0, min(at - most // 2, size - most))
    return range(start, min(size, start + most))


def _part(array: Array, outer: tuple[int, ...], rows: range, columns: range) -> str:
    """Return which part of a larger array is shown."""
    height, width = array.shape[-2:] if array.ndim > 1 else (1, array.shape[0])
    if array.ndim <= 2 and (len(rows), len(columns)) == (height, width):
        return ""
    steps = list(map(str, outer))
    for some, size in ((rows, height), (columns, width)):
        steps.append(":" if len(some) == size else f"{some.start}:{some.stop}")
    shown = steps if array.ndim > 1 else steps[1:]
    return f"<small>part [{', '.join(shown)}]</small>"
