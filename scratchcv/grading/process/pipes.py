"""The grader's ends of a child's pipes: none of them is ever waited for beyond a deadline."""

import os
import queue
import select
import threading
import time
from collections.abc import Callable
from typing import Protocol

_CHUNK = 1 << 16


class TooMuchOutputError(Exception):
    """Say that a process prints without end."""


class Printed:
    """What a process printed: the beginning is kept, all of it is counted.

    Parameters
    ----------
    kept, most : int
        Bytes to keep, and bytes after which it is enough.
    """

    def __init__(self, kept: int, most: int) -> None:
        self.kept, self.most = kept, most
        self.count = 0
        self._beginning = bytearray()

    def add(self, data: bytes) -> None:
        """Keep what there is room for."""
        self.count += len(data)
        self._beginning += data[: max(0, self.kept - len(self._beginning))]

    def check(self) -> None:
        """Fail when it was too much.

        Raises
        ------
        TooMuchOutputError
            Naming the limit.
        """
        if self.count > self.most:
            raise TooMuchOutputError(f"it printed more than {self.most} bytes")

    @property
    def text(self) -> str:
        """The beginning as text; bytes that are none are replaced."""
        left = self.count - len(self._beginning)
        remark = f"\n… and {left} bytes more\n" if left else ""
        return self._beginning.decode(errors="replace") + remark


class Pipes(Protocol):
    """Sends and receives before a deadline, and collects what is printed meanwhile.

    `send` and `receive` raise `TimeoutError` at the deadline, `EOFError` when the other side is gone, and
    `TooMuchOutputError`.
    """

    printed: Printed

    def send(self, data: bytes, deadline: float) -> None:
        """Write all of it."""

    def receive(self, count: int, deadline: float) -> bytes:
        """Return exactly so many bytes."""

    def unasked(self) -> bool:
        """Tell whether there are bytes that nobody has asked for."""

    def close(self) -> None:
        """Collect what was printed and close all ends; the process must be dead."""


class PolledPipes:
    """Pipes for POSIX: no thread, no blocking call.

    Parameters
    ----------
    requests, answers, prints : int
        Descriptors, now ours.
    printed : Printed
    """

    def __init__(self, requests: int, answers: int, prints: int, printed: Printed) -> None:
        self.requests, self.answers, self.prints = requests, answers, prints
        self.printed = printed
        self._open = [requests, answers, prints]
        for descriptor in self._open:
            os.set_blocking(descriptor, False)
        self._poll = select.poll()
        self._poll.register(prints, select.POLLIN)

    def send(self, data: bytes, deadline: float) -> None:
        """Write all of it."""
        rest = memoryview(data)
        self._poll.register(self.requests, select.POLLOUT)
        try:
            while rest:
                if self.requests in self._wait(deadline):
                    try:
                        rest = rest[os.write(self.requests, rest[:_CHUNK]) :]
                    except BlockingIOError:
                        continue
                    except BrokenPipeError:
                        raise EOFError from None
        finally:
            self._poll.unregister(self.requests)

    def receive(self, count: int, deadline: float) -> bytes:
        """Return exactly so many bytes."""
        data = bytearray()
        self._poll.register(self.answers, select.POLLIN)
        try:
            while len(data) < count:
                if self.answers in self._wait(deadline):
                    chunk = os.read(self.answers, min(1 << 20, count - len(data)))
                    if not chunk:
                        raise EOFError
                    data += chunk
        finally:
            self._poll.unregister(self.answers)
        self.printed.check()
        return bytes(data)

    def unasked(self) -> bool:
        """Tell whether there are bytes that nobody has asked for."""
        try:
            return bool(os.read(self.answers, 1))
        except BlockingIOError:
            return False

    def close(self) -> None:
        """Collect what was printed and close all ends."""
        if self._open:
            self._drain(1 << 20)
        while self._open:
            os.close(self._open.pop())

    def _wait(self, deadline: float) -> set[int]:
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        ready = {descriptor for descriptor, _ in self._poll.poll(left * 1000 + 1)}
        if self.prints in ready:
            if not self._drain(_CHUNK):
                self._poll.unregister(self.prints)
            self.printed.check()
        return ready

    def _drain(self, most: int) -> bool:
        """Collect what was printed; return whether more may come."""
        while most > 0:
            try:
                data = os.read(self.prints, _CHUNK)
            except BlockingIOError:
                return True
            if not data:
                return False
            self.printed.add(data)
            most -= len(data)
        return True


class ThreadedPipes:
    """Pipes for Windows, where a pipe can be neither polled nor made non-blocking: a thread waits at each.

    Parameters
    ----------
    requests, answers, prints : int
        Descriptors, now ours.
    printed : Printed
    """

    def __init__(self, requests: int, answers: int, prints: int, printed: Printed) -> None:
        self.requests, self.answers, self.prints = requests, answers, prints
        self.printed = printed
        self._rest = b""
        self._to_send: queue.Queue[bytes | None] = queue.Queue()
        self._sent: queue.Queue[bool] = queue.Queue()
        self._received: queue.Queue[bytes] = queue.Queue(maxsize=64)
        self._threads = [self._start(loop) for loop in (self._write, self._read, self._collect)]

    def send(self, data: bytes, deadline: float) -> None:
        """Write all of it."""
        self._to_send.put(data)
        while True:
            try:
                if not self._sent.get(timeout=self._pause(deadline)):
                    raise EOFError
                return
            except queue.Empty:
                continue

    def receive(self, count: int, deadline: float) -> bytes:
        """Return exactly so many bytes."""
        data = bytearray(self._rest)
        while len(data) < count:
            try:
                chunk = self._received.get(timeout=self._pause(deadline))
            except queue.Empty:
                continue
            if not chunk:
                self._received.put(b"")
                raise EOFError
            data += chunk
        self._rest = bytes(data[count:])
        self.printed.check()
        return bytes(data[:count])

    def unasked(self) -> bool:
        """Tell whether there are bytes that nobody has asked for."""
        if not self._rest:
            try:
                self._rest = self._received.get_nowait()
            except queue.Empty:
                return False
            if not self._rest:
                self._received.put(b"")
        return bool(self._rest)

    def close(self) -> None:
        """Collect what was printed and close all ends."""
        self._to_send.put(None)
        end = time.monotonic() + 2  # whatever the process started may hold its ends open for ever
        while any(thread.is_alive() for thread in self._threads) and time.monotonic() < end:
            try:
                self._received.get(timeout=0.01)  # the reader may wait for room
            except queue.Empty:
                continue

    def _pause(self, deadline: float) -> float:
        self.printed.check()
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return min(left, 0.05)

    def _start(self, loop: Callable[[], None]) -> threading.Thread:
        thread = threading.Thread(target=loop, daemon=True)
        thread.start()
        return thread

    def _write(self) -> None:
        while (data := self._to_send.get()) is not None:
            rest = memoryview(data)
            try:
                while rest:
                    rest = rest[os.write(self.requests, rest[:_CHUNK]) :]
            except OSError:
                self._sent.put(False)
                continue
            self._sent.put(True)
        os.close(self.requests)

    def _read(self) -> None:
        while data := os.read(self.answers, _CHUNK):
            self._received.put(data)
        self._received.put(b"")
        os.close(self.answers)

    def _collect(self) -> None:
        while data := os.read(self.prints, _CHUNK):
            self.printed.add(data)
        os.close(self.prints)
