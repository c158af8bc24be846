"""How good a classifier with a box is: one object an image, its class and where it is."""

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.boxes.iou import box_iou_numpy
from scratchcv.checks import check_array
from scratchcv.metrics.annotations import as_finite, as_finite_boxes, as_integers


def localization_accuracy(
    predicted_labels: ArrayLike,
    predicted_boxes: ArrayLike,
    labels: ArrayLike,
    boxes: ArrayLike,
    *,
    iou_threshold: float = 0.5,
) -> dict[str, float]:
    r"""Return the accuracy of class, of box, and of both together, for images of one object.

    .. math:: A = \frac{1}{N} \sum_i [\hat y_i = y_i]\,[\mathrm{IoU}(\hat b_i, b_i) \ge \theta]

    Parameters
    ----------
    predicted_labels, labels : array_like of int, shape (N,)
        The class of each image's object, as predicted and in truth.
    predicted_boxes, boxes : array_like of shape (N, 4)
        Its box in pixels.
    iou_threshold : float
        The IoU θ from which on a box is right.

    Returns
    -------
    dict of str to float
        ``classification`` (right class), ``localization`` (right box), ``both``, and ``mean_iou``; NaN
        without images.

    Raises
    ------
    ValueError
        When shapes disagree, labels are no integers, a coordinate is not finite, a true box is inverted, or
        the threshold leaves (0, 1].

    Notes
    -----
    A network that regresses corners may predict x2 < x1: such a box covers nothing, its IoU is 0.

    References
    ----------
    Russakovsky et al., "ImageNet Large Scale Visual Recognition Challenge", IJCV 2015, section 4.2:
    ``both``, of five guesses an image the best. Lecture S1, lines 45-71, names the two metrics.

    Examples
    --------
    >>> boxes = [[0, 0, 10, 10], [0, 0, 10, 10]]
    >>> localization_accuracy([1, 2], [[0, 0, 10, 6], [0, 0, 10, 2]], [1, 2], boxes)
    {'classification': 1.0, 'localization': 0.5, 'both': 0.5, 'mean_iou': 0.4}
    """
    if not 0 < iou_threshold <= 1:
        raise ValueError(f"iou_threshold must be in (0, 1], got {iou_threshold}")
    truth = as_integers("labels", check_array("labels", labels, ("N",)))
    found = as_integers("predicted_labels", check_array("predicted_labels", predicted_labels, truth.shape))
    true_boxes = check_array("boxes", as_finite_boxes("boxes", boxes), (len(truth), 4))
    found_boxes = as_finite("predicted_boxes", predicted_boxes, (len(truth), 4))
    if len(truth) == 0:
        return dict.fromkeys(("classification", "localization", "both", "mean_iou"), float("nan"))
    iou = box_iou_numpy(found_boxes[:, None], true_boxes[:, None])[:, 0, 0]  # N matrices of one pair
    right_class, right_box = found == truth, iou >= iou_threshold
    return {
        "classification": float(right_class.mean()),
        "localization": float(right_box.mean()),
        "both": float((right_class & right_box).mean()),
        "mean_iou": float(np.mean(iou)),
    }
