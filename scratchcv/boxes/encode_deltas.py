"""Boxes as four numbers relative to an anchor, the targets of regression; `decode_deltas` is the inverse."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.backend import active_form
from scratchcv.boxes.checks import as_boxes, first_faulty_box
from scratchcv.boxes.convert import box_convert_backward
from scratchcv.boxes.deltas import centers_and_sizes, check_same_length, delta_factors
from scratchcv.checks import Array, check_floating


def encode_deltas_numpy(boxes: Array, anchors: Array, factors: Array, eps: float) -> Array:
    """Return the deltas of boxes that have an area: `encode_deltas` as a formula.

    Examples
    --------
    >>> box, anchor = np.array([[1, 0, 3, 2.0]]), np.array([[0, 0, 2, 2.0]])
    >>> encode_deltas_numpy(box, anchor, np.ones(4), 0.0).tolist()
    [[0.5, 0.0, 0.0, 0.0]]
    """
    centers, sizes = centers_and_sizes(boxes)
    anchor_centers, anchor_sizes = centers_and_sizes(anchors)
    deltas = np.concatenate(
        [(centers - anchor_centers) / anchor_sizes, np.log(sizes / anchor_sizes + eps)], axis=1
    )
    scaled: Array = deltas * factors
    return scaled


def encode_deltas(
    gt_boxes: ArrayLike,
    anchors: ArrayLike,
    *,
    weights: Sequence[float] | None = None,
    variances: Sequence[float] | None = None,
    eps: float = 0.0,
) -> Array:
    r"""Describe each ground-truth box by its offset from its anchor.

    .. math::

        t_x = w_x \frac{b_x - p_x}{p_w} \quad t_y = w_y \frac{b_y - p_y}{p_h} \quad
        t_w = w_w \ln\frac{b_w}{p_w} \quad t_h = w_h \ln\frac{b_h}{p_h}

    Parameters
    ----------
    gt_boxes : array_like of shape (N, 4)
        The boxes b to describe, xyxy, in the unit of `anchors`.
    anchors : array_like of shape (N, 4)
        The anchor (or proposal) p of each box.
    weights : sequence of 4 float, optional
        The factors w, ones by default; torchvision's models take (10, 10, 5, 5) except in their RPN.
    variances : sequence of 4 float, optional
        Instead of `weights`, their reciprocals: SSD, MXNet and d2l say (.1, .1, .2, .2).
    eps : float, optional
        Added to the two ratios in front of the logarithm; d2l has 1e-6.

    Returns
    -------
    ndarray of shape (N, 4)
        The deltas (tx, ty, tw, th).

    Raises
    ------
    ValueError
        For a box or an anchor that is not finite or has no area, for a negative `eps`, and when `weights` and
        `variances` are both given.

    Notes
    -----
    Some slides list (tx, ty, th, tw); here, as in the R-CNN paper and in torchvision, the width comes first.
    Weights and variances are one idea: they bring the four offsets to a common spread. A slide of EE 628
    writes ``(t - mu) / sigma``; with mu = 0, sigma is `variances`.
    d2l takes ``log(b_w / p_w + 1e-6)``, so its tw and th differ by up to 7e-6 in its own example; MXNet and
    torchvision have no such `eps`. A box without area has no logarithm: torchvision returns -inf for it,
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
    factors = delta_factors(weights, variances)
    boxes, priors = _checked_pairs(gt_boxes, anchors, eps)
    dtype = np.result_type(boxes, priors)
    pair = np.ascontiguousarray(boxes, dtype), np.ascontiguousarray(priors, dtype)
    return active_form(encode_deltas_numpy)(*pair, np.array(factors, dtype), float(eps))


def encode_deltas_backward(
    ddeltas: ArrayLike,
    gt_boxes: ArrayLike,
    anchors: ArrayLike,
    *,
    weights: Sequence[float] | None = None,
    variances: Sequence[float] | None = None,
    eps: float = 0.0,
) -> tuple[Array, Array]:
    r"""Return the gradients of the boxes and of the anchors.

    In centre form, for x and w (y and h alike), with :math:`r = b_w / p_w`,

    .. math::

        db_x = \frac{w_x}{p_w} dt_x \quad db_w = \frac{w_w}{p_w (r + \epsilon)} dt_w \quad
        dp_x = -db_x \quad dp_w = -\frac{b_x - p_x}{p_w} db_x - r \, db_w

    Parameters
    ----------
    ddeltas : array_like of shape (N, 4)
        The gradient of the deltas.
    gt_boxes, anchors, weights, variances, eps
        As for `encode_deltas`.

    Returns
    -------
    dgt_boxes, danchors : ndarray of shape (N, 4)

    Raises
    ------
    ValueError
        As `encode_deltas`.

    Examples
    --------
    >>> dgt_boxes, danchors = encode_deltas_backward([[1, 0, 0, 0]], [[1, 0, 3, 2]], [[0, 0, 2, 2]])
    >>> dgt_boxes.tolist(), danchors.tolist()
    ([[0.25, 0.0, 0.25, 0.0]], [[0.0, 0.0, -0.5, 0.0]])
    """
    factors = delta_factors(weights, variances)
    boxes, priors = _checked_pairs(gt_boxes, anchors, eps)
    ddeltas = check_floating("ddeltas", ddeltas, boxes.shape, boxes.dtype)
    scaled = ddeltas * np.array(factors, boxes.dtype)
    centers, sizes = centers_and_sizes(boxes)
    anchor_centers, anchor_sizes = centers_and_sizes(priors)
    growth = sizes / anchor_sizes
    dcenters = scaled[:, :2] / anchor_sizes
    dsizes = scaled[:, 2:] / (anchor_sizes * (growth + eps))
    danchor_sizes = -dcenters * (centers - anchor_centers) / anchor_sizes - dsizes * growth
    dboxes = np.concatenate([dcenters, dsizes], axis=1)
    danchors = np.concatenate([-dcenters, danchor_sizes], axis=1)
    return box_convert_backward(dboxes, "xyxy", "cxcywh"), box_convert_backward(danchors, "xyxy", "cxcywh")


def _checked_pairs(gt_boxes: ArrayLike, anchors: ArrayLike, eps: float) -> tuple[Array, Array]:
    if not eps >= 0:
        raise ValueError(f"eps must be 0 or more, got {eps}")
    boxes, priors = as_boxes("gt_boxes", gt_boxes), as_boxes("anchors", anchors)
    check_same_length("gt_boxes", boxes, priors)
    _check_area("gt_boxes", boxes)
    _check_area("anchors", priors)
    return boxes, priors


def _check_area(name: str, boxes: Array) -> None:
    row = first_faulty_box(boxes, flat=False)
    if row >= 0:
        fault = "has no area" if np.isfinite(boxes[row]).all() else "is not finite"
        raise ValueError(f"{name}[{row}] {fault}: {boxes[row].tolist()}")
