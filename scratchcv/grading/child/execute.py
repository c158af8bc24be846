"""Runs a submission: its top-level statements one by one, then its functions."""

import __future__

import ast
import linecache
import sys
from types import ModuleType
from typing import Any

MOST_MESSAGE = 300
MOST_KIND = 60
MOST_LINES = 5
MOST_PROBLEMS = 50


class Submission:
    """A module made of a student's text.

    Parameters
    ----------
    filename : str
        How the text is called in tracebacks.
    """

    def __init__(self, filename: str) -> None:
        self.filename = filename
        self.module = ModuleType("submission")
        # Dataclasses and pickles look their module up by its name.
        sys.modules["submission"] = self.module

    def load(self, source: str) -> list[tuple[int, str, str]]:
        """Run the statements one by one and return those that raised, as line, exception's type and message.

        Whatever comes after a statement that raised is run all the same: a plot that fails does not take the
        functions below it away. Text that is not Python is one problem, and nothing of it runs.
        """
        linecache.cache[self.filename] = (len(source), None, source.splitlines(keepends=True), self.filename)
        try:
            tree = ast.parse(source, self.filename)
            flags = _future(tree)
            compile(tree, self.filename, "exec", flags, dont_inherit=True)
        except BaseException as error:
            kind, message, _ = describe(error, self.filename)
            line = getattr(error, "lineno", None)
            if isinstance(error, SyntaxError):
                message = str(error.msg)[:MOST_MESSAGE]
            return [(line if isinstance(line, int) else 1, kind, message)]
        self.module.__doc__ = ast.get_docstring(tree)
        problems = []
        for statement in tree.body:
            part = ast.Module([statement], [])
            try:
                exec(compile(part, self.filename, "exec", flags, dont_inherit=True), self.module.__dict__)
            except BaseException as error:
                kind, message, lines = describe(error, self.filename)
                problems.append((lines[-1] if lines else statement.lineno, kind, message))
        if len(problems) > MOST_PROBLEMS:
            left = len(problems) - MOST_PROBLEMS
            problems[MOST_PROBLEMS:] = [
                (problems[MOST_PROBLEMS][0], "more", f"and {left} more statements that raised")
            ]
        return problems

    def call(self, name: str, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
        """Call one of its functions.

        Raises
        ------
        NameError
            When there is no such function.
        BaseException
            Whatever the function raises.
        """
        if name not in self.module.__dict__:
            raise NameError(f"{self.filename} does not define {name}")
        return self.module.__dict__[name](*arguments, **keywords)


def describe(error: BaseException, filename: str) -> tuple[str, str, list[int]]:
    """Return an exception's type, its message, and the lines of the submission it came through.

    Paths and lines of anything else stay here. An exception may be of a student's own making, so each of its
    parts may itself raise.
    """
    try:
        kind = str.__getitem__(type(error).__name__, slice(MOST_KIND))
    except BaseException:
        kind = "Exception"
    try:
        message = str.__getitem__(str(error), slice(MOST_MESSAGE))
    except BaseException:
        message = "(its message cannot be printed)"
    lines = []
    frame = error.__traceback__
    while frame is not None:
        if frame.tb_frame.f_code.co_filename == filename and frame.tb_lineno is not None:
            lines.append(frame.tb_lineno)
        frame = frame.tb_next
    return _whole(kind), _whole(message), lines[-MOST_LINES:]


def _whole(text: str) -> str:
    """Return the text with half characters replaced: they have no bytes."""
    return text.encode("utf-8", "replace").decode()


def _future(tree: ast.Module) -> int:
    """Return the compiler's flags for the ``from __future__`` imports of a module."""
    flags = 0
    for statement in tree.body:
        if isinstance(statement, ast.ImportFrom) and statement.module == "__future__":
            for alias in statement.names:
                flags |= getattr(getattr(__future__, alias.name, None), "compiler_flag", 0)
    return flags
