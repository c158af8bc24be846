"""Bytes of weights: every kind of number, half precisions to the bit."""

import numpy as np
import pytest

from scratchcv.backbones.raw_numbers import DTYPES, ITEM_SIZES, decode_numbers

NATIVE = {"F64": "f8", "F32": "f4", "I64": "i8", "I32": "i4", "I16": "i2", "I8": "i1", "U8": "u1"}


@pytest.mark.parametrize("kind", NATIVE)
def test_numbers_that_numpy_has(kind):
    numbers = np.array([0, 1, 127], NATIVE[kind])
    decoded = decode_numbers(numbers.astype(f"<{NATIVE[kind]}").tobytes(), kind)
    assert decoded.dtype == numbers.dtype
    assert decoded.tolist() == [0, 1, 127]
    assert ITEM_SIZES[kind] == numbers.itemsize


def test_all_half_precision_numbers():
    every = np.arange(65536, dtype="<u2")
    halves = decode_numbers(every.tobytes(), "F16")
    assert halves.dtype == np.float32
    np.testing.assert_array_equal(halves, every.view("<f2").astype(np.float32))
    brains = decode_numbers(every.tobytes(), "BF16")
    assert brains.dtype == np.float32
    np.testing.assert_array_equal(brains.view(np.uint32), every.astype(np.uint32) * 65536)
    assert brains[0x3F80] == 1
    assert brains[0xFF80] == -np.inf


def test_any_byte_but_zero_is_true():
    assert decode_numbers(bytes([0, 1, 255]), "BOOL").tolist() == [False, True, True]


@pytest.mark.parametrize("kind", DTYPES)
def test_empty_and_read_only(kind):
    assert decode_numbers(b"", kind).shape == (0,)
    with pytest.raises(ValueError, match="read-only"):
        decode_numbers(bytes(8), kind)[0] = 1
