"""A process of its own for a student's code: arrays go in, arrays come out, and nothing else is believed."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import Any, NoReturn, Self

import numpy as np

from scratchcv.grading.child.serve import OUT_OF_MEMORY
from scratchcv.grading.child.wire import PREFIX_SIZE, WireError, build, pack, parse_header, parse_prefix
from scratchcv.grading.process.host import ClosedMemory, UserSlot
from scratchcv.grading.process.launch import POSIX, launch, library_folder
from scratchcv.grading.process.levels import Status, level_of
from scratchcv.grading.process.outcome import (
    BadReturnError,
    ChildDiedError,
    LoadProblem,
    SandboxFaultError,
    StudentError,
    printable,
)
from scratchcv.grading.process.pipes import Pipes, PolledPipes, Printed, ThreadedPipes, TooMuchOutputError

__all__ = [
    "ALL_LAYERS",
    "BadReturnError",
    "ChildDiedError",
    "Limits",
    "LoadProblem",
    "Sandbox",
    "SandboxFaultError",
    "StudentError",
]

ALL_LAYERS = ("limits", "uid", "privileges", "landlock", "seccomp")
"""What closes a child off; where the system has one of them not, it is left out, and the level says so."""

MOST_BYTES = 64 << 20
_MOST_STATUS = 1 << 16
_NO_ANSWER = "it answered with something else than was asked for"


@dataclass(frozen=True)
class Limits:
    """How much a submission may use.

    Parameters
    ----------
    seconds : float
        For loading, and for each call.
    start_seconds : float
        For Python and NumPy to start.
    cpu_seconds : int
        Processor time of the whole process.
    memory : int
        Bytes of address space, on top of what the interpreter has when a submission arrives.
    kept_output, most_output : int
        Bytes of prints that are kept, and bytes after which it is enough.
    """

    seconds: float = 5.0
    start_seconds: float = 20.0
    cpu_seconds: int = 60
    memory: int = 1 << 30
    kept_output: int = 64 << 10
    most_output: int = 50 << 20


class Sandbox:
    """A sealed process that knows Python, NumPy and one submission.

    Parameters
    ----------
    limits : Limits
    numba : bool
        Whether the submission may use Numba.
    layers : tuple of str
        Which layers to apply; all by default.

    Raises
    ------
    SandboxFaultError
        When the process does not start as it should.

    Examples
    --------
    >>> with Sandbox() as sandbox:
    ...     sandbox.load("def double(x): return 2 * x")
    ...     sandbox.call("double", (np.arange(3),), {})
    []
    array([0, 2, 4])
    """

    def __init__(
        self, limits: Limits = Limits(), *, numba: bool = False, layers: tuple[str, ...] = ALL_LAYERS
    ) -> None:
        self.limits = limits
        self._sequence = 0
        self._death: ChildDiedError | None = None
        self._closed = False
        settings = {
            "folder": library_folder(),
            "packages": ["numpy", "numba", "llvmlite"] if numba else ["numpy"],
            "layers": list(layers),
            "memory": limits.memory,
            "cpu_seconds": limits.cpu_seconds,
            "parent": os.getpid(),
        }
        try:
            self._slot = UserSlot()
        except OSError as error:
            raise SandboxFaultError(str(error)) from None
        self._memory = ClosedMemory()
        try:
            self._process, descriptors = launch(
                {**settings, "uid": self._slot.uid if "uid" in layers else None}
            )
        except BaseException as error:
            self._release()
            if isinstance(error, OSError):
                raise SandboxFaultError(f"no process can be started: {error}") from None
            raise
        self._printed = Printed(limits.kept_output, limits.most_output)
        kind = PolledPipes if POSIX else ThreadedPipes
        self._pipes: Pipes = kind(*descriptors, self._printed)
        try:
            self.status = self._first_frame()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    @property
    def printed(self) -> str:
        """What the submission printed so far: untrusted text, of which the beginning is kept."""
        return self._printed.text

    def load(self, source: str, filename: str = "submission.py") -> list[LoadProblem]:
        """Run a submission's top-level statements one by one; those that raise are returned, the rest counts.

        Raises
        ------
        ChildDiedError
            When it does not come to its end.
        """
        data = np.frombuffer(source.encode(errors="replace"), np.uint8)
        answer = self._ask({"load": data, "filename": filename}, _MOST_STATUS)
        problems: Any = answer.get("problems")
        if set(answer) != {"problems"} or not _all_are(problems, tuple):
            self._die("protocol", _NO_ANSWER)
        if any(tuple(map(type, problem)) != (int, str, str) for problem in problems):
            self._die("protocol", _NO_ANSWER)
        return [LoadProblem(line, printable(kind), printable(message)) for line, kind, message in problems]

    def call(
        self,
        name: str,
        arguments: tuple[Any, ...],
        keywords: dict[str, Any],
        *,
        most_bytes: int | None = None,
    ) -> Any:
        """Call one of the submission's functions and return its result, made of plain values and arrays.

        Parameters
        ----------
        name : str
        arguments : tuple
        keywords : dict
            Arrays, numbers, text, None, and tuples, lists and dicts of them.
        most_bytes : int, optional
            How large the result may be; 64 MiB by default.

        Raises
        ------
        StudentError
            What the function raised.
        BadReturnError
            When its result cannot travel.
        ChildDiedError
            When there is no answer, in time or at all. The sandbox is of no use after that.
        """
        request = {"call": name, "arguments": tuple(arguments), "keywords": dict(keywords)}
        answer = self._ask(request, MOST_BYTES if most_bytes is None else most_bytes)
        if set(answer) == {"value"}:
            return answer["value"]
        if set(answer) == {"unfit"} and type(answer["unfit"]) is str:
            raise BadReturnError(printable(answer["unfit"]))
        texts = [answer.get("error"), answer.get("message")]
        if set(answer) != {"error", "message", "lines"} or not _all_are(texts, str):
            self._die("protocol", _NO_ANSWER)
        if not _all_are(answer["lines"], int):
            self._die("protocol", _NO_ANSWER)
        raise StudentError(printable(answer["error"]), printable(answer["message"]), answer["lines"])

    def close(self) -> None:
        """End the process and all that it started; what it printed stays."""
        if self._closed:
            return
        self._closed = True
        if POSIX:
            # Its group too: as long as one of them is there, nobody else gets the number.
            try:
                os.killpg(self._process.pid, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                self._process.kill()
        else:
            self._process.kill()
        self._process.wait()
        self._pipes.close()
        self._release()

    def _release(self) -> None:
        self._slot.release()
        self._memory.release()

    def _first_frame(self) -> Status:
        try:
            about = self._receive(time.monotonic() + self.limits.start_seconds, _MOST_STATUS)
        except ChildDiedError as error:
            raise SandboxFaultError(
                f"the sealed process did not start: {error}: {self.printed[-500:]}"
            ) from None
        own = {"python": sys.version, "numpy": np.__version__, "executable": os.path.normpath(sys.executable)}
        for name, expected in own.items():
            if about.get(name) != expected:
                raise SandboxFaultError(f"the sealed process has another {name}: {about.get(name)!r}")
        own_uid = about["uid"] is not None and about["uid"] == self._slot.uid
        return Status(level=level_of(about["probes"], own_uid=own_uid), **about)

    def _ask(self, request: dict[str, Any], most: int) -> dict[str, Any]:
        if self._death is not None:
            raise self._death
        if self._closed:
            raise ValueError("the sandbox is closed")
        try:
            frame = pack(self._sequence, request | {"most": most})
        except WireError as error:
            raise ValueError(f"arguments that cannot travel: {error}") from None
        if self._pipes.unasked():
            self._die("protocol", "it sent something before it was asked")
        deadline = time.monotonic() + self.limits.seconds
        try:
            self._pipes.send(frame, deadline)
        except (TimeoutError, EOFError, TooMuchOutputError) as error:
            self._die_of(error)
        # Beside the value, an answer has the frame's prefix and header.
        answer: dict[str, Any] = self._receive(deadline, most)
        return answer

    def _receive(self, deadline: float, most: int) -> Any:
        try:
            prefix = self._pipes.receive(PREFIX_SIZE, deadline)
            header_size, size = parse_prefix(prefix, self._sequence, most)
            header = parse_header(self._pipes.receive(header_size, deadline), size)
            value = build(header, self._pipes.receive(size, deadline))
        except (TimeoutError, EOFError, TooMuchOutputError, WireError) as error:
            self._die_of(error)
        if type(value) is not dict:
            self._die("protocol", _NO_ANSWER)
        self._sequence += 1
        return value

    def _die_of(self, error: Exception) -> NoReturn:
        if isinstance(error, TimeoutError):
            self._die("timeout", f"it did not answer within {self.limits.seconds:g} s")
        if isinstance(error, TooMuchOutputError):
            self._die("output", str(error))
        if isinstance(error, WireError):
            self._die("protocol", f"it sent something that is no answer: {error}")
        try:
            status = self._process.wait(0.5)
        except subprocess.TimeoutExpired:
            self._die("exited", "it closed its connection to the grader")
        if status == OUT_OF_MEMORY:
            self._die("memory", "it ran out of memory")
        if POSIX and status == -signal.SIGXCPU:
            self._die("timeout", f"it used more than {self.limits.cpu_seconds} s of processor time")
        if POSIX and status == -signal.SIGKILL:
            self._die("memory", "the system ended it, for want of memory or of processor time")
        self._die("exited", f"it ended by itself, with status {status}")

    def _die(self, reason: str, message: str) -> NoReturn:
        self.close()
        self._death = ChildDiedError(reason, message)
        raise self._death


def _all_are(items: Any, kind: type) -> bool:
    """Tell whether this is a list of this exact kind."""
    return type(items) is list and all(type(item) is kind for item in items)
