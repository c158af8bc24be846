"""From bytes in a file of weights to numbers."""

import numpy as np

from scratchcv.checks import Array

DTYPES = {
    "F64": "<f8",
    "F32": "<f4",
    "F16": "<f2",
    "BF16": "<u2",
    "I64": "<i8",
    "I32": "<i4",
    "I16": "<i2",
    "I8": "<i1",
    "U8": "<u1",
    "BOOL": "<u1",
}
"""Kinds of numbers by safetensors' names, and how their bytes are read."""

ITEM_SIZES = {kind: np.dtype(dtype).itemsize for kind, dtype in DTYPES.items()}
"""Bytes of one number of each kind."""


def decode_numbers(raw: bytes | bytearray, kind: str) -> Array:
    r"""Return the numbers that little-endian bytes stand for; both half precisions become float32.

    bfloat16 is the upper half of a float32: sign, the same 8 bits of exponent, and 7 of 23 bits of fraction.

    Parameters
    ----------
    raw : bytes
        A whole number of items.
    kind : str
        A key of `DTYPES`.

    Returns
    -------
    ndarray of one axis, read-only
        Without a copy where the kind is NumPy's own.

    Examples
    --------
    >>> decode_numbers(bytes([0x80, 0x3F, 0x00, 0xC0]), "BF16").tolist()
    [1.0, -2.0]
    """
    numbers: Array = np.frombuffer(raw, DTYPES[kind])
    if kind == "F16":
        numbers = numbers.astype(np.float32)
    elif kind == "BF16":
        numbers = (numbers.astype(np.uint32) << 16).view(np.float32)
    elif kind == "BOOL":
        numbers = numbers != 0
    else:
        numbers = numbers.astype(numbers.dtype.newbyteorder("="), copy=False)
    numbers.flags.writeable = False
    return numbers
