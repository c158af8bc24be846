"""SSD's MultiBox loss: what is in each default box, and where exactly."""

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.boxes.sampling import hard_negative_mask
from scratchcv.checks import Array, as_floating, check_array, check_integers
from scratchcv.layers.softmax import log_softmax
from scratchcv.losses.cross_entropy import cross_entropy
from scratchcv.losses.multi_task import multi_task_loss
from scratchcv.losses.smooth_l1 import smooth_l1_loss


def multibox_loss(
    logits: ArrayLike,
    deltas: ArrayLike,
    labels: ArrayLike,
    target_deltas: ArrayLike,
    *,
    neg_pos_ratio: float = 3.0,
    alpha: float = 1.0,
) -> tuple[dict[str, float], tuple[Array, Array]]:
    r"""Return SSD's two losses and their gradients.

    .. math:: L = \frac{1}{P} \left( L_{conf} + \alpha L_{loc} \right)

    P is the number of positive default boxes in the batch. L_loc is the smooth L1 distance of the deltas of
    the positives. L_conf is the softmax cross-entropy of the positives and of the hardest negatives: in
    each image those that look least like background, at most `neg_pos_ratio` for each positive. All other
    boxes are background beyond doubt; they have no part in the loss, and their gradient is zero.

    Parameters
    ----------
    logits : array_like (N, A, K + 1)
        Raw scores of N images and A default boxes; class 0 is background.
    deltas : array_like (N, A, 4)
        Predicted deltas.
    labels : array_like of int (N, A)
        The class each default box was matched to, 0 for background.
    target_deltas : array_like (N, A, 4)
        Encoded ground truth; looked at for positives only.
    neg_pos_ratio : float
        How many negatives to keep for each positive.
    alpha : float
        Weight of the box loss, 1 "by cross-validation".

    Returns
    -------
    losses : dict
        ``"classification"`` and ``"box"``, Python floats, the latter weighted with alpha: L is their sum.
    gradients : tuple of ndarray
        dlogits (N, A, K + 1) and ddeltas (N, A, 4) of that sum.

    Raises
    ------
    ValueError
        When shapes do not fit or a label is no class.
    TypeError
        When labels are not integers.

    Notes
    -----
    P is N in the paper and on the slide; here N is the number of images. Without any positive, L is 0, as
    in the paper. An image without objects in a batch with some adds nothing:
    three times no positives are no negatives. The choice of negatives is a constant to the gradient. Where an
    image has fewer negatives than are asked for, torchvision counts some positives twice; here all negatives
    are taken, and each box counts once.

    References
    ----------
    W. Liu et al., "SSD: Single Shot MultiBox Detector", 2016, section 2.2, equations 1 to 3;
    lectures S1, lines 1361-1415, and S4, lines 351-437.

    Examples
    --------
    >>> logits, deltas = np.zeros((1, 6, 2)), np.zeros((1, 6, 4))
    >>> targets = np.full((1, 6, 4), 0.5)
    >>> losses, (dlogits, ddeltas) = multibox_loss(logits, deltas, [[1, 0, 0, 0, 0, 0]], targets)
    >>> round(losses["classification"], 6), losses["box"]  # 4 log 2: one positive, three negatives
    (2.772589, 0.5)
    >>> ddeltas[0, :2].tolist()
    [[-0.5, -0.5, -0.5, -0.5], [0.0, 0.0, 0.0, 0.0]]
    """
    logits, deltas = as_floating(logits), as_floating(deltas)
    check_array("logits", logits, ("N", "A", "K + 1"))
    images, anchors, classes = logits.shape
    if not classes:
        raise ValueError(f"logits must have shape (N, A, K + 1), got {logits.shape}")
    check_array("deltas", deltas, (images, anchors, 4))
    labels = check_integers("labels", labels, (images, anchors), classes)
    target_deltas = check_array("target_deltas", target_deltas, (images, anchors, 4))

    positive = labels > 0  # (N, A)
    background_loss = -log_softmax(logits, axis=2)[:, :, 0]  # (N, A): -log p_0
    counted = positive | hard_negative_mask(background_loss, positive, neg_pos_ratio)

    dlogits, ddeltas = np.zeros_like(logits), np.zeros_like(deltas)
    classification, dlogits[counted] = cross_entropy(logits[counted], labels[counted], reduction="sum")
    box, ddeltas[positive] = smooth_l1_loss(deltas[positive], target_deltas[positive], reduction="sum")
    P = max(int(positive.sum()), 1)
    losses, (dlogits, ddeltas) = multi_task_loss(
        {"classification": (classification, dlogits), "box": (box, ddeltas)},
        {"classification": 1 / P, "box": alpha / P},
    )
    return losses, (dlogits, ddeltas)
