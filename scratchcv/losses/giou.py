"""GIoU loss: one minus the generalized IoU of each predicted box and its truth."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.boxes.checks import as_paired_boxes, check_valid_boxes
from scratchcv.boxes.generalized_iou import paired_giou, paired_giou_backward
from scratchcv.checks import Array, check_array
from scratchcv.losses.reduction import check_reduction, reduce


def generalized_box_iou_loss(
    boxes1: ArrayLike, boxes2: ArrayLike, *, reduction: str = "none", eps: float = 1e-7
) -> tuple[Any, tuple[Array, Array]]:
    r"""Return how badly boxes fit their counterparts, and the gradients of both.

    .. math:: L = 1 - \mathrm{GIoU}(A, B) = 1 - \frac{|A \cap B|}{|A \cup B| + \epsilon}
              + \frac{|C| - |A \cup B|}{|C| + \epsilon}

    A is a prediction with its corners in order, B its truth, C the smallest box around both.

    Parameters
    ----------
    boxes1 : array_like (..., 4)
        Predicted boxes `xyxy`, in any unit. An inverted one stands for the box between its two corners.
    boxes2 : array_like (..., 4)
        The truth of each, `xyxy` with x1 <= x2 and y1 <= y2. With the predictions in order, the loss does not
        care which is which.
    reduction : {"none", "mean", "sum"}
        What becomes of the pairs' losses. By default nothing, as in torchvision; the mean of no pairs is 0.
    eps : float
        Keeps denominators from being 0.

    Returns
    -------
    loss : float, or ndarray of shape (...) for ``reduction="none"``
        Each between 0 (identical) and 2 (small and far apart).
    gradients : tuple of ndarray
        dboxes1 and dboxes2; for ``"none"`` of the losses' sum.

    Raises
    ------
    ValueError
        When the shapes differ or do not end with 4, a true box is inverted or not finite (are they `xywh`?),
        for a negative eps, and for an unknown reduction.

    Notes
    -----
    Semantics are torchvision's, for boxes that are not inverted, except that shapes are not broadcast. Smooth
    L1 compares four numbers independently; this compares boxes, the same at every scale, and unlike 1 - IoU
    it pulls boxes together that do not meet.

    Nothing keeps a network's x2 above its x1. The paper's first step puts a prediction's corners in order,
    min(x1, x2) and max(x1, x2), and so does this: the loss stays between 0 and 2, and each coordinate gets
    the gradient of the side that it is. torchvision takes the areas as they come, and its loss has no bound
    then. A prediction that is not finite has the loss NaN: nothing is hidden.

    References
    ----------
    H. Rezatofighi et al., "Generalized Intersection over Union", CVPR 2019, algorithm 2. No lecture has
    it; they have the IoU (S0, lines 65-77) that it mends.

    Examples
    --------
    >>> losses, _ = generalized_box_iou_loss([[0, 0, 1, 1], [0, 0, 1, 1]], [[0, 0, 1, 0.5], [3, 0, 4, 1]])
    >>> losses.round(4).tolist()
    [0.5, 1.5]

    An inverted prediction is the box between its corners. The gradient pulls its left side, whatever its
    name, towards the truth:

    >>> _, (dinverted, _) = generalized_box_iou_loss([[4, 0, 3, 1]], [[0, 0, 1, 1]])
    >>> _, (dordered, _) = generalized_box_iou_loss([[3, 0, 4, 1]], [[0, 0, 1, 1]])
    >>> dinverted[:, [0, 2]].round(4).tolist(), dordered[:, [0, 2]].round(4).tolist()
    ([[-0.125, 0.25]], [[0.25, -0.125]])
    """
    check_reduction(reduction)
    eps, boxes1 = float(eps), as_paired_boxes("boxes1", boxes1)
    B = _check_truth(check_array("boxes2", boxes2, boxes1.shape)).astype(boxes1.dtype, copy=False)
    inverted = boxes1[..., :2] > boxes1[..., 2:]  # (..., 2), of x and of y
    A = _swap_corners(boxes1, inverted)
    giou = paired_giou(A, B, eps=eps)  # (...)
    loss, dgiou = reduce(1 - giou, np.full_like(giou, -1), reduction, giou.size)
    dA, dB = paired_giou_backward(dgiou, A, B, eps=eps)
    return loss, (_swap_corners(dA, inverted), dB)


def _check_truth(boxes: Array) -> Array:
    name = "boxes2" if boxes.ndim == 2 else "boxes2.reshape(-1, 4)"  # of which the message names a row
    return check_valid_boxes(name, boxes.reshape(-1, 4)).reshape(boxes.shape)


def _swap_corners(boxes: Array, inverted: Array) -> Array:
    """Swap x1 with x2 and y1 with y2 where `inverted`; done twice, it undoes itself."""
    return np.where(np.concatenate([inverted, inverted], axis=-1), boxes[..., [2, 3, 0, 1]], boxes)
