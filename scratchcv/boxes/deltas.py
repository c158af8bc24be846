"""What encoding and decoding of boxes against anchors share: centres and sizes, weights and variances."""

import math
from collections.abc import Sequence

from scratchcv.checks import Array

MAX_LOG_SCALE = math.log(1000 / 16)
"""The largest tw or th that `decode_deltas` believes: an anchor of 16 pixels becomes at most 1000."""


def centers_and_sizes(boxes: Array) -> tuple[Array, Array]:
    """Return (cx, cy) and (w, h) of boxes `xyxy`, both of shape (N, 2).

    Examples
    --------
    >>> import numpy as np
    >>> centers, sizes = centers_and_sizes(np.array([[0.0, 0.0, 4.0, 2.0]]))
    >>> centers.tolist(), sizes.tolist()
    ([[2.0, 1.0]], [[4.0, 2.0]])
    """
    sizes = boxes[:, 2:] - boxes[:, :2]
    return boxes[:, :2] + 0.5 * sizes, sizes


def delta_factors(weights: Sequence[float] | None, variances: Sequence[float] | None) -> tuple[float, ...]:
    """Return the four factors of deltas: the weights, the reciprocals of the variances, or ones.

    Examples
    --------
    >>> delta_factors(None, (0.1, 0.1, 0.2, 0.2))
    (10.0, 10.0, 5.0, 5.0)
    """
    if weights is not None and variances is not None:
        raise ValueError("give weights or variances (weights = 1 / variances), not both")
    name, given = ("variances", variances) if weights is None else ("weights", weights)
    values = (1.0, 1.0, 1.0, 1.0) if given is None else tuple(float(value) for value in given)
    if len(values) != 4 or not all(0 < value < math.inf for value in values):
        raise ValueError(f"{name} must be four positive numbers, got {values}")
    return values if name == "weights" else tuple(1 / value for value in values)


def check_same_length(name: str, array: Array, anchors: Array) -> None:
    """Say when there is not one anchor for each row.

    Examples
    --------
    >>> import numpy as np
    >>> check_same_length("deltas", np.zeros((3, 4)), np.zeros((2, 4)))
    Traceback (most recent call last):
    ValueError: deltas and anchors must have the same length, got 3 and 2
    """
    if len(array) != len(anchors):
        raise ValueError(f"{name} and anchors must have the same length, got {len(array)} and {len(anchors)}")
