"""Whether both sides computed the same."""

from typing import Any

import numpy as np

TOLERANCE = 1e-4
"""Of the largest number of an array, in float32. That answers are right to their roundings is proven by
tests/test_against_torch.py; here it is shown that both sides did the same work."""


def as_arrays(result: Any) -> list[np.ndarray]:
    """Return the arrays of a result: an array, a tensor, a number, or a tuple, list or dict of such."""
    if isinstance(result, dict):
        result = [result[name] for name in sorted(result)]
    if isinstance(result, tuple | list):
        return [array for part in result for array in as_arrays(part)]
    if hasattr(result, "detach"):
        result = result.detach().numpy()
    return [np.asarray(result)]


def assert_agrees(ours: Any, theirs: Any) -> None:
    """Fail unless all integers are equal, and all floating-point numbers nearly so."""
    our_arrays, their_arrays = as_arrays(ours), as_arrays(theirs)
    assert len(our_arrays) == len(their_arrays), f"{len(our_arrays)} results beside {len(their_arrays)}"
    for a, b in zip(our_arrays, their_arrays, strict=True):
        assert a.shape == b.shape, f"shape {a.shape} beside {b.shape}"
        if b.dtype.kind != "f":
            np.testing.assert_array_equal(a, b)
        elif b.size:
            off = np.abs(a - b).max() / max(np.abs(b).max(), np.finfo(np.float32).tiny)
            assert off <= TOLERANCE, f"off by {off:.2g} of the largest number"


def assert_same_set(ours: Any, theirs: Any) -> None:
    """Fail unless both hold the same indices, in whatever order."""
    np.testing.assert_array_equal(np.sort(np.asarray(ours)), np.sort(np.asarray(theirs)))


def nothing_to_compare(ours: Any, theirs: Any) -> None:
    """Accept two readings: of memory, or of a start."""
