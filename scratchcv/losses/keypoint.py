"""Mask R-CNN's keypoint loss: for each keypoint, which one of all pixels of the region it is."""

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.checks import Array, as_floating, check_array, check_floating, check_integers
from scratchcv.losses.cross_entropy import cross_entropy


def keypoints_to_heatmap(keypoints: ArrayLike, rois: ArrayLike, heatmap_size: int) -> tuple[Array, Array]:
    r"""Say in which pixel of its region's m x m heatmap each keypoint lies.

    For the region :math:`(x_1, y_1, x_2, y_2)`

    .. math:: \text{column} = \left\lfloor \frac{m (x - x_1)}{x_2 - x_1} \right\rfloor \qquad
              \text{row} = \left\lfloor \frac{m (y - y_1)}{y_2 - y_1} \right\rfloor \qquad
              \text{index} = m \cdot \text{row} + \text{column}

    Parameters
    ----------
    keypoints : array_like (R, P, 3)
        (x, y, visibility) of the P keypoints of R objects, pixels of the image; visibility 0 is "not marked".
    rois : array_like (R, 4)
        The objects' regions `xyxy`, pixels.
    heatmap_size : int
        m, 56 in the paper.

    Returns
    -------
    targets : ndarray of int64 (R, P)
        The index, 0 where there is none.
    visible : ndarray of bool (R, P)
        Whether the keypoint is marked and lies in the region.

    Raises
    ------
    ValueError
        When shapes do not fit.

    Notes
    -----
    torchvision's. The region's right and lower border belong to the last column and row. Computed in float64,
    whatever comes in; in a region without area no keypoint is visible.

    References
    ----------
    K. He et al., "Mask R-CNN", 2017, section 5; lecture S2, lines 1003-1009.

    Examples
    --------
    >>> keypoints = [[[15.0, 10.0, 2.0], [20.0, 30.0, 1.0], [15.0, 9.0, 2.0]]]  # the last is outside
    >>> targets, visible = keypoints_to_heatmap(keypoints, [[10.0, 10.0, 20.0, 30.0]], 4)
    >>> targets.tolist(), visible.tolist()
    ([[2, 15, 0]], [[True, True, False]])
    """
    rois = check_floating("rois", rois, ("R", 4), np.float64)
    keypoints = check_floating("keypoints", keypoints, (len(rois), "P", 3), np.float64)
    sides = (rois[:, 2:] - rois[:, :2])[:, None]  # (R, 1, 2)
    usable = (sides > 0).all(axis=2)
    scale = np.divide(heatmap_size, sides, out=np.zeros_like(sides), where=sides > 0)
    place = np.floor((keypoints[..., :2] - rois[:, None, :2]) * scale)
    place[keypoints[..., :2] == rois[:, None, 2:]] = heatmap_size - 1
    inside = ((place >= 0) & (place < heatmap_size)).all(axis=2)
    visible = inside & usable & (keypoints[..., 2] > 0)
    column, row = np.where(visible[..., None], place, 0).astype(np.int64).transpose(2, 0, 1)
    return row * heatmap_size + column, visible


def keypointrcnn_loss(
    keypoint_logits: ArrayLike, keypoint_targets: ArrayLike, visible: ArrayLike
) -> tuple[float, Array]:
    r"""Return the softmax cross-entropy over the pixels of visible keypoints' heatmaps, and its gradient.

    The target of a keypoint is a mask in which one pixel t is 1. Over the V visible keypoints

    .. math:: L = -\frac{1}{V} \sum_{r,k} v_{rk} \ln \mathrm{softmax}(x_{rk})_{t_{rk}}

    Parameters
    ----------
    keypoint_logits : array_like (R, P, m, m)
        A heatmap x for each of P keypoints of R positive regions.
    keypoint_targets : array_like of int (R, P)
        The pixel t as an index into the flat heatmap, from `keypoints_to_heatmap`.
    visible : array_like of bool (R, P)
        Which keypoints count.

    Returns
    -------
    loss : float
        0 when no keypoint is visible.
    dkeypoint_logits : ndarray
        Like `keypoint_logits`; zero for keypoints that do not count.

    Raises
    ------
    ValueError
        When shapes do not fit, or a visible keypoint's target is not in the heatmap.
    TypeError
        When targets are not integers.

    Notes
    -----
    torchvision's, which takes keypoints and regions, and asks `keypoints_to_heatmap` itself.

    References
    ----------
    K. He et al., "Mask R-CNN", 2017, section 5; lecture S2, lines 1003-1009.

    Examples
    --------
    Of two keypoints the first is visible, in the second of four pixels:

    >>> loss, dlogits = keypointrcnn_loss(np.zeros((1, 2, 2, 2)), [[1, 0]], [[True, False]])
    >>> round(loss, 6), dlogits.tolist()  # log 4
    (1.386294, [[[[0.25, -0.75], [0.25, 0.25]], [[0.0, 0.0], [0.0, 0.0]]]])
    """
    keypoint_logits = as_floating(check_array("keypoint_logits", keypoint_logits, ("R", "P", "m", "m")))
    R, P, m, n = keypoint_logits.shape
    keypoint_targets = check_array("keypoint_targets", keypoint_targets, (R, P))
    visible = check_array("visible", visible, (R, P)).astype(bool)

    dkeypoint_logits = np.zeros_like(keypoint_logits)
    if not visible.any():
        return 0.0, dkeypoint_logits
    targets = check_integers("keypoint_targets", np.where(visible, keypoint_targets, 0), (R, P), m * n)
    heatmaps = keypoint_logits.reshape(R, P, m * n)[visible]  # (V, m²)
    loss, dheatmaps = cross_entropy(heatmaps, targets[visible])  # the mean over V
    dkeypoint_logits[visible] = dheatmaps.reshape(-1, m, n)
    return loss, dkeypoint_logits
