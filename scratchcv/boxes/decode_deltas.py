"""Boxes from an anchor and the four numbers that a network predicts: the inverse of `encode_deltas`."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.backend import active_form
from scratchcv.boxes.checks import as_boxes
from scratchcv.boxes.convert import box_convert_backward
from scratchcv.boxes.deltas import MAX_LOG_SCALE, centers_and_sizes, check_same_length, delta_factors
from scratchcv.checks import Array, check_floating


def decode_deltas_numpy(deltas: Array, anchors: Array, factors: Array, limit: float) -> Array:
    """Return the boxes that deltas make of their anchors: `decode_deltas` as a formula.

    Examples
    --------
    >>> deltas, anchor = np.array([[0.5, 0, 0, 0]]), np.array([[0, 0, 2, 2.0]])
    >>> decode_deltas_numpy(deltas, anchor, np.ones(4), np.inf).tolist()
    [[1.0, 0.0, 3.0, 2.0]]
    """
    offsets = deltas / factors
    anchor_centers, anchor_sizes = centers_and_sizes(anchors)
    log_scales = np.minimum(offsets[:, 2:], limit)
    centers = offsets[:, :2] * anchor_sizes + anchor_centers
    half_sizes = 0.5 * (np.exp(log_scales) * anchor_sizes)
    return np.concatenate([centers - half_sizes, centers + half_sizes], axis=1)


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
    deltas : array_like of shape (N, 4)
        (tx, ty, tw, th), usually what a network predicts.
    anchors : array_like of shape (N, 4)
        The anchor (or proposal) p of each row, xyxy.
    weights, variances : sequence of 4 float, optional
        As for `encode_deltas`.
    clip : float or None, optional
        Upper limit of tw / ww and th / wh, so that an untrained network cannot overflow the exponential;
        log(1000 / 16) by default as in torchvision. None turns it off.

    Returns
    -------
    ndarray of shape (N, 4)
        Boxes xyxy in the unit of `anchors`, in the dtype of `deltas`. They may reach over the image's border.

    Raises
    ------
    ValueError
        For wrong shapes, and when `weights` and `variances` are both given.

    Notes
    -----
    The limit acts on one side only: a box may shrink to nothing. NaN deltas give NaN boxes. Where each class
    has deltas of its own, (N, 4K), see `decode_class_deltas`.

    References
    ----------
    R. Girshick et al., "Rich feature hierarchies for accurate object detection", 2014, equations 1 to 4.

    Examples
    --------
    The proposal (100, 100, 50, 80) in centre form with t = (.1, .2, ln 2, 0) becomes (105, 116, 100, 80):

    >>> decode_deltas([[0.1, 0.2, np.log(2), 0]], [[75, 60, 125, 140]]).round(6).tolist()
    [[55.0, 76.0, 155.0, 156.0]]
    """
    factors = delta_factors(weights, variances)
    offsets = as_boxes("deltas", deltas)
    priors = as_boxes("anchors", anchors).astype(offsets.dtype, copy=False)
    check_same_length("deltas", offsets, priors)
    pair = np.ascontiguousarray(offsets), np.ascontiguousarray(priors)
    limit = math.inf if clip is None else float(clip)
    return active_form(decode_deltas_numpy)(*pair, np.array(factors, offsets.dtype), limit)


def decode_deltas_backward(
    dboxes: ArrayLike,
    deltas: ArrayLike,
    anchors: ArrayLike,
    *,
    weights: Sequence[float] | None = None,
    variances: Sequence[float] | None = None,
    clip: float | None = MAX_LOG_SCALE,
) -> tuple[Array, Array]:
    r"""Return the gradients of the deltas and of the anchors.

    In centre form, for x and w (y and h alike),

    .. math::

        dt_x = \frac{p_w}{w_x} db_x \quad dt_w = \frac{b_w}{w_w} db_w \quad
        dp_x = db_x \quad dp_w = \frac{t_x}{w_x} db_x + \frac{b_w}{p_w} db_w

    where dt_w is 0 beyond the limit.

    Parameters
    ----------
    dboxes : array_like of shape (N, 4)
        The gradient of the decoded boxes, xyxy.
    deltas, anchors, weights, variances, clip
        As for `decode_deltas`.

    Returns
    -------
    ddeltas, danchors : ndarray of shape (N, 4)
        A network's gradient goes on with `ddeltas`; of an anchor that is fixed, `danchors` is thrown away.

    Raises
    ------
    ValueError
        As `decode_deltas`.

    Examples
    --------
    Twice the anchor's width of 2: e^tw is 2, and moves the right edge by half of 2 · 2:

    >>> ddeltas, danchors = decode_deltas_backward([[0, 0, 1, 0]], [[0, 0, np.log(2), 0]], [[0, 0, 2, 2]])
    >>> ddeltas.tolist(), danchors.tolist()
    ([[2.0, 0.0, 2.0, 0.0]], [[-0.5, 0.0, 1.5, 0.0]])
    """
    factors = delta_factors(weights, variances)
    offsets = as_boxes("deltas", deltas)
    priors = as_boxes("anchors", anchors).astype(offsets.dtype, copy=False)
    check_same_length("deltas", offsets, priors)
    dboxes = check_floating("dboxes", dboxes, offsets.shape, offsets.dtype)
    dboxes = box_convert_backward(dboxes, "cxcywh", "xyxy")
    dcenters, dsizes = dboxes[:, :2], dboxes[:, 2:]
    offsets = offsets / np.array(factors, dtype=offsets.dtype)
    _, anchor_sizes = centers_and_sizes(priors)
    log_scales = offsets[:, 2:] if clip is None else np.minimum(offsets[:, 2:], clip)
    growth = np.exp(log_scales)
    dlog_scales = np.where(offsets[:, 2:] <= log_scales, dsizes * growth * anchor_sizes, 0)
    ddeltas = np.concatenate([dcenters * anchor_sizes, dlog_scales], axis=1)
    danchors = np.concatenate([dcenters, dcenters * offsets[:, :2] + dsizes * growth], axis=1)
    return ddeltas / np.array(factors, ddeltas.dtype), box_convert_backward(danchors, "xyxy", "cxcywh")
