"""RetinaNet's loss: the focal loss of all anchors, and the boxes of the positive ones."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.boxes.decode_deltas import decode_deltas, decode_deltas_backward
from scratchcv.boxes.matching import IGNORE
from scratchcv.boxes.sampling import hard_negative_mask
from scratchcv.checks import Array, as_floating, check_array, check_floating, check_integers
from scratchcv.layers.sigmoid import log_sigmoid
from scratchcv.losses.focal import sigmoid_focal_loss
from scratchcv.losses.giou import generalized_box_iou_loss
from scratchcv.losses.multi_task import multi_task_loss
from scratchcv.losses.smooth_l1 import smooth_l1_loss

NORMALIZATIONS = ("image", "batch")

BLOCK = 1024
"""Anchors at a time: what the focal loss computes of them stays in the processor's cache."""

DENSE_LOSSES: dict[str, dict[str, Any]] = {
    "focal": {"alpha": 0.25, "gamma": 2.0},
    "balanced": {"alpha": 0.75, "gamma": 0.0},
    "cross_entropy": {"alpha": -1.0, "gamma": 0.0},
    "mining": {"alpha": -1.0, "gamma": 0.0, "neg_pos_ratio": 3.0},
}
"""Four ways to deal with a hundred thousand easy negatives, as arguments of `retinanet_loss`: the focal loss,
the α-balanced cross-entropy, the plain one, and that of positives and the hardest negatives alone. Both α are
the best ones of the paper's tables 1a and 1b."""


def retinanet_loss(
    logits: ArrayLike,
    deltas: ArrayLike,
    labels: ArrayLike,
    target_deltas: ArrayLike,
    *,
    alpha: float = 0.25,
    gamma: float = 2.0,
    neg_pos_ratio: float | None = None,
    beta: float = 0.0,
    balance: float = 1.0,
    normalize: str = "image",
    background_column: bool = False,
    anchors: ArrayLike | None = None,
) -> tuple[dict[str, float], tuple[Array, Array]]:
    r"""Return RetinaNet's two losses and their gradients.

    .. math:: L = \frac{1}{N} \sum_n \frac{1}{\max(1, P_n)} \left( \sum_{a, k} FL(p_{nak}, [u_{na} = k])
              + \lambda \sum_a [u_{na} \ge 1] \, L_{loc}(t_{na}, v_{na}) \right)

    :math:`P_n` is the number of positive anchors of image n. FL is the sigmoid focal loss of every class of
    every anchor that is not ignored: no anchor is sampled, and none mined unless `neg_pos_ratio` says so.

    Parameters
    ----------
    logits : array_like (N, A, K)
        Raw scores of N images and A anchors: column k - 1 belongs to class k.
    deltas : array_like (N, A, 4)
        Predicted deltas t.
    labels : array_like of int (N, A)
        The class u each anchor was matched to, 0 for background, IGNORE (-2) for neither.
    target_deltas : array_like (N, A, 4)
        Encoded ground truth v; looked at for positives only.
    alpha, gamma : float
        Of the focal loss, see `sigmoid_focal_loss`.
    neg_pos_ratio : float, optional
        Count in each image only so many negatives for each positive, those with the largest cross-entropy
        over all classes, as SSD does. By default all count.
    beta : float
        Of the smooth L1 distance of boxes; 0, torchvision's, is the L1 distance. The paper has a smooth one.
    balance : float
        Weight λ of the box loss.
    normalize : {"image", "batch"}
        Whether each image's sums are divided by its own positives and then averaged, or all of them by the
        positives of the batch.
    background_column : bool
        Whether logits are (N, A, K + 1) with column k for class k. torchvision's models have such a column 0,
        which learns to say no to everything.
    anchors : array_like (A, 4), optional
        Boxes xyxy that deltas move. If given, L_loc is the generalized IoU loss of the moved boxes, as in the
        second version of torchvision's model, and not the distance of deltas.

    Returns
    -------
    losses : dict
        ``"classification"`` and ``"box"``, Python floats, the latter weighted: L is their sum.
    gradients : tuple of ndarray
        dlogits and ddeltas of that sum.

    Raises
    ------
    ValueError
        When shapes do not fit, or an option or a label has no meaning.
    TypeError
        When labels are not integers.

    Notes
    -----
    The defaults are torchvision's. The divisor counts positives, not anchors: the thousands of easy negatives
    that the focal loss silences must not dilute the rest.

    References
    ----------
    T.-Y. Lin et al., "Focal Loss for Dense Object Detection", 2017, section 4.1;
    lecture S4, lines 542-640.

    Examples
    --------
    >>> logits, deltas = np.zeros((1, 3, 2)), np.zeros((1, 3, 4))
    >>> losses, (_, ddeltas) = retinanet_loss(logits, deltas, [[2, 0, IGNORE]], np.full((1, 3, 4), 2.0))
    >>> round(losses["classification"], 4), losses["box"]  # (.25 + 3 · .75) · .25 · log 2, and 4 · 2
    (0.4332, 8.0)
    """
    if normalize not in NORMALIZATIONS:
        raise ValueError(f"normalize must be one of {', '.join(NORMALIZATIONS)}, got {normalize!r}")
    logits, deltas = as_floating(check_array("logits", logits, ("N", "A", "K"))), as_floating(deltas)
    images, A, columns = logits.shape
    check_array("deltas", deltas, (images, A, 4))
    class_of_column = np.arange(0 if background_column else 1, columns + (not background_column))
    labels = check_integers("labels", labels, (images, A), max(columns + (not background_column), 1), IGNORE)
    target_deltas = check_array("target_deltas", target_deltas, deltas.shape)
    anchors = None if anchors is None else check_floating("anchors", anchors, (A, 4), deltas.dtype)

    positive, used = labels > 0, labels != IGNORE  # (N, A)
    if neg_pos_ratio is not None:
        no_loss = np.where(used, -log_sigmoid(-logits).sum(axis=2), -1)  # what is ignored comes last
        used &= positive | hard_negative_mask(no_loss, positive, neg_pos_ratio)
    P = positive.sum(axis=1) if normalize == "image" else np.full(images, positive.sum())  # (N,)
    divisors = np.maximum(P, 1) * (max(images, 1) if normalize == "image" else 1)
    dlogits, ddeltas = np.zeros_like(logits), np.zeros_like(deltas)
    classification = box = 0.0
    for n, divisor in enumerate(divisors.tolist()):
        rows = np.flatnonzero(used[n])
        for start in range(0, len(rows), BLOCK):
            block = n, rows[start : start + BLOCK]
            yes = (labels[block][:, None] == class_of_column) & positive[block][:, None]
            loss, gradient = sigmoid_focal_loss(logits[block], yes, alpha=alpha, gamma=gamma, reduction="sum")
            classification += loss / divisor
            dlogits[block] = gradient / divisor
        own = n, positive[n]
        own_anchors = None if anchors is None else anchors[positive[n]]
        loss, gradient = _box_loss(deltas[own], target_deltas[own], own_anchors, beta)
        box += loss / divisor
        ddeltas[own] = gradient / divisor
    losses, (dlogits, ddeltas) = multi_task_loss(
        {"classification": (classification, dlogits), "box": (box, ddeltas)}, {"box": balance}
    )
    return losses, (dlogits, ddeltas)


def _box_loss(deltas: Array, target: Array, anchors: Array | None, beta: float) -> tuple[float, Array]:
    """Return the sum over positives (P, 4) of what their boxes cost, and the gradient of their deltas."""
    if anchors is None:
        loss, ddeltas = smooth_l1_loss(deltas, target, beta=beta, reduction="sum")
        return loss, ddeltas
    boxes, truth = decode_deltas(deltas, anchors), decode_deltas(target, anchors, clip=None)
    loss, (dboxes, _) = generalized_box_iou_loss(boxes, truth, reduction="sum")
    return loss, decode_deltas_backward(dboxes, deltas, anchors)[0]
