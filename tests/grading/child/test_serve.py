"""The child's loop over a pair of pipes, without a process."""

import os
import threading

import numpy as np
import pytest

from scratchcv.grading.child import serve as module
from scratchcv.grading.child.serve import Channel, flush, serve
from scratchcv.grading.child.wire import PREFIX_SIZE, WireError, pack, parse_prefix, unpack


class EndedError(Exception):
    pass


@pytest.fixture
def ends(monkeypatch):
    """Our ends of a channel that is being served; the end of requests ends the loop."""

    def leave(status):
        raise EndedError(status)

    monkeypatch.setattr(module.os, "_exit", leave)
    requests, ours = os.pipe()
    answers, theirs = os.pipe()
    seen = []

    def loop():
        try:
            serve(Channel(requests, theirs), {"probes": {}})
        except EndedError as error:
            seen.append(error.args)

    thread = threading.Thread(target=loop)
    thread.start()
    yield ours, answers
    os.close(ours)
    thread.join()
    assert seen == [(0,)]
    for descriptor in (requests, answers, theirs):
        os.close(descriptor)


def read(answers, sequence):
    prefix = os.read(answers, PREFIX_SIZE)
    header, payload = parse_prefix(prefix, sequence, 1 << 20)
    return unpack(prefix + os.read(answers, header + payload), sequence)


def test_requests_are_answered_in_order(ends):
    ours, answers = ends
    about = read(answers, 0)
    assert about["probes"] == {}
    assert about["numpy"] == np.__version__
    requests = [
        ({"call": "f", "arguments": (), "keywords": {}, "most": 999}, {"error", "message", "lines"}),
        (
            {"load": np.frombuffer(b"def f(x): return x", np.uint8), "filename": "a.py", "most": 999},
            {"problems"},
        ),
        ({"call": "f", "arguments": (np.ones(3),), "keywords": {}, "most": 999}, {"value"}),
        ({"call": "f", "arguments": (np.ones(300),), "keywords": {}, "most": 999}, {"unfit"}),
        ({"call": "f", "arguments": (), "keywords": {}, "most": 999}, {"error", "message", "lines"}),
    ]
    for sequence, (request, keys) in enumerate(requests, start=1):
        os.write(ours, pack(sequence, request))
        assert set(read(answers, sequence)) == keys


def test_a_frame_that_is_too_large_is_not_sent():
    reader, writer = os.pipe()
    channel = Channel(reader, writer)
    with pytest.raises(WireError, match="at most 100 are allowed"):
        channel.send(np.ones(100), 100)
    assert channel.sequence == 0
    os.close(reader)
    os.close(writer)


class Broken:
    def flush(self):
        raise SystemExit


def test_streams_may_be_anything(monkeypatch):
    monkeypatch.setattr(module.sys, "stdout", Broken())
    monkeypatch.setattr(module.sys, "stderr", None)
    flush()
