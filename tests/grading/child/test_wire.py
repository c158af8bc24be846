"""Values come back as what they were; mutated frames are refused with the one error."""

import json
import struct
import time

import numpy as np
import pytest

from scratchcv.grading.child.wire import (
    DTYPES,
    MOST_DEPTH,
    MOST_HEADER,
    PREFIX_SIZE,
    WireError,
    pack,
    parse_header,
    parse_prefix,
    unpack,
)

PLAIN = [
    None,
    True,
    False,
    0,
    -1,
    2**63,
    -(2**4000),
    0.1,
    -0.0,
    1e308,
    float("inf"),
    2 - 3j,
    "",
    "é \U0001f600 \x1b[31m \x00",
    (),
    [],
    {},
    (1, [2.0, {"a": (None, "b")}]),
    {"stride": 2, "": [True]},
]


@pytest.mark.parametrize("value", PLAIN, ids=lambda value: repr(value)[:30])
def test_python_values_return_as_they_were(value):
    returned = unpack(pack(3, value), 3)
    assert repr(returned) == repr(value)
    assert type(returned) is type(value)


@pytest.mark.parametrize("name", DTYPES)
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 0, 3), (2, 3, 4)])
def test_arrays_return_as_they_were(name, shape):
    dtype = np.dtype(name.replace("b1", "?"))
    array = np.random.default_rng(0).integers(0, 2, shape).astype(dtype)
    returned = unpack(pack(0, [array, array.reshape(-1)[:1]]), 0)[0]
    assert type(returned) is np.ndarray
    assert (returned.dtype, returned.shape) == (dtype, shape)
    assert returned.tobytes() == array.tobytes()
    assert returned.flags.writeable
    assert returned.flags.aligned


@pytest.mark.parametrize(
    "scalar", [np.float32(0.1), np.float64("nan"), np.bool_(True), np.int64(-5), np.uint8(200)]
)
def test_numpy_scalars_arrays_without_dimensions_and_python_numbers_differ(scalar):
    for value in (scalar, np.array(scalar), scalar.item()):
        returned = unpack(pack(0, value), 0)
        assert type(returned) is type(value)
        assert repr(returned) == repr(value)


def test_views_and_other_byte_orders_travel():
    array = np.arange(24).reshape(2, 3, 4)
    for view in (
        array.T,
        array[:, ::-1, ::2],
        array.astype(">i8"),
        np.asfortranarray(array),
        np.broadcast_to(1, (2, 2)),
    ):
        assert unpack(pack(0, view), 0).tolist() == view.tolist()


class Matrix(np.ndarray):
    pass


class Number(float):
    pass


UNFIT = {
    "type set": {1},
    "type Matrix": np.zeros(3).view(Matrix),
    "type MaskedArray": np.ma.masked_array([1]),
    "type Number": Number(1),
    "type generator": (i for i in range(3)),
    "type function": unpack,
    "type dtype": np.float64,
    "dtype object": np.array([None]),
    "dtype <U1": np.array(["a"]),
    "dtype [('a', '<f8')]": np.zeros(2, [("a", "f8")]),
    "dtype datetime64[D]": np.array(["2020-01-01"], "M8[D]"),
    "integer of 2501 bytes": 2**20000,
    "text of 2001": "a" * 2001,
    "lone surrogate": "\ud800",
    "keys of a dict": {1: 2},
    "list of 5000": [0] * 5000,
    "17 dimensions": np.zeros((1,) * 17),
    "too many items": [["a" * 2000] * 150],
}


@pytest.mark.parametrize("message", UNFIT)
def test_what_cannot_travel_is_named(message):
    if message == "type dtype":
        message, value = "type type", UNFIT[message]
    else:
        value = UNFIT[message]
    with pytest.raises(WireError) as caught:
        pack(0, (1, value))
    assert message in str(caught.value)


def test_depth_is_bounded():
    value: object = 1
    for _ in range(MOST_DEPTH):
        value = [value]
    assert unpack(pack(0, value), 0) == value
    with pytest.raises(WireError, match="deep"):
        pack(0, [value])
    value = []
    value.append(value)
    with pytest.raises(WireError, match="deep"):
        pack(0, value)


def frame(tree, arrays, payload=b"", sequence=0):
    header = json.dumps({"tree": tree, "arrays": arrays}).encode()
    return struct.pack("<4sIIQ", b"SCV1", sequence, len(header), len(payload)) + header + payload


HOSTILE = {
    "a huge array": frame(["array"], [["<f8", [2**40]]]),
    "sizes that overflow": frame(["array"], [["<f8", [2**62, 2**62]]]),
    "an empty array of huge sizes": frame(["array"], [["<f8", [0, 2**47, 2**47]]]),
    "a negative size": frame(["array"], [["u1", [-1]]]),
    "two negative sizes": frame(["array"], [["u1", [-1, -4]]], b"abcd"),
    "a boolean size": frame(["array"], [["u1", [True]]], b"a"),
    "a size of text": frame(["array"], [["u1", ["1"]]], b"a"),
    "an object dtype": frame(["array"], [["O", [1]]], b"abcdefgh"),
    "a dtype by list": frame(["array"], [[["u1"], [1]]], b"a"),
    "seventeen dimensions": frame(["array"], [["u1", [1] * 17]], b"a"),
    "a boolean of 2": frame(["array"], [["b1", [2]]], b"\1\2"),
    "an integer of nothing": frame(["int"], [["u1", [0]]]),
    "an integer of floats": frame(["int"], [["<f8", [1]]], b"abcdefgh"),
    "a huge integer": frame(["int"], [["u1", [2000]]], b"a" * 2000),
    "a float of an array": frame(["float"], [["<f8", [1]]], b"abcdefgh"),
    "a float of four bytes": frame(["float"], [["<f4", []]], b"abcd"),
    "a scalar with a shape": frame(["scalar"], [["u1", [1]]], b"a"),
    "more arrays than the tree has": frame(["none"], [["u1", [1]]], b"a"),
    "fewer arrays than the tree has": frame(["list", [["array"], ["array"]]], [["u1", [1]]], b"a"),
    "a number in the tree": frame(["none", 3], []),
    "a tree without a kind": frame([], []),
    "a tree of an unknown kind": frame(["pickle", []], []),
    "a kind that is no text": frame([["none"]], []),
    "a dict with a key twice": frame(["dict", [["a", ["none"]], ["a", ["none"]]]], []),
    "a dict with a key that is no text": frame(["dict", [[["a"], ["none"]]]], []),
    "half a character": frame(["str", "\ud800"], []),
    "another number": frame(["none"], [], sequence=1),
    "trailing bytes": frame(["none"], []) + b"x",
    "a missing byte": frame(["none"], [])[:-1],
    "nothing": b"",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_frames_are_refused(name):
    with pytest.raises(WireError):
        unpack(HOSTILE[name], 0)


@pytest.mark.parametrize(
    "header",
    [
        b"{}",
        b"[]",
        b'{"tree":["none"],"arrays":[],"more":1}',
        b'{"tree":["none"],"arrays":{}}',
        b'{"tree":["none"],"arrays":[["u1",[NaN]]]}',
        b'{"tree":["none"],"arrays":[["u1",[1e999]]]}',
        b'{"tree":["none"],"arrays":[["u1",[' + b"9" * 5000 + b"]]]}",
        b'{"tree":["none"],"arrays":[["u1",[0.0]]]}',
        b"[" * MOST_HEADER,
        b'{"a":' * (MOST_HEADER // 5),
        b"\xff\xfe",
        b'{"tree":["str","\xc3\xa9"],"arrays":[]}',
    ],
    ids=lambda header: header[:40].decode("latin-1"),
)
def test_headers_that_are_none(header):
    with pytest.raises(WireError):
        parse_header(header, 0)


def test_lengths_are_refused_before_anything_is_read():
    def prefix(header, payload):
        return struct.pack("<4sIIQ", b"SCV1", 5, header, payload)

    assert parse_prefix(prefix(10, 100), 5, 100) == (10, 100)
    for bad in (prefix(10, 101), prefix(MOST_HEADER + 1, 0), prefix(10, 2**63), prefix(10, 0)[:-1]):
        with pytest.raises(WireError):
            parse_prefix(bad, 5, 100)


SEEDS = [
    pack(1, (np.arange(12.0).reshape(3, 4), {"a": [1, 2.5, None, True], "b": "text"})),
    pack(1, [np.array([True, False]), np.float32(3), 2**100, 1j, "é"]),
    pack(1, {"value": (np.zeros((0, 4), np.int32), np.uint8(3), [[], (), {}])}),
    pack(1, None),
]
TOKENS = [
    b"[",
    b"]",
    b'"',
    b",",
    b"{",
    b"}",
    b"-1",
    b"0",
    b"9" * 30,
    b"1e9",
    b"NaN",
    b"null",
    b"true",
    b"[[[[",
]
TOKENS += [b'"array"', b'"int"', b'"dict"', b'"<f8"', b'"O"', b"\\ud800", b"\x00", b"\xff"]


def mutated(rng):
    """Return a frame that was damaged in a few places, more often in its header than in its lengths."""
    data = bytearray(SEEDS[rng.integers(len(SEEDS))])
    for _ in range(rng.integers(1, 5)):
        place = int(rng.integers(PREFIX_SIZE if rng.random() < 0.8 else 0, len(data) + 1))
        choice = rng.integers(5)
        if choice == 0 and place < len(data):
            data[place] ^= 1 << rng.integers(8)
        elif choice == 1:
            data[place : place + int(rng.integers(4))] = TOKENS[rng.integers(len(TOKENS))]
        elif choice == 2:
            del data[place : place + int(rng.integers(1, 9))]
        elif choice == 3:
            data[place:place] = data[place : place + int(rng.integers(1, 30))]
        elif place < len(data):
            data[place] = rng.integers(256)
    if rng.random() < 0.9:  # lengths that fit, so that the deeper checks are reached
        header = data.rfind(b"}") + 1 - PREFIX_SIZE
        if header > 0:
            data[:PREFIX_SIZE] = struct.pack("<4sIIQ", b"SCV1", 1, header, len(data) - header - PREFIX_SIZE)
    return bytes(data)


def fuzz(count, seed):
    """Return how many of the frames were accepted; any error but one goes through."""
    rng = np.random.default_rng(seed)
    accepted = 0
    for _ in range(count):
        data = mutated(rng)
        try:
            value = unpack(data, 1, 1 << 20)
        except WireError:
            continue
        accepted += 1
        assert repr(unpack(pack(1, value), 1)) == repr(value)
    return accepted


def test_fuzz():
    accepted = fuzz(20_000, 0)
    assert 200 < accepted < 15_000  # the fuzz reaches both sides


@pytest.mark.slow
def test_fuzz_of_a_million_frames():
    start = time.monotonic()
    fuzz(1_000_000, 1)
    assert time.monotonic() - start < 300
