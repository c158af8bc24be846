"""The part of a Python text that defines things: what prints, plots and calls is blanked, line by line."""

import ast
import warnings
from typing import NamedTuple

MOST_CHARACTERS = 1 << 18
"""A longer text is not parsed: its syntax tree could take hundreds of megabytes."""

_KEPT = (
    ast.Import,
    ast.ImportFrom,
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.Assign,
    ast.AnnAssign,
    ast.AugAssign,
    ast.Pass,
)
_BLOCKS = {
    ast.Assert: "assert",
    ast.AsyncFor: "a loop",
    ast.AsyncWith: "a with block",
    ast.Delete: "del",
    ast.For: "a loop",
    ast.If: "an if block",
    ast.Raise: "raise",
    ast.Try: "a try block",
    ast.While: "a loop",
    ast.With: "a with block",
}


class LeftOut(NamedTuple):
    """Something that is not graded: the line it begins on, and what it is."""

    line: int
    what: str


def keep_definitions(text: str) -> tuple[str, list[LeftOut]]:
    r"""Return the text with imports, definitions and assignments alone; all keep their lines and columns.

    Parameters
    ----------
    text : str
        A Python file.

    Returns
    -------
    text : str
        With ``\n`` at the ends of lines. ``if`` and ``try`` stay where all within them does.
    left_out : list of LeftOut
        The statements that were blanked, in order.

    Raises
    ------
    SyntaxError
        When the text does not parse, or is nested too deeply for that.

    Examples
    --------
    >>> keep_definitions("import numpy as np\nprint(np.pi)\nfor x in 'ab':\n    show(x)\ny = 1")
    ('import numpy as np\n\n\n\ny = 1', [LeftOut(line=2, what='print'), LeftOut(line=3, what='a loop')])
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    tree = parse(text)
    lines = text.encode().split(b"\n")  # the tree counts columns in UTF-8
    left_out = []
    for node in reversed(tree.body):  # backwards, so that columns still to be used stay true
        if not _is_kept(node):
            left_out.append(LeftOut(node.lineno, _what(node)))
            _blank(lines, node)
    return b"\n".join(lines).decode(), left_out[::-1]


def parse(text: str) -> ast.Module:
    r"""Return the syntax tree of a text that a stranger wrote.

    Raises
    ------
    SyntaxError
        When there is none, whatever Python's parser calls the reason.

    Examples
    --------
    >>> parse("x = 1\0")
    Traceback (most recent call last):
    SyntaxError: source code string cannot contain null bytes
    """
    if len(text) > MOST_CHARACTERS:
        raise SyntaxError(f"longer than {MOST_CHARACTERS:,} characters")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # "\d" in a text is the student's business
            return ast.parse(text)
    except SyntaxError:
        raise
    except (MemoryError, RecursionError) as error:
        raise SyntaxError("nested too deeply") from error
    except ValueError as error:  # null bytes, lone surrogates
        raise SyntaxError(str(error)) from error


def _is_kept(node: ast.stmt) -> bool:
    waiting = [node]  # a list, since a chain of elif may be nested as deeply as Python allows
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and not _asks_for_main(node):
            waiting += [*node.body, *node.orelse]
        elif isinstance(node, ast.Try):
            waiting += [*node.body, *node.orelse, *node.finalbody]
            waiting += [child for handler in node.handlers for child in handler.body]
        elif not isinstance(node, _KEPT) and not _is_docstring(node):
            return False
    return True


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _asks_for_main(node: ast.If) -> bool:
    return any(isinstance(part, ast.Name) and part.id == "__name__" for part in ast.walk(node.test))


def _what(node: ast.stmt) -> str:
    if isinstance(node, ast.If) and _asks_for_main(node):
        return "if __name__ == …"
    if not isinstance(node, ast.Expr):
        return _BLOCKS.get(type(node), "a statement")
    if not isinstance(node.value, ast.Call):
        return "an expression"
    name, function = "", node.value.func
    while isinstance(function, ast.Attribute):
        name, function = f".{function.attr}{name}", function.value
    return f"{function.id}{name}"[:60] if isinstance(function, ast.Name) else "a call"


def _blank(lines: list[bytes], node: ast.stmt) -> None:
    """Take a statement out of the lines; what stands before and after it on them stays."""
    first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
    before, after = lines[first][: node.col_offset], lines[last][node.end_col_offset :]
    for number in range(first, last + 1):
        lines[number] = b""
    # Where another statement follows on this line, or a backslash joins lines, something must stand here.
    joined = after.lstrip().startswith((b";", b"\\")) or (first > 0 and lines[first - 1].endswith(b"\\"))
    width = (node.end_col_offset or 0) - (node.col_offset if first == last else 0)
    lines[first] = before
    lines[last] += (b"0".ljust(width) if joined else b"") + after
