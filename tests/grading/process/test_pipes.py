"""Both kinds of pipes: deadlines, endings, bytes that nobody asked for, prints without end."""

import os
import threading
import time

import pytest

from scratchcv.grading.process.pipes import PolledPipes, Printed, ThreadedPipes, TooMuchOutputError


class Ends:
    """A pair of pipes with the other side's ends."""

    def __init__(self, kind):
        self.requests, ours_out = os.pipe()
        ours_in, self.answers = os.pipe()
        ours_prints, self.prints = os.pipe()
        self.open = {self.requests, self.answers, self.prints}
        self.pipes = kind(ours_out, ours_in, ours_prints, Printed(10, 100))

    def shut(self, *descriptors):
        for descriptor in descriptors or tuple(self.open):
            os.close(descriptor)
            self.open.remove(descriptor)


@pytest.fixture(params=[PolledPipes, ThreadedPipes])
def ends(request):
    ends = Ends(request.param)
    yield ends
    ends.shut(*ends.open)
    ends.pipes.close()


def soon(seconds=5.0):
    return time.monotonic() + seconds


def test_bytes_go_both_ways(ends):
    data = bytes(range(256)) * 4000
    got = bytearray()

    def echo():
        while len(got) < len(data):
            got.extend(os.read(ends.requests, 1 << 16))
        os.write(ends.answers, b"all of it")

    thread = threading.Thread(target=echo)
    thread.start()
    ends.pipes.send(data, soon())
    assert ends.pipes.receive(3, soon()) == b"all"
    assert ends.pipes.receive(6, soon()) == b" of it"
    thread.join()
    assert got == data


def test_deadlines_hold(ends):
    start = time.monotonic()
    with pytest.raises(TimeoutError):
        ends.pipes.receive(1, soon(0.1))
    with pytest.raises(TimeoutError):
        ends.pipes.send(bytes(1 << 22), soon(0.1))
    assert time.monotonic() - start < 1
    os.read(ends.requests, 1 << 16)


def test_a_drip_does_not_move_the_deadline(ends):
    stop = threading.Event()

    def drip():
        while not stop.wait(0.02):
            os.write(ends.answers, b"x")

    thread = threading.Thread(target=drip)
    thread.start()
    with pytest.raises(TimeoutError):
        ends.pipes.receive(1000, soon(0.2))
    stop.set()
    thread.join()


def test_the_end_is_noticed(ends):
    ends.shut(ends.answers, ends.requests)
    for _ in range(2):
        with pytest.raises(EOFError):
            ends.pipes.receive(1, soon())
    with pytest.raises(EOFError):
        ends.pipes.send(bytes(1 << 20), soon())
    assert not ends.pipes.unasked()


def test_bytes_that_nobody_asked_for(ends):
    assert not ends.pipes.unasked()
    os.write(ends.answers, b"x")
    end = soon()
    while not ends.pipes.unasked():
        assert time.monotonic() < end


def test_prints_are_kept_to_a_limit(ends):
    os.write(ends.prints, b"0123456789abcdef\xff")
    with pytest.raises(TimeoutError):
        ends.pipes.receive(1, soon(0.1))
    assert ends.pipes.printed.text == "0123456789\n… and 7 bytes more\n"


def test_prints_without_end(ends):
    os.write(ends.prints, b"x" * 101)
    with pytest.raises(TooMuchOutputError, match="more than 100 bytes"):
        ends.pipes.receive(1, soon())


def test_closed_prints_are_no_reason_to_stop(ends):
    ends.shut(ends.prints)
    os.write(ends.answers, b"x")
    assert ends.pipes.receive(1, soon()) == b"x"


def test_what_is_printed_last_is_collected_at_the_end(ends):
    os.write(ends.prints, b"last")
    ends.shut()
    ends.pipes.close()
    assert ends.pipes.printed.text == "last"
