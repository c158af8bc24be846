r"""How values travel between the grader and the sealed process: a raw header, then the bytes of arrays.

A frame is ``magic | sequence u32 | header length u32 | payload length u64 | header | payload``. The header is
JSON: a tree of the value and a list of ``[dtype, shape]``, one for each number or array in it, in order.
Numbers never stand in the JSON, so that NaN, infinities and huge integers have no way to trouble a parser.
Everything is checked before anything is allocated, and whatever is wrong is a `WireError`.
"""

import json
import math
import struct
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

MAGIC = b"SCV1"
_PREFIX = struct.Struct("<4sIIQ")
PREFIX_SIZE = _PREFIX.size

DTYPES = ("b1", "i1", "u1", *(f"<{kind}{size}" for kind in "iu" for size in (2, 4, 8)))
DTYPES += ("<f2", "<f4", "<f8", "<c8", "<c16")
_DTYPES = {name: np.dtype(name.replace("b1", "?")) for name in DTYPES}
_NAMES = {dtype: name for name, dtype in _DTYPES.items()}
_SCALARS = {dtype.type for dtype in _DTYPES.values()}

MOST_HEADER = 256 << 10
MOST_DIMENSIONS = 16
MOST_DEPTH = 8
MOST_ITEMS = 4096
MOST_TEXT = 2000
MOST_INTEGER = 1024
"""Bytes of a Python integer; 2**8000 and less travel."""


class WireError(Exception):
    """Say why a value cannot travel, or why bytes are not a frame.

    Examples
    --------
    >>> unpack(b"", 1)
    Traceback (most recent call last):
    scratchcv.grading.child.wire.WireError: the frame ends after 0 bytes
    """


@dataclass(frozen=True)
class Header:
    """A frame's header: the tree of the value, and dtype and shape of each of its arrays."""

    tree: Any
    arrays: tuple[tuple[np.dtype[Any], tuple[int, ...]], ...]


def pack(sequence: int, value: Any) -> bytes:
    """Return the frame of a value.

    Parameters
    ----------
    sequence : int
        The frame's number; both sides count.
    value : None, bool, int, float, complex, str, NumPy scalar, ndarray, or tuple, list, dict of them
        Arrays are of booleans, integers, floating or complex numbers. Subclasses are refused: what they carry
        besides their numbers would be lost without a word.

    Raises
    ------
    WireError
        When the value cannot travel.

    Examples
    --------
    >>> unpack(pack(7, (np.arange(3), 2.5, None)), 7)
    (array([0, 1, 2]), 2.5, None)
    """
    arrays: list[npt.NDArray[Any]] = []
    tree = _plant(value, arrays, MOST_DEPTH)
    shapes = [[_NAMES[array.dtype], list(array.shape)] for array in arrays]
    header = json.dumps({"tree": tree, "arrays": shapes}, separators=(",", ":"), allow_nan=False).encode()
    if len(header) > MOST_HEADER:
        raise WireError("too many items; return arrays rather than lists of numbers")
    payload = b"".join(array.tobytes() for array in arrays)
    return _PREFIX.pack(MAGIC, sequence, len(header), len(payload)) + header + payload


def parse_prefix(prefix: bytes, sequence: int, most_bytes: int) -> tuple[int, int]:
    """Return the lengths of header and payload from a frame's first `PREFIX_SIZE` bytes.

    Raises
    ------
    WireError
        When this is not the expected frame, or one of its parts is too long.
    """
    if len(prefix) != PREFIX_SIZE:
        raise WireError(f"the frame ends after {len(prefix)} bytes")
    magic, found, header, payload = _PREFIX.unpack(prefix)
    if magic != MAGIC:
        raise WireError("these bytes are not a frame")
    if found != sequence:
        raise WireError(f"frame {found} where frame {sequence} was expected")
    if header > MOST_HEADER:
        raise WireError(f"a header of {header} bytes, at most {MOST_HEADER} are allowed")
    if payload > most_bytes:
        raise WireError(f"{payload} bytes, at most {most_bytes} are allowed")
    return header, payload


def parse_header(data: bytes, payload: int) -> Header:
    """Return a frame's header, having checked that its arrays fill the payload exactly.

    Raises
    ------
    WireError
        When it is malformed.
    """
    try:
        header = json.loads(data.decode("ascii"), parse_float=_no_number, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise WireError("the header is not JSON") from None
    if type(header) is not dict or set(header) != {"tree", "arrays"} or type(header["arrays"]) is not list:
        raise WireError("the header needs a tree and arrays")
    arrays = tuple(map(_array_type, header["arrays"]))
    if sum(dtype.itemsize * math.prod(shape) for dtype, shape in arrays) != payload:
        raise WireError("the arrays do not fill the payload")
    return Header(header["tree"], arrays)


def build(header: Header, payload: bytes | bytearray) -> Any:
    """Return the value of a frame; its arrays are new and may be written to.

    Raises
    ------
    WireError
        When tree and arrays do not fit together, or a boolean is neither 0 nor 1.
    """
    arrays: list[npt.NDArray[Any]] = []
    start = 0
    for dtype, shape in header.arrays:
        count = math.prod(shape)
        flat = np.frombuffer(payload, np.uint8, count * dtype.itemsize, start).copy()
        if dtype.kind == "b" and flat.size and flat.max() > 1:
            raise WireError("a boolean that is neither 0 nor 1")
        start += flat.size
        arrays.append(flat.view(dtype).reshape(shape))
    arrays.reverse()
    value = _grow(header.tree, arrays, MOST_DEPTH)
    if arrays:
        raise WireError("more arrays than the tree has")
    return value


def unpack(frame: bytes, sequence: int, most_bytes: int = 1 << 30) -> Any:
    """Return the value of a complete frame.

    Raises
    ------
    WireError
        When the bytes are not exactly the frame of this number.
    """
    header_size, payload_size = parse_prefix(frame[:PREFIX_SIZE], sequence, most_bytes)
    if len(frame) != PREFIX_SIZE + header_size + payload_size:
        raise WireError("the frame's length is not what it says")
    end = PREFIX_SIZE + header_size
    return build(parse_header(frame[PREFIX_SIZE:end], payload_size), frame[end:])


def _plant(value: Any, arrays: list[npt.NDArray[Any]], depth: int) -> Any:
    """Return the tree of a value and append its arrays; only exact types are looked into."""
    kind = type(value)
    if value is None or kind is bool:
        return ["none"] if value is None else ["true" if value else "false"]
    if kind is str:
        return ["str", _text(value)]
    if kind is int:
        size = value.bit_length() // 8 + 1
        if size > MOST_INTEGER:
            raise WireError(f"an integer of {size} bytes is too large")
        arrays.append(np.frombuffer(value.to_bytes(size, "little", signed=True), np.uint8))
        return ["int"]
    if kind is float or kind is complex:
        arrays.append(np.array(value))
        return [kind.__name__]
    if kind is np.ndarray or kind in _SCALARS:
        arrays.append(_plain(np.asarray(value)))
        return ["array" if kind is np.ndarray else "scalar"]
    if kind in (tuple, list, dict):
        if depth == 0:
            raise WireError(f"tuples, lists and dicts are nested more than {MOST_DEPTH} deep")
        if len(value) > MOST_ITEMS:
            raise WireError(f"a {kind.__name__} of {len(value)} items is too long; return an array")
        if kind is dict:
            if any(type(key) is not str for key in value):
                raise WireError("keys of a dict must be text")
            return ["dict", [[_text(key), _plant(item, arrays, depth - 1)] for key, item in value.items()]]
        return [kind.__name__, [_plant(item, arrays, depth - 1) for item in value]]
    raise WireError(
        f"a value of type {kind.__name__} cannot be returned; "
        "return arrays, numbers, text, None, or tuples, lists and dicts of them"
    )


def _plain(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    dtype = array.dtype.newbyteorder("<")
    if dtype not in _NAMES:
        raise WireError(f"an array of dtype {array.dtype} cannot be returned; return numbers or booleans")
    if array.ndim > MOST_DIMENSIONS:
        raise WireError(f"an array of {array.ndim} dimensions is more than {MOST_DIMENSIONS}")
    return array.astype(dtype, copy=False)


def _text(value: str) -> str:
    if len(value) > MOST_TEXT:
        raise WireError(f"a text of {len(value)} characters, at most {MOST_TEXT} are allowed")
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise WireError("a text with half a character (a lone surrogate)")
    return value


def _no_number(text: str) -> Any:
    raise ValueError(text)


def _array_type(entry: Any) -> tuple[np.dtype[Any], tuple[int, ...]]:
    if type(entry) is not list or len(entry) != 2 or type(entry[0]) is not str or entry[0] not in _DTYPES:
        raise WireError("an array needs one of the known dtypes and a shape")
    shape = entry[1]
    if type(shape) is not list or len(shape) > MOST_DIMENSIONS:
        raise WireError(f"a shape is a list of at most {MOST_DIMENSIONS} sizes")
    if any(type(size) is not int or not 0 <= size < 1 << 48 for size in shape):
        raise WireError("a size is an integer that is not negative")
    # NumPy refuses an empty array whose other sizes are beyond memory.
    if math.prod(size or 1 for size in shape) >= 1 << 48:
        raise WireError("an array that is larger than memory")
    return _DTYPES[entry[0]], tuple(shape)


def _grow(tree: Any, arrays: list[npt.NDArray[Any]], depth: int) -> Any:
    """Return the value of a tree, taking its arrays from the end of the list."""
    if type(tree) is not list or not tree or type(tree[0]) is not str:
        raise WireError("a node of the tree is a list that begins with its kind")
    kind, *rest = tree
    if kind in _LEAVES and not rest:
        return _LEAVES[kind]
    if kind in ("int", "float", "complex", "array", "scalar") and not rest:
        if not arrays:
            raise WireError("fewer arrays than the tree has")
        return _number(kind, arrays.pop())
    if kind == "str" and len(rest) == 1 and type(rest[0]) is str:
        return _text(rest[0])
    if kind not in ("tuple", "list", "dict") or len(rest) != 1 or type(rest[0]) is not list:
        raise WireError("a node of an unknown kind")
    if depth == 0 or len(rest[0]) > MOST_ITEMS:
        raise WireError("the tree is too deep or too wide")
    if kind != "dict":
        items = [_grow(item, arrays, depth - 1) for item in rest[0]]
        return items if kind == "list" else tuple(items)
    result = {}
    for pair in rest[0]:
        if type(pair) is not list or len(pair) != 2 or type(pair[0]) is not str or pair[0] in result:
            raise WireError("a dict is made of different keys with one value each")
        result[_text(pair[0])] = _grow(pair[1], arrays, depth - 1)
    return result


_LEAVES = {"none": None, "true": True, "false": False}


def _number(kind: str, array: npt.NDArray[Any]) -> Any:
    if kind == "array":
        return array
    if kind == "int":
        if array.dtype != np.uint8 or array.ndim != 1 or not 0 < array.size <= MOST_INTEGER:
            raise WireError("an integer is made of bytes")
        return int.from_bytes(array.tobytes(), "little", signed=True)
    if array.ndim or (
        kind != "scalar" and array.dtype != {"float": np.float64, "complex": np.complex128}[kind]
    ):
        raise WireError("a number has no shape, and Python's numbers have one dtype each")
    return array[()] if kind == "scalar" else array.item()
