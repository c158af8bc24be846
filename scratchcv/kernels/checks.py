"""The loop behind `scratchcv.boxes.checks.first_faulty_box`."""

import numpy as np
from numba import njit, uint64

from scratchcv.checks import Array
from scratchcv.kernels.parallel import parallel_for

_BLOCK = 16384  # boxes in a task


def first_faulty_box(boxes: Array, flat: bool) -> int:
    """Return the row, or -1; the twin of `scratchcv.boxes.checks.first_faulty_box_numpy`."""
    found = np.full(-(-len(boxes) // _BLOCK), -1, np.int64)
    parallel_for(_first_faulty, len(found), boxes, flat, found)
    return next((int(row) for row in found if row >= 0), -1)


@njit(cache=True, nogil=True)
def _first_faulty(start, stop, boxes, flat, found):  # type: ignore[no-untyped-def]
    """Look for the first faulty box of each block.

    A block, nearly always good, is first judged as a whole, without an exit and so in vector registers: a
    third faster than looking for the row at once, 10 times than the formula, which writes seven masks.
    """
    infinity = boxes.dtype.type(np.inf)
    for block in range(start, stop):
        first, last = uint64(block * _BLOCK), uint64(min((block + 1) * _BLOCK, len(boxes)))
        good = True
        for i in range(first, last):
            for axis in range(2):
                low, high = boxes[i, axis], boxes[i, axis + 2]
                good &= (-infinity < low) & ((low < high) | (flat & (low == high))) & (high < infinity)
        if good:
            continue
        for i in range(first, last):
            for axis in range(2):
                low, high = boxes[i, axis], boxes[i, axis + 2]
                good = (-infinity < low) & ((low < high) | (flat & (low == high))) & (high < infinity)
                if not good and found[block] < 0:
                    found[block] = i
