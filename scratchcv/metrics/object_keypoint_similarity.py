"""Object keypoint similarity (OKS): what IoU is to boxes, for poses."""

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.checks import Array, check_array
from scratchcv.metrics.annotations import as_finite, as_finite_boxes

# Nose, eyes, ears, shoulders, elbows, wrists, hips, knees, ankles; the pairs left and right.
COCO_SIGMAS = (
    np.array(
        [0.26, 0.25, 0.25, 0.35, 0.35, 0.79, 0.79, 0.72, 0.72, 0.62, 0.62, 1.07, 1.07, 0.87, 0.87, 0.89, 0.89]
    )
    / 10.0
)
"""How far annotators of COCO stray from each of its 17 keypoints, relative to the square root of the area."""


def object_keypoint_similarity(
    keypoints: ArrayLike,
    true_keypoints: ArrayLike,
    areas: ArrayLike,
    boxes: ArrayLike | None = None,
    sigmas: ArrayLike = COCO_SIGMAS,
) -> Array:
    r"""Return how similar every predicted pose is to every true one, between 0 and 1.

    .. math::

        \mathrm{OKS} = \frac{\sum_{i: v_i > 0} \exp\left(-\frac{d_i^2}{2 s^2 k_i^2}\right)}
            {\sum_i [v_i > 0]}, \qquad s^2 = \text{area}, \quad k_i = 2 \sigma_i

    Parameters
    ----------
    keypoints : array_like of shape (N, P, 3)
        Predicted x, y in pixels; the third number is not looked at.
    true_keypoints : array_like of shape (M, P, 3)
        True x, y, and visibility v: 0 where the keypoint is not labelled.
    areas : array_like of shape (M,)
        The true objects' areas in square pixels: their scale s, squared.
    boxes : array_like of shape (M, 4), optional
        The true objects' boxes, needed where one has no labelled keypoint.
    sigmas : array_like of shape (P,)
        How far annotators stray from each keypoint, relative to s.

    Returns
    -------
    ndarray of float64, shape (N, M)

    Raises
    ------
    ValueError
        When a shape differs, a number is not finite, a sigma is not positive, an area is negative, a box is
        inverted, or `boxes` are missing and needed.

    Notes
    -----
    A true object without labelled keypoints cannot be compared. As in COCO's code, every keypoint's distance
    is then that to the object's box, grown by its own width and height on each side: a pose within it has
    similarity 1, and finds something that is ignored.

    References
    ----------
    cocodataset.org, "Keypoint Evaluation"; ``computeOks`` of ``pycocotools.cocoeval``.

    Examples
    --------
    One keypoint is right, the other is off by its κ·s = 2 × .05 × 20 = 2 pixels: exp(-1/2).

    >>> pose, truth = [[[5, 5, 1], [9, 9, 1]]], [[[5, 5, 2], [9, 11, 2]]]
    >>> object_keypoint_similarity(pose, truth, areas=[400], sigmas=[.05, .05]).round(4).tolist()
    [[0.8033]]
    """
    sigmas = check_sigmas(sigmas)
    points = len(sigmas)
    poses = as_finite("keypoints", keypoints, ("N", points, 3))
    truths = as_finite("true_keypoints", true_keypoints, ("M", points, 3))
    areas = as_finite("areas", areas, (len(truths),))
    if np.any(areas < 0):
        raise ValueError(f"areas must not be negative, got {areas.min():g}")
    visible = truths[..., 2] > 0
    if boxes is None and not visible.any(axis=1).all():
        row = int(np.argmin(visible.any(axis=1)))
        raise ValueError(f"boxes are needed: true_keypoints[{row}] has no labelled keypoint")
    if boxes is not None:
        boxes = check_array("boxes", as_finite_boxes("boxes", boxes), (len(truths), 4))

    variances = (sigmas * 2) ** 2
    similarity = np.zeros((len(poses), len(truths)))
    for m, truth in enumerate(truths):
        if visible[m].any():
            labelled, dx, dy = visible[m], poses[..., 0] - truth[:, 0], poses[..., 1] - truth[:, 1]
        else:
            assert boxes is not None
            labelled = np.ones(points, bool)
            dx, dy = (_beyond(poses[..., axis], boxes[m, axis], boxes[m, axis + 2]) for axis in (0, 1))
        # The smallest of summands, as in COCO's code, where an area may be 0.
        exponent = (dx**2 + dy**2) / variances / (areas[m] + np.spacing(1)) / 2
        # Row by row contiguous, so that sums have the order, and the last bit, of COCO's code.
        terms = np.exp(-np.ascontiguousarray(exponent[:, labelled]))
        similarity[:, m] = terms.sum(axis=1) / terms.shape[1]
    return similarity


def check_sigmas(sigmas: ArrayLike) -> Array:
    """Return the sigmas in float64 if they are positive numbers, one or more.

    Examples
    --------
    >>> check_sigmas([])
    Traceback (most recent call last):
    ValueError: sigmas must be positive, one for each keypoint, got []
    """
    array = as_finite("sigmas", sigmas, ("P",))
    if len(array) == 0 or not (array > 0).all():
        raise ValueError(f"sigmas must be positive, one for each keypoint, got {array.tolist()}")
    return array


def _beyond(x: Array, low: float, high: float) -> Array:
    """Return how far x lies outside the interval after it grew by its length at both ends."""
    length = high - low
    return np.asarray(np.maximum(0, low - length - x) + np.maximum(0, x - (low + length * 2)))
