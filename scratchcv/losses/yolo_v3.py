"""YOLO v3's loss: yes-or-no questions for the objectness and for each class."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.boxes.shape_iou import check_anchors
from scratchcv.boxes.yolo_v2 import decode_yolo_v2
from scratchcv.checks import Array, as_floating, check_array
from scratchcv.losses.binary_cross_entropy import binary_cross_entropy_with_logits
from scratchcv.losses.mse import mse_loss
from scratchcv.losses.yolo_checks import (
    check_grid_targets,
    fits_an_object,
    mean_over_images,
    objects_in_grid,
)


def yolo_v3_loss(
    prediction: ArrayLike,
    gt_boxes: ArrayLike,
    gt_labels: ArrayLike,
    *,
    anchors: ArrayLike,
    objects: Sequence[ArrayLike] | None = None,
    ignore_threshold: float | None = 0.5,
) -> tuple[dict[str, float], Array]:
    r"""Return YOLO v3's five losses of one of its scales, and the gradient of their sum.

    For the places k = (cell, anchor) of the grid, with H the binary cross-entropy of a logit and

    .. math::

        &\sum_k 1_k^{obj} (2 - \hat w \hat h) \left[ H(t_x, \hat x) + H(t_y, \hat y) \right] \\
        +\, &\tfrac{1}{2} \sum_k 1_k^{obj} (2 - \hat w \hat h)
            \left[ \left(t_w - \ln\tfrac{\hat w}{p_w}\right)^2
            + \left(t_h - \ln\tfrac{\hat h}{p_h}\right)^2 \right] \\
        +\, &\sum_k 1_k^{obj} H(t_o, 1) + \sum_k 1_k^{noobj} H(t_o, 0)
        + \sum_k 1_k^{obj} \sum_c H(s_c, [c = \hat c])

    where :math:`2 - \hat w \hat h`, with the sizes relative to the image, weighs small boxes more.

    Parameters
    ----------
    prediction : array_like (N, S, S, A, 5 + C)
        :math:`(t_x, t_y, t_w, t_h, t_o)` and the classes' logits s of each cell and anchor of this scale.
    gt_boxes, gt_labels
        As for `yolo_v2_loss`: those objects whose most similar anchor, of all scales, is one of this scale.
    anchors : array_like (A, 2)
        Of this scale, in its cells.
    objects : sequence of array_like (R, 4), optional
        For each image all its objects (x, y, w, h) in cells of this scale, those of other scales too: which
        predictions are left alone depends on all. By default those of the grid.
    ignore_threshold : float or None
        A place without object whose box has a higher IoU with an object is left alone: .5 in the paper. None
        lets all places without object count.

    Returns
    -------
    losses : dict
        ``"center"``, ``"size"``, ``"object"``, ``"no_object"`` and ``"classification"``: Python floats, each
        the mean over images.
    dprediction : ndarray
        Like `prediction`, of their sum.

    Raises
    ------
    ValueError
        When shapes do not fit, a label is no class, or an object has no positive size.
    TypeError
        When labels are not integers.

    Notes
    -----
    What changed since version 2: objectness is a logistic regression with the target 1 instead of an IoU,
    classes do not exclude each other, and small boxes weigh more. The paper writes squared errors for the
    midpoint; the authors' program descends along σ(t) - x̂, which is the gradient of H.

    References
    ----------
    J. Redmon, A. Farhadi, "YOLOv3: An Incremental Improvement", 2018, sections 2.1 and 2.2; lecture S4,
    line 685.

    Examples
    --------
    >>> truth = np.array([0.5, 0.5, 1.0, 1.0]).reshape(1, 1, 1, 1, 4)
    >>> losses, dprediction = yolo_v3_loss(
    ...     np.zeros((1, 1, 1, 1, 6)), truth, [[[[1]]]], anchors=[[1.0, 1.0]])
    >>> {name: round(loss, 3) for name, loss in losses.items()}  # log 2 is .693
    {'center': 1.386, 'size': 0.0, 'object': 0.693, 'no_object': 0.0, 'classification': 0.693}
    >>> dprediction.ravel().tolist()
    [0.0, 0.0, 0.0, 0.0, -0.5, -0.5]
    """
    prediction = as_floating(prediction)
    anchors = check_anchors(anchors).astype(prediction.dtype, copy=False)
    check_array("prediction", prediction, ("N", "S", "S", len(anchors), "5 + C"))
    if prediction.shape[4] < 6:
        raise ValueError(f"prediction must have shape (N, S, S, A, 5 + C) with C > 0, got {prediction.shape}")
    places, num_classes = prediction.shape[:4], prediction.shape[4] - 5
    gt_boxes, gt_labels = check_grid_targets(gt_boxes, gt_labels, places, num_classes)

    boxes, _ = decode_yolo_v2(prediction[..., :5], anchors)
    obj = np.nonzero(gt_labels)  # the R places with an object
    truth = gt_boxes[obj].astype(prediction.dtype, copy=False)  # (R, 4)
    if objects is None:
        objects = objects_in_grid(truth, obj, len(prediction))
    noobj = (gt_labels == 0) & ~fits_an_object(boxes, objects, ignore_threshold)

    rows, columns = places[1:3]
    share = truth[:, 2:].prod(axis=1, keepdims=True) / (rows * columns)  # (R, 1), of the image
    small = 2 - np.minimum(share, 1)  # a truth that was not clipped must not count negatively
    log_scales = np.log(truth[:, 2:] / anchors[obj[3]])  # (R, 2)
    root = np.sqrt(small)  # a weight of a square is a root inside
    yes = gt_labels[obj][:, None] == np.arange(1, num_classes + 1)  # (R, C)
    at = prediction[obj]  # (R, 5 + C)
    terms = {
        "center": binary_cross_entropy_with_logits(at[:, :2], truth[:, :2], weight=small, reduction="sum"),
        "size": mse_loss(root * at[:, 2:4], root * log_scales, reduction="sum"),
        "object": binary_cross_entropy_with_logits(at[:, 4], np.ones(len(at)), reduction="sum"),
        "no_object": binary_cross_entropy_with_logits(
            prediction[..., 4][noobj], np.zeros(noobj.sum()), reduction="sum"
        ),
        "classification": binary_cross_entropy_with_logits(at[:, 5:], yes, reduction="sum"),
    }
    losses, gradients = mean_over_images(terms, {**dict.fromkeys(terms, 1.0), "size": 0.5}, len(prediction))
    dcenter, dsize, dobject, dno_object, dscores = gradients
    dprediction = np.zeros_like(prediction)
    dprediction[obj] = np.hstack([dcenter, root * dsize, dobject[:, None], dscores])
    dprediction[..., 4][noobj] = dno_object
    return losses, dprediction
