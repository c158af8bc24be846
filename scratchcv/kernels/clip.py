"""The loop behind `scratchcv.boxes.clip_boxes_to_image`."""

import numpy as np
from numba import njit, uint64

from scratchcv.checks import Array
from scratchcv.kernels.parallel import parallel_for

_SMALL = 50_000  # boxes below which one thread does it


def clip_boxes_to_image(boxes: Array, limits: Array) -> Array:
    """Return the boxes cut off; the twin of `scratchcv.boxes.clip.clip_boxes_to_image_numpy`."""
    clipped = np.empty_like(boxes)
    parallel_for(_clip, len(boxes), boxes, limits, clipped, serial=len(boxes) < _SMALL)
    return clipped


@njit(cache=True, nogil=True)
def _clip(start, stop, boxes, limits, clipped):  # type: ignore[no-untyped-def]
    zero = boxes.dtype.type(0)
    for i in range(uint64(start), uint64(stop)):
        for side in range(4):
            x, limit = boxes[i, side], limits[side]
            x = zero if x < zero else x  # this way round NaN stays NaN
            clipped[i, side] = limit if x > limit else x
