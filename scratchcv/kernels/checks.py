"""The loop behind `scratchcv.boxes.checks.first_faulty_box`."""

import numpy as np
from numba import njit, uint64

from scratchcv.checks import Array
from scratchcv.kernels.parallel import parallel_for

_BLOCK = 16384  # boxes in a task
_SMALL = 200_000  # boxes below which one thread does it


def first_faulty_box(boxes: Array, flat: bool) -> int:
    """Return the row, or -1; the twin of `scratchcv.boxes.checks.first_faulty_box_numpy`."""
    found = np.full(-(-len(boxes) // _BLOCK), -1, np.int64)
    parallel_for(_first_faulty, len(found), boxes.reshape(-1), flat, found, serial=len(boxes) < _SMALL)
    return next((int(row) for row in found if row >= 0), -1)


@njit(cache=True, nogil=True)
def _first_faulty(start, stop, coordinates, flat, found):  # type: ignore[no-untyped-def]
    for block in range(start, stop):
        row, last = block * _BLOCK, min((block + 1) * _BLOCK, len(coordinates) // 4)
        if not _are_good(row, last, coordinates, flat):
            while _are_good(row, row + 1, coordinates, flat):
                row += 1
            found[block] = row


@njit(cache=True, nogil=True)
def _are_good(first, last, coordinates, flat):  # type: ignore[no-untyped-def]
    """Say whether all boxes of a range are good, as they nearly always are.

    One way through it, no `and`, and a step from box to box that the compiler knows: so it runs in vector
    registers, twice as fast as with two indices.
    """
    infinity, good = coordinates.dtype.type(np.inf), True
    for k in range(uint64(4 * first), uint64(4 * last), uint64(4)):
        x1, y1 = coordinates[k], coordinates[k + uint64(1)]
        x2, y2 = coordinates[k + uint64(2)], coordinates[k + uint64(3)]
        extended = (x1 <= x2) & (y1 <= y2) if flat else (x1 < x2) & (y1 < y2)
        good &= extended & (-infinity < x1) & (-infinity < y1) & (x2 < infinity) & (y2 < infinity)
    return good
