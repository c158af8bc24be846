"""Boxes as four numbers relative to an anchor: `encode_deltas` and its inverse `decode_deltas`."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.boxes.checks import as_boxes
from scratchcv.checks import Array

MAX_LOG_SCALE = math.log(1000 / 16)
"""The largest tw or th that `decode_deltas` believes: an anchor of 16 pixels becomes at most 1000."""


def encode_deltas(
    gt_boxes: ArrayLike,
    anchors: ArrayLike,
    *,
    weights: Sequence[float] | None = None,
    variances: Sequence[float] | None = None,
) -> Array:
    r"""Describe each ground-truth box by its offset from its anchor.

    .. math::

        t_x = w_x \frac{b_x - p_x}{p_w} \quad t_y = w_y \frac{b_y - p_y}{p_h} \quad
        t_w = w_w \ln\frac{b_w}{p_w} \quad t_h = w_h \ln\frac{b_h}{p_h}

    Parameters
    ----------
    gt_boxes : array_like, shape (N, 4)
        The boxes b to describe, xyxy, in the unit of `anchors`.
    anchors : array_like, shape (N, 4)
        The anchor (or proposal) p of each box.
    weights : sequence of 4 float, optional
        The factors w, ones by default; torchvision's models take (10, 10, 5, 5) except in their RPN.
    variances : sequence of 4 float, optional
        Instead of `weights`, their reciprocals: SSD, MXNet and d2l say (.1, .1, .2, .2).

    Returns
    -------
    ndarray, shape (N, 4)
        The deltas (tx, ty, tw, th).

    Raises
    ------
    ValueError
        For a box or an anchor that is not finite or has no area, and when `weights` and `variances` are both
        given.

    Notes
    -----
    Some slides list (tx, ty, th, tw); here, as in the R-CNN paper and in torchvision, the width comes first.
    Weights and variances are one idea: they bring the four offsets to a common spread. A slide of EE 628
    writes ``(t - mu) / sigma``; with mu = 0, sigma is `variances`.
    d2l takes ``log(b_w / p_w + 1e-6)``, so its tw and th differ from these by up to 7e-6; MXNet and
    torchvision have no such term. A box without area has no logarithm: torchvision returns -inf for it,
    here it is an error.

    References
    ----------
    R. Girshick et al., "Rich feature hierarchies for accurate object detection", 2014, appendix C.

    Examples
    --------
    An object that is as high as its proposal of 50x80 and twice as wide, .1 widths and .2 heights away:

    >>> proposal, box = [[75, 60, 125, 140]], [[55, 76, 155, 156]]
    >>> encode_deltas(box, proposal).round(4).tolist()
    [[0.1, 0.2, 0.6931, 0.0]]
    """
    factors = _factors(weights, variances)
    boxes = as_boxes("gt_boxes", gt_boxes)
    priors = as_boxes("anchors", anchors)
    _check_same_length("gt_boxes", boxes, priors)
    _check_area("gt_boxes", boxes)
    _check_area("anchors", priors)
    centers, sizes = _centers_and_sizes(boxes)
    anchor_centers, anchor_sizes = _centers_and_sizes(priors)
    deltas = np.concatenate([(centers - anchor_centers) / anchor_sizes, np.log(sizes / anchor_sizes)], axis=1)
    scaled: Array = deltas * np.array(factors, dtype=deltas.dtype)
    return scaled


def decode_deltas(
    deltas: ArrayLike,
    anchors: ArrayLike,
    *,
    weights: Sequence[float] | None = None,
    variances: Sequence[float] | None = None,
    clip: float | None = MAX_LOG_SCALE,
) -> Array:
    r"""Move and stretch each anchor by its deltas: the inverse of `encode_deltas`.

    .. math::

        b_x = p_x + p_w t_x / w_x \quad b_y = p_y + p_h t_y / w_y \quad
        b_w = p_w e^{t_w / w_w} \quad b_h = p_h e^{t_h / w_h}

    Parameters
    ----------
    deltas : array_like, shape (N, 4)
        (tx, ty, tw, th), usually what a network predicts.
    anchors : array_like, shape (N, 4)
        The anchor (or proposal) p of each row, xyxy.
    weights, variances : sequence of 4 float, optional
        As for `encode_deltas`.
    clip : float or None, optional
        Upper limit of tw / ww and th / wh, so that an untrained network cannot overflow the exponential;
        log(1000 / 16) by default as in torchvision. None turns it off.

    Returns
    -------
    ndarray, shape (N, 4)
        Boxes xyxy in the unit of `anchors`, in the dtype of `deltas`. They may reach over the image's border.

    Raises
    ------
    ValueError
        For wrong shapes, and when `weights` and `variances` are both given.

    Notes
    -----
    The limit acts on one side only: a box may shrink to nothing. NaN deltas give NaN boxes.

    References
    ----------
    R. Girshick et al., "Rich feature hierarchies for accurate object detection", 2014, equations 1 to 4.

    Examples
    --------
    The proposal (100, 100, 50, 80) in centre form with t = (.1, .2, ln 2, 0) becomes (105, 116, 100, 80):

    >>> decode_deltas([[0.1, 0.2, math.log(2), 0]], [[75, 60, 125, 140]]).round(6).tolist()
    [[55.0, 76.0, 155.0, 156.0]]
    """
    factors = _factors(weights, variances)
    offsets = as_boxes("deltas", deltas)
    priors = as_boxes("anchors", anchors).astype(offsets.dtype, copy=False)
    _check_same_length("deltas", offsets, priors)
    offsets = offsets / np.array(factors, dtype=offsets.dtype)
    anchor_centers, anchor_sizes = _centers_and_sizes(priors)
    log_scales = offsets[:, 2:] if clip is None else np.minimum(offsets[:, 2:], clip)
    centers = offsets[:, :2] * anchor_sizes + anchor_centers
    half_sizes = 0.5 * (np.exp(log_scales) * anchor_sizes)
    return np.concatenate([centers - half_sizes, centers + half_sizes], axis=1)


def _centers_and_sizes(boxes: Array) -> tuple[Array, Array]:
    sizes = boxes[:, 2:] - boxes[:, :2]
    return boxes[:, :2] + 0.5 * sizes, sizes


def _factors(weights: Sequence[float] | None, variances: Sequence[float] | None) -> tuple[float, ...]:
    if weights is not None and variances is not None:
        raise ValueError("give weights or variances (weights = 1 / variances), not both")
    name, given = ("variances", variances) if weights is None else ("weights", weights)
    values = (1.0, 1.0, 1.0, 1.0) if given is None else tuple(float(value) for value in given)
    if len(values) != 4 or not all(0 < value < math.inf for value in values):
        raise ValueError(f"{name} must be four positive numbers, got {values}")
    return values if name == "weights" else tuple(1 / value for value in values)


def _check_same_length(name: str, array: Array, anchors: Array) -> None:
    if len(array) != len(anchors):
        raise ValueError(f"{name} and anchors must have the same length, got {len(array)} and {len(anchors)}")


def _check_area(name: str, boxes: Array) -> None:
    usable = np.isfinite(boxes).all(axis=1) & (boxes[:, 2:] > boxes[:, :2]).all(axis=1)
    for row in np.flatnonzero(~usable)[:1]:
        fault = "has no area" if np.isfinite(boxes[row]).all() else "is not finite"
        raise ValueError(f"{name}[{row}] {fault}: {boxes[row].tolist()}")
