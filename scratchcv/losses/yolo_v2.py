"""YOLO v2's loss: squared errors of anchored boxes, and a softmax over classes for each."""

from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.boxes.shape_iou import check_anchors, iou_cxcywh
from scratchcv.boxes.yolo_v2 import decode_yolo_v2
from scratchcv.checks import Array, as_floating, check_array
from scratchcv.layers import WordTree
from scratchcv.layers.sigmoid import sigmoid, sigmoid_backward
from scratchcv.losses.cross_entropy import cross_entropy
from scratchcv.losses.hierarchical_cross_entropy import hierarchical_cross_entropy
from scratchcv.losses.mse import mse_loss
from scratchcv.losses.yolo_checks import (
    check_confidence_target,
    check_grid_targets,
    fits_an_object,
    mean_over_images,
    objects_in_grid,
)


def yolo_v2_loss(
    prediction: ArrayLike,
    gt_boxes: ArrayLike,
    gt_labels: ArrayLike,
    *,
    anchors: ArrayLike,
    lambda_coord: float = 1.0,
    lambda_obj: float = 5.0,
    lambda_noobj: float = 1.0,
    lambda_class: float = 1.0,
    confidence_target: str = "iou",
    ignore_threshold: float | None = 0.6,
    tree: WordTree | None = None,
) -> tuple[dict[str, float], Array]:
    r"""Return YOLO v2's five losses and the gradient of their sum.

    For the places k = (cell, anchor) of the grid, with the true box :math:`(\hat x, \hat y, \hat w, \hat h)`
    in each place that has one, its midpoint within the cell, its size in cells,

    .. math::

        &\tfrac{1}{2} \lambda_{coord} \sum_k 1_k^{obj}
            \left[ (\sigma(t_x) - \hat x)^2 + (\sigma(t_y) - \hat y)^2 \right] \\
        +\, &\tfrac{1}{2} \lambda_{coord} \sum_k 1_k^{obj}
            \left[ \left(t_w - \ln\tfrac{\hat w}{p_w}\right)^2
            + \left(t_h - \ln\tfrac{\hat h}{p_h}\right)^2 \right] \\
        +\, &\tfrac{1}{2} \lambda_{obj} \sum_k 1_k^{obj} (\sigma(t_o) - \text{IoU})^2
        + \tfrac{1}{2} \lambda_{noobj} \sum_k 1_k^{noobj} \sigma(t_o)^2 \\
        -\, &\lambda_{class} \sum_k 1_k^{obj} \ln \mathrm{softmax}(s)_c

    :math:`1_k^{obj}` is 1 where an object is, :math:`1_k^{noobj}` where none is and the predicted box has
    an IoU of at most .6 with each object of the image. A place without object whose box yet fits one is
    left alone.

    Parameters
    ----------
    prediction : array_like (N, S, S, A, 5 + C)
        :math:`(t_x, t_y, t_w, t_h, t_o)` and the classes' logits s of each cell and anchor.
    gt_boxes : array_like (N, S, S, A, 4)
        The objects' true midpoints and sizes, from `encode_yolo_grid` with anchors and ``sizes="cell"``;
        looked at only where there is an object.
    gt_labels : array_like of int (N, S, S, A)
        Their classes, 1 … C, or 0 for none.
    anchors : array_like (A, 2)
        Width and height :math:`(p_w, p_h)`, in cells.
    lambda_coord, lambda_obj, lambda_noobj, lambda_class : float
        Weights; the authors' program has 1, 5, 1, 1.
    confidence_target : {"iou", "one"}
        What the confidence of a place with an object should be: the predicted box's IoU with it, or 1.
    ignore_threshold : float or None
        The .6; None lets all places without object count.
    tree : WordTree, optional
        YOLO9000's: the last term is `hierarchical_cross_entropy` of this tree of the C classes.

    Returns
    -------
    losses : dict
        ``"center"``, ``"size"``, ``"object"``, ``"no_object"`` and ``"classification"``: Python floats, with
        their weights, each the mean over images.
    dprediction : ndarray
        Like `prediction`, of their sum.

    Raises
    ------
    ValueError
        When shapes do not fit, a label is no class, an object has no positive size, an option is unknown.
    TypeError
        When labels are not integers.

    Notes
    -----
    The paper gives no formula; this is the loss whose gradients the authors' program, darknet's region
    layer, computes: hence the halves. It descends along softmax(s) - [c], which is the gradient of the
    cross-entropy, though its log prints squared errors. It has two additions that are not here: for the
    first 12,800 images all boxes are drawn to their anchors, and later versions weigh the box terms by
    2 - w h, with w and h relative to the image.

    IoU as a target, and which boxes are left alone, are constants to the gradient; for both, boxes are
    decoded by `decode_yolo_v2`, with its limit to t_w and t_h.

    References
    ----------
    J. Redmon, A. Farhadi, "YOLO9000: Better, Faster, Stronger", 2017, section 2; lecture S4, lines 207-240.

    Examples
    --------
    One cell, one anchor, one class; the object is in the middle, as large as the anchor:

    >>> truth = np.array([0.5, 0.5, 2.0, 1.0]).reshape(1, 1, 1, 1, 4)
    >>> losses, dprediction = yolo_v2_loss(
    ...     np.zeros((1, 1, 1, 1, 6)), truth, [[[[1]]]], anchors=[[2.0, 1.0]])
    >>> losses  # the box is right, of its confidence 1/2 the network is not sure enough
    {'center': 0.0, 'size': 0.0, 'object': 0.625, 'no_object': 0.0, 'classification': 0.0}
    >>> dprediction.ravel().tolist()
    [0.0, 0.0, 0.0, 0.0, -0.625, 0.0]
    """
    check_confidence_target(confidence_target)
    prediction = as_floating(prediction)
    anchors = check_anchors(anchors).astype(prediction.dtype, copy=False)
    check_array("prediction", prediction, ("N", "S", "S", len(anchors), "5 + C"))
    if prediction.shape[4] < 6:
        raise ValueError(f"prediction must have shape (N, S, S, A, 5 + C) with C > 0, got {prediction.shape}")
    places = prediction.shape[:4]
    gt_boxes, gt_labels = check_grid_targets(gt_boxes, gt_labels, places, prediction.shape[4] - 5)

    boxes, confidence = decode_yolo_v2(prediction[..., :5], anchors)
    obj = np.nonzero(gt_labels)  # the R places with an object
    truth = gt_boxes[obj].astype(prediction.dtype, copy=False)  # (R, 4)
    objects = objects_in_grid(truth, obj, len(prediction))
    noobj = (gt_labels == 0) & ~fits_an_object(boxes, objects, ignore_threshold)

    midpoint = sigmoid(prediction[obj][:, :2])  # (R, 2)
    target = np.ones(len(truth))
    if confidence_target == "iou":
        target = iou_cxcywh(boxes[obj], np.concatenate([truth[:0], *objects]))
    log_scales = np.log(truth[:, 2:] / anchors[obj[3]])  # (R, 2)
    classify = cross_entropy if tree is None else partial(hierarchical_cross_entropy, tree=tree)
    terms = {
        "center": mse_loss(midpoint, truth[:, :2], reduction="sum"),
        "size": mse_loss(prediction[obj][:, 2:4], log_scales, reduction="sum"),
        "object": mse_loss(confidence[obj], target, reduction="sum"),
        "no_object": mse_loss(confidence[noobj], np.zeros(noobj.sum()), reduction="sum"),
        "classification": classify(prediction[obj][:, 5:], gt_labels[obj] - 1, reduction="sum"),
    }
    weights = {
        "center": lambda_coord / 2,
        "size": lambda_coord / 2,
        "object": lambda_obj / 2,
        "no_object": lambda_noobj / 2,
        "classification": lambda_class,
    }
    losses, gradients = mean_over_images(terms, weights, len(prediction))

    dprediction, dconfidence = np.zeros_like(prediction), np.zeros_like(confidence)
    dbox, dscores = dprediction[..., :4], dprediction[..., 5:]
    dcenter, dlog_scales, dconfidence[obj], dconfidence[noobj], dscores[obj] = gradients
    dbox[obj] = np.hstack([sigmoid_backward(dcenter, midpoint), dlog_scales])
    dprediction[..., 4] = sigmoid_backward(dconfidence, confidence)
    return losses, dprediction
