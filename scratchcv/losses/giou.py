"""GIoU loss: one minus the generalized IoU of each predicted box and its truth."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.boxes.checks import as_paired_boxes
from scratchcv.boxes.generalized_iou import paired_giou, paired_giou_backward
from scratchcv.checks import Array, check_array
from scratchcv.losses.reduction import check_reduction, reduce


def generalized_box_iou_loss(
    boxes1: ArrayLike, boxes2: ArrayLike, *, reduction: str = "none", eps: float = 1e-7
) -> tuple[Any, tuple[Array, Array]]:
    r"""Return how badly boxes fit their counterparts, and the gradients of both.

    .. math:: L = 1 - \mathrm{GIoU}(A, B) = 1 - \frac{|A \cap B|}{|A \cup B| + \epsilon}
              + \frac{|C| - |A \cup B|}{|C| + \epsilon}

    C is the smallest box around A and B.

    Parameters
    ----------
    boxes1, boxes2 : array_like of equal shapes (..., 4)
        Boxes `xyxy`, in any unit: predictions, and for each its truth. The loss does not care which is which.
    reduction : {"none", "mean", "sum"}
        What becomes of the pairs' losses; the mean of no pairs is 0.
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
        When the shapes differ or do not end with 4, for a negative eps, and for an unknown reduction.

    Notes
    -----
    Semantics are torchvision's, for boxes that are not inverted, except that shapes are not broadcast. Smooth
    L1 compares four numbers independently; this compares boxes, the same at every scale, and unlike 1 - IoU
    it pulls boxes together that do not meet.

    References
    ----------
    H. Rezatofighi et al., "Generalized Intersection over Union", CVPR 2019, algorithm 2. No lecture has
    it; they have the IoU (S0, lines 65-77) that it mends.

    Examples
    --------
    >>> losses, _ = generalized_box_iou_loss([[0, 0, 1, 1], [0, 0, 1, 1]], [[0, 0, 1, 0.5], [3, 0, 4, 1]])
    >>> losses.round(4).tolist()
    [0.5, 1.5]
    """
    check_reduction(reduction)
    eps, boxes1 = float(eps), as_paired_boxes("boxes1", boxes1)
    boxes2 = check_array("boxes2", boxes2, boxes1.shape)
    giou = paired_giou(boxes1, boxes2, eps=eps)
    dgiou = np.full_like(giou, -1)
    loss, dgiou = reduce(1 - giou, dgiou, reduction, giou.size)
    return loss, paired_giou_backward(dgiou, boxes1, boxes2, eps=eps)
