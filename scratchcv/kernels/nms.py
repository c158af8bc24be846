"""The loop behind `scratchcv.boxes.nms` and `scratchcv.boxes.batched_nms`."""

import numpy as np
from numba import njit

from scratchcv.checks import Array


@njit(cache=True, nogil=True, error_model="numpy")
def nms(boxes: Array, order: Array, iou_threshold: np.floating) -> Array:
    """Walk through the boxes by score; each one that is still there suppresses later ones.

    The formula asks `box_iou` for a new matrix in every round; this loop writes one flag a box. Comparing one
    box with all later ones has no branch and reads columns, so that it compiles to vector instructions, which
    beats stopping early. Against the formula 100 to 200 times faster on 1000 boxes, 60 to 200 times on 10 000
    (2 ms in a crowd, 7 ms spread out); against torchvision 7 to 40 times.

    It keeps the same boxes because it divides, in the boxes' own precision, as the formula does: the cheaper
    ``intersection > iou_threshold * union`` decides exact ties differently.
    """
    columns = boxes[order].T.copy()
    x1, y1, x2, y2 = columns[0], columns[1], columns[2], columns[3]
    area = (x2 - x1) * (y2 - y1)
    suppressed = np.zeros(len(order), np.bool_)
    for i in range(len(order)):
        if not suppressed[i]:
            _suppress(x1[i:], y1[i:], x2[i:], y2[i:], area[i:], suppressed[i:], iou_threshold)
    return order[~suppressed]


@njit(cache=True, nogil=True, error_model="numpy")
def _suppress(
    x1: Array, y1: Array, x2: Array, y2: Array, area: Array, suppressed: Array, iou_threshold: np.floating
) -> None:
    """Mark the boxes whose IoU with the first one exceeds the threshold."""
    zero = x1.dtype.type(0)
    left, top, right, bottom, own_area = x1[0], y1[0], x2[0], y2[0], area[0]
    for j in range(1, len(x1)):
        width = max(min(right, x2[j]) - max(left, x1[j]), zero)
        height = max(min(bottom, y2[j]) - max(top, y1[j]), zero)
        intersection = width * height
        union = own_area + area[j] - intersection
        iou = zero if union <= zero else intersection / union
        suppressed[j] |= iou > iou_threshold
