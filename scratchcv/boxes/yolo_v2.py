"""YOLO v2's boxes: an anchor moved within its cell and stretched."""

import math

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.boxes.deltas import MAX_LOG_SCALE
from scratchcv.boxes.shape_iou import check_anchors
from scratchcv.boxes.yolo_grid import cell_corners
from scratchcv.checks import Array, as_floating, check_floating


def decode_yolo_v2(
    t: ArrayLike, anchors: ArrayLike, *, clip: float | None = MAX_LOG_SCALE
) -> tuple[Array, Array]:
    r"""Turn what YOLO v2 predicts for each cell and anchor into boxes and their confidence.

    With the cell's upper left corner :math:`(c_x, c_y)` and the anchor's width and height
    :math:`(p_w, p_h)`, all in units of cells,

    .. math:: b_x = \sigma(t_x) + c_x \qquad b_y = \sigma(t_y) + c_y \qquad
              b_w = p_w e^{t_w} \qquad b_h = p_h e^{t_h} \qquad
              \Pr(\text{object}) \cdot \text{IoU} = \sigma(t_o)

    Parameters
    ----------
    t : array_like (…, S, S, A, 5)
        :math:`(t_x, t_y, t_w, t_h, t_o)`.
    anchors : array_like (A, 2)
        :math:`(p_w, p_h)` of each anchor, in cells.
    clip : float or None
        Upper limit of t_w and t_h, as for `decode_deltas`, so that an untrained network cannot overflow the
        exponential. None turns it off: the paper has none.

    Returns
    -------
    boxes_cxcywh : ndarray (…, S, S, A, 4)
        :math:`(b_x, b_y, b_w, b_h)`, in cells; times the stride (32 in the paper) they are pixels.
    confidence : ndarray (…, S, S, A)
        Between 0 and 1.

    Raises
    ------
    ValueError
        When shapes do not fit, or an anchor has no area.

    Notes
    -----
    The sigmoid keeps a midpoint within its cell, which made training stable: a plain offset can send
    it anywhere. One lecture lists (tx, ty, th, tw, to); here, as in the paper, the width comes
    first. That lecture also calls σ(t_o) the conditional class probability; it is the confidence.

    References
    ----------
    J. Redmon, A. Farhadi, "YOLO9000: Better, Faster, Stronger", 2017, section 2; lecture S4, lines 207-240.

    Examples
    --------
    t = 0 is the cell's middle, the anchor's size, and confidence 1/2:

    >>> boxes, confidence = decode_yolo_v2(np.zeros((1, 2, 1, 5)), [[3.0, 4.0]])
    >>> boxes[0, 1].tolist(), confidence[0, 1].tolist()
    ([[1.5, 0.5, 3.0, 4.0]], [0.5])
    """
    t, anchors = _check(t, anchors)
    rows, columns = t.shape[-4:-2]
    log_scales = np.minimum(t[..., 2:4], _limit(clip))
    centers = _sigmoid(t[..., :2]) + cell_corners(rows, columns, t.dtype)
    boxes = np.concatenate([centers, anchors * np.exp(log_scales)], axis=-1)
    return boxes, _sigmoid(t[..., 4])


def decode_yolo_v2_backward(
    dboxes: Array,
    dconfidence: Array,
    t: ArrayLike,
    anchors: ArrayLike,
    *,
    clip: float | None = MAX_LOG_SCALE,
) -> Array:
    r"""Return the gradient of t.

    .. math:: dt_x = \sigma(t_x) (1 - \sigma(t_x)) \, db_x \qquad dt_w = b_w \, db_w \qquad
              dt_o = \sigma(t_o) (1 - \sigma(t_o)) \, d\text{confidence}

    and so for t_y and t_h; zero for a t_w or t_h above the limit.

    Parameters
    ----------
    dboxes : ndarray (…, S, S, A, 4)
        Gradient of :math:`(b_x, b_y, b_w, b_h)`.
    dconfidence : ndarray (…, S, S, A)
        Gradient of the confidence.
    t, anchors, clip
        As for `decode_yolo_v2`.

    Returns
    -------
    ndarray (…, S, S, A, 5)

    Raises
    ------
    ValueError
        When shapes do not fit, or an anchor has no area.

    Examples
    --------
    >>> dboxes, dconfidence = np.ones((1, 1, 1, 4)), np.ones((1, 1, 1))
    >>> decode_yolo_v2_backward(dboxes, dconfidence, np.zeros((1, 1, 1, 5)), [[3.0, 4.0]])[0, 0, 0].tolist()
    [0.25, 0.25, 3.0, 4.0, 0.25]
    """
    t, anchors = _check(t, anchors)
    dboxes = check_floating("dboxes", dboxes, (*t.shape[:-1], 4), t.dtype)
    dconfidence = check_floating("dconfidence", dconfidence, t.shape[:-1], t.dtype)
    dt = np.empty_like(t)
    for part, upstream in ((slice(0, 2), dboxes[..., :2]), (slice(4, 5), dconfidence[..., None])):
        sigma = _sigmoid(t[..., part])
        dt[..., part] = sigma * (1 - sigma) * upstream
    log_scales, limit = t[..., 2:4], _limit(clip)
    sizes = anchors * np.exp(np.minimum(log_scales, limit))
    dt[..., 2:4] = np.where(log_scales > limit, 0, sizes * dboxes[..., 2:])
    return dt


def _check(t: ArrayLike, anchors: ArrayLike) -> tuple[Array, Array]:
    t, anchors = as_floating(t), check_anchors(anchors)
    if t.ndim < 4 or t.shape[-2:] != (len(anchors), 5):
        raise ValueError(f"t must have shape (…, S, S, {len(anchors)}, 5), got {t.shape}")
    return t, anchors.astype(t.dtype, copy=False)


def _limit(clip: float | None) -> float:
    return math.inf if clip is None else float(clip)


def _sigmoid(x: Array) -> Array:
    return np.exp(-np.logaddexp(0, -x))  # 1 / (1 + e⁻ˣ), without overflow
