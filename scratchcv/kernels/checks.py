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

    Counting has no exit, so that a block, which is all good nearly always, passes in vector registers.
    """
    infinity = boxes.dtype.type(np.inf)
    for block in range(start, stop):
        first, last = uint64(block * _BLOCK), uint64(min((block + 1) * _BLOCK, len(boxes)))
        for i in range(first, last):
            x1, y1, x2, y2 = boxes[i, 0], boxes[i, 1], boxes[i, 2], boxes[i, 3]
            inside = -infinity < x1 and -infinity < y1 and x2 < infinity and y2 < infinity
            extended = (x1 <= x2 and y1 <= y2) if flat else (x1 < x2 and y1 < y2)
            if not (inside and extended):
                found[block] = i
                break
