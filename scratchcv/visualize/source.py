"""The library's own code as a notebook shows it: beside the formula it computes."""

import ast
import inspect
import textwrap
from collections.abc import Callable
from typing import Any


class Source(str):
    """Python code that a notebook shows as code; everywhere else it is a string.

    Examples
    --------
    >>> print(Source("x = 1")._repr_markdown_().splitlines()[0].strip("`"))
    python
    """

    __slots__ = ()

    def _repr_markdown_(self) -> str:
        return f"```python\n{self}\n```"


def show_source(*objects: Callable[..., Any], docstrings: bool = False) -> Source:
    """Return the code of functions or classes of this library, as it runs.

    Parameters
    ----------
    *objects : function or class
        What to show, one below the other.
    docstrings : bool
        Whether to show the docstrings too, which `help` shows as well.

    Returns
    -------
    Source
        Shown as code when it is a cell's last value.

    Examples
    --------
    >>> from scratchcv.boxes import box_area
    >>> print(show_source(box_area).splitlines()[0])
    def box_area(boxes: ArrayLike) -> Array:
    """
    codes = [textwrap.dedent(inspect.getsource(item)) for item in objects]
    if not docstrings:
        codes = [_without_docstrings(code) for code in codes]
    return Source("\n\n".join(code.strip("\n") for code in codes))


def _without_docstrings(code: str) -> str:
    lines = code.splitlines()
    dropped: set[int] = set()
    for node in ast.walk(ast.parse(code)):
        if not isinstance(node, (ast.FunctionDef, ast.ClassDef)) or ast.get_docstring(node) is None:
            continue
        docstring = node.body[0]
        assert docstring.end_lineno is not None
        end = docstring.end_lineno
        while end < len(lines) and not lines[end].strip():
            end += 1
        if len(node.body) > 1:
            dropped.update(range(docstring.lineno - 1, end))
    return "\n".join(line for number, line in enumerate(lines) if number not in dropped)
