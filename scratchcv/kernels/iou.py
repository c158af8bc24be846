"""The loop behind `scratchcv.boxes.box_iou`."""

import numpy as np
from numba import njit

from scratchcv.checks import Array
from scratchcv.kernels.parallel import parallel_for

_SMALL = 500_000  # pairs below which one thread does it


def box_iou(boxes1: Array, boxes2: Array) -> Array:
    """Return the IoU matrix; the twin of `scratchcv.boxes.iou.box_iou_numpy`."""
    iou = np.empty((len(boxes1), len(boxes2)), boxes1.dtype)
    corners = np.ascontiguousarray(boxes2.T)
    area = (corners[2] - corners[0]) * (corners[3] - corners[1])
    parallel_for(_fill, len(boxes1), boxes1, corners, area, iou, serial=iou.size < _SMALL)
    return iou


@njit(cache=True, nogil=True, error_model="numpy")
def _fill(start, stop, boxes, corners, areas, iou):  # type: ignore[no-untyped-def]
    """Fill rows of the matrix pair by pair.

    The formula makes a dozen passes over arrays of N × M; this loop makes one and keeps everything between in
    registers. 30 to 60 times faster on 10 000 × 1000 boxes, where writing the matrix remains, 50 times
    on 8732 × 50, an SSD's default boxes against the objects of an image. The operations and their order are
    the formula's, so that both agree to the last bit.
    """
    zero = boxes.dtype.type(0)
    for i in range(start, stop):
        x1, y1, x2, y2 = boxes[i]
        area = (x2 - x1) * (y2 - y1)
        for j in range(len(areas)):
            width = min(x2, corners[2, j]) - max(x1, corners[0, j])
            height = min(y2, corners[3, j]) - max(y1, corners[1, j])
            width = zero if width < zero else width
            height = zero if height < zero else height
            intersection = width * height
            union = area + areas[j] - intersection
            iou[i, j] = zero if union <= zero else intersection / union
