"""The loop behind `scratchcv.boxes.generalized_box_iou`."""

import numpy as np
from numba import njit, uint64

from scratchcv.checks import Array
from scratchcv.kernels.parallel import parallel_for

_SMALL = 500_000  # pairs below which one thread does it


def generalized_box_iou(boxes1: Array, boxes2: Array) -> Array:
    """Return the matrix; the twin of `scratchcv.boxes.generalized_iou.generalized_box_iou_numpy`."""
    giou = np.empty((len(boxes1), len(boxes2)), boxes1.dtype)
    corners = np.ascontiguousarray(boxes2.T)
    area = (corners[2] - corners[0]) * (corners[3] - corners[1])
    parallel_for(_fill, len(boxes1), boxes1, corners, area, giou, serial=giou.size < _SMALL)
    return giou


@njit(cache=True, nogil=True, error_model="numpy")
def _fill(start, stop, boxes, corners, areas, giou):  # type: ignore[no-untyped-def]
    """Fill rows of the matrix pair by pair, all that the formula keeps in arrays in registers.

    The operations and their order are the formula's, so that both agree to the last bit. NaN in a box is NaN
    in its area, and so in the union, whatever `min` and `max` make of it.
    """
    zero = boxes.dtype.type(0)
    for i in range(uint64(start), uint64(stop)):
        x1, y1, x2, y2 = boxes[i, 0], boxes[i, 1], boxes[i, 2], boxes[i, 3]
        area = (x2 - x1) * (y2 - y1)
        for j in range(uint64(len(areas))):
            left, top, right, bottom = corners[0, j], corners[1, j], corners[2, j], corners[3, j]
            width, height = min(x2, right) - max(x1, left), min(y2, bottom) - max(y1, top)
            width = zero if width < zero else width
            height = zero if height < zero else height
            intersection = width * height
            union = area + areas[j] - intersection
            width, height = max(x2, right) - min(x1, left), max(y2, bottom) - min(y1, top)
            width = zero if width < zero else width
            height = zero if height < zero else height
            enclosing = width * height
            iou = zero if union <= zero else intersection / union
            empty = zero if enclosing <= zero else (enclosing - union) / enclosing
            giou[i, j] = iou - empty
