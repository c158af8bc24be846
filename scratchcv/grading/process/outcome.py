"""What can become of a submission's process, and how the grader calls it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class LoadProblem:
    """A top-level statement that raised: its line, the exception's type and message."""

    line: int
    kind: str
    message: str


class StudentError(Exception):
    """Say what a submission's function raised: type, message, and the submission's lines it came through."""

    def __init__(self, kind: str, message: str, lines: list[int]) -> None:
        super().__init__(f"{kind}: {message}")
        self.kind, self.message, self.lines = kind, message, lines


class BadReturnError(Exception):
    """Say why what a submission's function returned cannot travel."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class ChildDiedError(Exception):
    """Say why a submission's process is no more: "timeout", "exited", "memory", "output" or "protocol"."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason, self.message = reason, message


class SandboxFaultError(Exception):
    """Say what failed before any student's code was there: never the student's fault."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def printable(text: str) -> str:
    r"""Return text with all that could steer a terminal written as escapes.

    Examples
    --------
    >>> printable("a" + chr(27) + "[2Jb")
    'a\\x1b[2Jb'
    """
    return "".join(
        character if character.isprintable() or character == "\n" else repr(character)[1:-1]
        for character in text
    )
