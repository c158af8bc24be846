"""The loop of the sealed process: a frame with a request comes in, a frame with an answer goes out."""

import os
import sys
from typing import Any

import numpy as np

from scratchcv.grading.child.execute import Submission, describe
from scratchcv.grading.child.wire import PREFIX_SIZE, WireError, build, pack, parse_header, parse_prefix

OUT_OF_MEMORY = 77
"""Exit status of a process that had no memory left for its answer."""

MOST_REQUEST = 1 << 30
_CHUNK = 1 << 20


class Channel:
    """The two pipes of frames.

    Parameters
    ----------
    requests, answers : int
        Descriptors. 0 and 1 are taken away from the submission, whose prints then go to standard error: this
        is how it works where a process inherits nothing but its standard streams.
    """

    def __init__(self, requests: int, answers: int) -> None:
        if (requests, answers) == (0, 1):
            requests, answers = os.dup(0), os.dup(1)
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            os.dup2(2, 1)
        self.requests, self.answers = requests, answers
        self.sequence = 0

    @property
    def descriptors(self) -> tuple[int, int]:
        """Those that must stay open."""
        return self.requests, self.answers

    def send(self, value: Any, most: int | None = None) -> None:
        """Send a frame.

        Raises
        ------
        WireError
            When the value cannot travel, or is too large.
        """
        frame = memoryview(pack(self.sequence, value))
        if most is not None and len(frame) > most:
            raise WireError(f"a result of {len(frame)} bytes, at most {most} are allowed")
        sent = 0
        while sent < len(frame):
            sent += os.write(self.answers, frame[sent : sent + _CHUNK])
        self.sequence += 1

    def receive(self) -> Any:
        """Return the next request."""
        header, payload = parse_prefix(self._read(PREFIX_SIZE), self.sequence, MOST_REQUEST)
        return build(parse_header(self._read(header), payload), self._read(payload))

    def _read(self, count: int) -> bytes:
        data = bytearray()
        while len(data) < count:
            chunk = os.read(self.requests, min(_CHUNK, count - len(data)))
            if not chunk:
                os._exit(0)  # the grader is gone or has seen enough
            data += chunk
        return bytes(data)


def serve(channel: Channel, status: dict[str, Any]) -> None:
    """Report, then answer requests until the pipe ends."""
    about = {"python": sys.version, "numpy": np.__version__, "executable": sys.executable}
    channel.send(status | about | {"uid": os.getuid() if hasattr(os, "getuid") else None})
    submission: Submission | None = None
    try:
        while True:
            request = channel.receive()
            if "load" in request:
                submission = Submission(request["filename"])
                answer: dict[str, Any] = {"problems": submission.load(request["load"].tobytes().decode())}
            else:
                answer = _call(submission, request)
            flush()
            try:
                channel.send(answer, request["most"])
            except WireError as error:
                channel.send({"unfit": str(error)})
            del request, answer
    except MemoryError:
        os._exit(OUT_OF_MEMORY)


def _call(submission: Submission | None, request: dict[str, Any]) -> dict[str, Any]:
    if submission is None:
        return {"error": "NameError", "message": "nothing was loaded", "lines": []}
    try:
        return {"value": submission.call(request["call"], request["arguments"], request["keywords"])}
    except BaseException as error:
        kind, message, lines = describe(error, submission.filename)
        return {"error": kind, "message": message, "lines": lines}


def flush() -> None:
    """Let out what was printed; a submission may have put anything in the place of its streams."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BaseException:
            continue
