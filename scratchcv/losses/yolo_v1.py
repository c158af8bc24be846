"""YOLO v1's loss: five squared errors for a grid of cells."""

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.boxes.shape_iou import iou_cxcywh
from scratchcv.boxes.yolo_grid import check_sizes
from scratchcv.checks import Array, as_floating, check_array
from scratchcv.losses.mse import mse_loss
from scratchcv.losses.yolo_checks import check_confidence_target, check_grid_targets, mean_over_images

PREDICTS = ("roots", "sizes")


def split_yolo_v1(prediction: Array, boxes_per_cell: int = 2) -> tuple[Array, Array, Array]:
    """Name the parts of YOLO v1's output: views, not copies.

    Of the 5 B + C numbers of a cell the first five are (x, y, w, h, confidence) of its first box, and so on
    for all B boxes; the last C are the probabilities of the classes, which the boxes share.

    Parameters
    ----------
    prediction : ndarray (N, S, S, 5 B + C)
        The network's output.
    boxes_per_cell : int
        B.

    Returns
    -------
    boxes : ndarray (N, S, S, B, 4)
        x and y from 0 to 1 within the cell, w and h.
    confidence : ndarray (N, S, S, B)
    class_scores : ndarray (N, S, S, C)

    Raises
    ------
    ValueError
        When the shape leaves no room for B boxes and a class.

    References
    ----------
    Lectures S1, lines 1274-1285, and S4, line 94: 7 x 7 x (5 B + C) = 7 x 7 x 30.

    Examples
    --------
    >>> [part.shape for part in split_yolo_v1(np.zeros((1, 7, 7, 30)))]
    [(1, 7, 7, 2, 4), (1, 7, 7, 2), (1, 7, 7, 20)]
    """
    check_array("prediction", prediction, ("N", "S", "S", "5 B + C"))
    of_boxes = 5 * boxes_per_cell
    if boxes_per_cell < 1 or prediction.shape[3] <= of_boxes:
        raise ValueError(
            f"prediction must have shape (N, S, S, 5 B + C) with B = {boxes_per_cell} > 0 and C > 0, "
            f"got {prediction.shape}"
        )
    predictors = prediction[..., :of_boxes].reshape(*prediction.shape[:3], boxes_per_cell, 5)
    return predictors[..., :4], predictors[..., 4], prediction[..., of_boxes:]


def yolo_v1_loss(
    prediction: ArrayLike,
    gt_boxes: ArrayLike,
    gt_labels: ArrayLike,
    *,
    boxes_per_cell: int = 2,
    lambda_coord: float = 5.0,
    lambda_noobj: float = 0.5,
    confidence_target: str = "iou",
    predicts: str = "roots",
    sizes: str = "image",
) -> tuple[dict[str, float], Array]:
    r"""Return YOLO v1's five losses and the gradient of their sum.

    Over the cells i and their boxes j, with what is predicted plain and what it should be under a hat,

    .. math::

        &\lambda_{coord} \sum_{i=0}^{S^2-1} \sum_{j=0}^{B-1} 1_{ij}^{obj}
            \left[ (x_{ij} - \hat x_i)^2 + (y_{ij} - \hat y_i)^2 \right] \\
        +\, &\lambda_{coord} \sum_{i=0}^{S^2-1} \sum_{j=0}^{B-1} 1_{ij}^{obj}
            \left[ (\sqrt{w_{ij}} - \sqrt{\hat w_i})^2 + (\sqrt{h_{ij}} - \sqrt{\hat h_i})^2 \right] \\
        +\, &\sum_{i=0}^{S^2-1} \sum_{j=0}^{B-1} 1_{ij}^{obj} (C_{ij} - \hat C_{ij})^2
        + \lambda_{noobj} \sum_{i=0}^{S^2-1} \sum_{j=0}^{B-1} 1_{ij}^{noobj} (C_{ij} - \hat C_{ij})^2 \\
        +\, &\sum_{i=0}^{S^2-1} 1_i^{obj} \sum_{c} (p_i(c) - \hat p_i(c))^2

    :math:`1_i^{obj}` is 1 where an object's midpoint lies in cell i, :math:`1_{ij}^{obj}` where of the boxes
    of that cell the j-th has the highest IoU with the object and so is responsible for it, and
    :math:`1_{ij}^{noobj} = 1 - 1_{ij}^{obj}`; there :math:`\hat C_{ij} = 0`. A cell predicts B boxes and has
    one object: its true box and its classes have no j.

    Parameters
    ----------
    prediction : array_like (N, S, S, 5 B + C)
        The network's output, as `split_yolo_v1` names it.
    gt_boxes : array_like (N, S, S, 4)
        (x, y, w, h) of each cell's object, from `encode_yolo_grid`; looked at only where there is one.
    gt_labels : array_like of int (N, S, S)
        Its class, 1 … C, or 0 for none.
    boxes_per_cell : int
        B.
    lambda_coord, lambda_noobj : float
        Weights: 5 and .5 in the paper. Most cells are empty, and would else push all confidences to 0.
    confidence_target : {"iou", "one"}
        What a responsible box's confidence should be: its IoU with the object, or 1.
    predicts : {"roots", "sizes"}
        Whether the network predicts :math:`\sqrt w` and :math:`\sqrt h`, or w and h.
    sizes : {"image", "cell"}
        What w and h are relative to, as for `encode_yolo_grid`; it matters for the IoU.

    Returns
    -------
    losses : dict
        ``"center"``, ``"size"``, ``"object"``, ``"no_object"`` and ``"classification"``: Python floats, the
        five lines' terms with their weights, each the mean over images.
    dprediction : ndarray
        Like `prediction`, of their sum.

    Raises
    ------
    ValueError
        When shapes do not fit, a label is no class, an object has no positive size, an option is unknown, or
        a responsible box has no positive size and sizes are predicted as such.
    TypeError
        When labels are not integers.

    Notes
    -----
    Who is responsible, and the IoU as target, are constants to the gradient. Of boxes with equal IoU the
    first is responsible; the authors' program takes the nearest where no box meets the object.

    The root weighs a small box's error more than a large one's. Its derivative has no bound at w = 0, and a
    plain network's w may be negative. The paper's way out is the default: "we predict the square root of
    the bounding box width and height instead of the width and height directly"; w is the prediction's
    square then. With ``predicts="sizes"`` the network must keep w and h positive, by a sigmoid for example.

    Slides and paper let the sums run to S² and B, one too far, and write x, w and C of a box without j.

    References
    ----------
    J. Redmon et al., "You Only Look Once: Unified, Real-Time Object Detection", 2016, equation 3;
    lectures S1, lines 1289-1311, and S4, lines 152-179.

    Examples
    --------
    One cell, one box, one class: the object is seen a little too far left and too small.

    >>> prediction = np.array([0.4, 0.5, 0.5, 0.5, 0.8, 0.9]).reshape(1, 1, 1, 6)
    >>> truth = np.array([0.5, 0.5, 0.36, 0.25]).reshape(1, 1, 1, 4)
    >>> losses, dprediction = yolo_v1_loss(
    ...     prediction, truth, [[[1]]], boxes_per_cell=1, confidence_target="one")
    >>> {name: round(loss, 6) for name, loss in losses.items()}
    {'center': 0.05, 'size': 0.05, 'object': 0.04, 'no_object': 0.0, 'classification': 0.01}
    >>> dprediction.ravel().round(6).tolist()
    [-1.0, 0.0, -1.0, 0.0, -0.4, -0.2]
    """
    if predicts not in PREDICTS:
        raise ValueError(f"predicts must be one of {', '.join(PREDICTS)}, got {predicts!r}")
    check_confidence_target(confidence_target)
    prediction = as_floating(prediction)
    boxes, C, p = split_yolo_v1(prediction, boxes_per_cell)  # (N, S, S, B, 4), (N, S, S, B), (N, S, S, C)
    gt_boxes, gt_labels = check_grid_targets(gt_boxes, gt_labels, prediction.shape[:3], p.shape[3])
    dprediction = np.zeros_like(prediction)
    dboxes, dC, dp = split_yolo_v1(dprediction, boxes_per_cell)

    obj_i = np.nonzero(gt_labels)  # the R cells i with an object
    truth = gt_boxes[obj_i].astype(prediction.dtype, copy=False)  # (R, 4)
    iou = _iou_with_truth(boxes[obj_i], truth, gt_labels.shape[1:], predicts, sizes)  # (R, B)
    j = iou.argmax(axis=1)  # who is responsible
    obj_ij = (*obj_i, j)
    noobj_ij = np.ones(C.shape, bool)
    noobj_ij[obj_ij] = False

    xy, xy_hat = boxes[obj_ij][:, :2], truth[:, :2]  # (R, 2)
    root_wh, slope = _roots(boxes[obj_ij][:, 2:], predicts)
    root_wh_hat = np.sqrt(truth[:, 2:])
    C_hat = iou[np.arange(len(j)), j] if confidence_target == "iou" else np.ones(len(j))  # (R,)
    p_hat = gt_labels[obj_i][:, None] == np.arange(1, p.shape[3] + 1)  # (R, C)
    terms = {
        "center": mse_loss(xy, xy_hat, reduction="sum"),
        "size": mse_loss(root_wh, root_wh_hat, reduction="sum"),
        "object": mse_loss(C[obj_ij], C_hat, reduction="sum"),
        "no_object": mse_loss(C[noobj_ij], np.zeros(noobj_ij.sum()), reduction="sum"),
        "classification": mse_loss(p[obj_i], p_hat, reduction="sum"),
    }
    weights = dict.fromkeys(terms, 1.0)
    weights |= {"center": lambda_coord, "size": lambda_coord, "no_object": lambda_noobj}
    losses, gradients = mean_over_images(terms, weights, len(prediction))
    dxy, droot_wh, dC[obj_ij], dC[noobj_ij], dp[obj_i] = gradients
    dboxes[obj_ij] = np.hstack([dxy, droot_wh * slope])
    return losses, dprediction


def _iou_with_truth(
    boxes: Array, truth: Array, grid_size: tuple[int, ...], predicts: str, sizes: str
) -> Array:
    """Return the IoU (R, B) of cells' boxes with their objects; which cell it is does not matter."""
    if predicts == "roots":
        boxes = np.concatenate([boxes[..., :2], boxes[..., 2:] ** 2], axis=-1)
    check_sizes(sizes)
    if sizes == "image":  # midpoints are in cells, of which a row of the image has S
        rows, columns = grid_size
        unit = np.array([columns, rows, 1, 1], boxes.dtype)
        boxes, truth = boxes / unit, truth / unit
    return iou_cxcywh(boxes, truth[:, None])


def _roots(predicted: Array, predicts: str) -> tuple[Array, Array | int]:
    """Return √w of what is predicted, and its derivative."""
    if predicts == "roots":
        return predicted, 1
    if not (predicted > 0).all():
        raise ValueError(f"prediction must have positive w and h in responsible boxes, got {predicted.min()}")
    roots = np.sqrt(predicted)
    return roots, 1 / (2 * roots)
