"""Fast R-CNN's loss: which class a region is, and where its object's box lies."""

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.checks import Array, as_floating, check_array, check_integers
from scratchcv.losses.cross_entropy import cross_entropy
from scratchcv.losses.multi_task import multi_task_loss
from scratchcv.losses.smooth_l1 import smooth_l1_loss


def fast_rcnn_loss(
    logits: ArrayLike,
    deltas: ArrayLike,
    labels: ArrayLike,
    target_deltas: ArrayLike,
    *,
    balance: float = 1.0,
    beta: float = 1.0,
) -> tuple[dict[str, float], tuple[Array, Array]]:
    r"""Return Fast R-CNN's two losses, averaged over regions, and their gradients.

    For a region of class u with probabilities p and deltas t, whose true deltas are v,

    .. math:: L(p, u, t^u, v) = L_{cls}(p, u) + \lambda \, [u \ge 1] \, L_{loc}(t^u, v), \qquad
              L_{loc} = \sum_{i \in \{x, y, w, h\}} \mathrm{smooth}_{L_1}(t_i^u - v_i)

    Parameters
    ----------
    logits : array_like (R, K + 1)
        Raw class scores of R regions; class 0 is background.
    deltas : array_like (R, 4) or (R, 4 (K + 1))
        Predicted deltas, for whatever the class may be or for each class on its own.
    labels : array_like of int (R,)
        True classes u, 0 for background.
    target_deltas : array_like (R, 4)
        Encoded ground truth v; looked at for regions with an object only.
    balance : float
        Weight λ of the box loss.
    beta : float
        Where smooth L1 turns into a line.

    Returns
    -------
    losses : dict
        ``"classification"`` and ``"box"``, Python floats, the latter weighted: L is their sum.
    gradients : tuple of ndarray
        dlogits and ddeltas of that sum, shaped like `logits` and `deltas`.

    Raises
    ------
    ValueError
        When shapes do not fit or a label is no class.
    TypeError
        When labels are not integers.

    Notes
    -----
    Both sums are divided by the number R of regions, background among them: a batch with few objects moves
    few boxes. Of class-specific deltas only those of the true class have a gradient. torchvision's
    ``fastrcnn_loss`` is this with beta = 1/9 and class-specific deltas.

    References
    ----------
    R. Girshick, "Fast R-CNN", 2015, equations 1 to 3; lectures S1, lines 688-705, and S4, lines 16-30.

    Examples
    --------
    >>> logits, deltas, targets = np.zeros((2, 2)), np.zeros((2, 4)), np.ones((2, 4))
    >>> losses, (dlogits, ddeltas) = fast_rcnn_loss(logits, deltas, [1, 0], targets)
    >>> round(losses["classification"], 4), losses["box"]
    (0.6931, 1.0)
    >>> ddeltas.tolist()
    [[-0.5, -0.5, -0.5, -0.5], [0.0, 0.0, 0.0, 0.0]]
    """
    logits, deltas = as_floating(check_array("logits", logits, ("R", "K + 1"))), as_floating(deltas)
    regions, classes = logits.shape
    if deltas.shape != (regions, 4):
        check_array("deltas", deltas, (regions, 4 * classes))
    labels = check_integers("labels", labels, (regions,), classes)
    target_deltas = check_array("target_deltas", target_deltas, (regions, 4))

    positive = np.flatnonzero(labels)  # u >= 1
    ddeltas = np.zeros_like(deltas)
    boxes = deltas.reshape(regions, deltas.shape[1] // 4, 4)  # (R, 1 or K + 1, 4)
    dboxes = ddeltas.reshape(boxes.shape)  # a view
    chosen = positive, labels[positive] if boxes.shape[1] > 1 else 0  # t^u
    box, gradient = smooth_l1_loss(boxes[chosen], target_deltas[positive], beta=beta, reduction="sum")
    dboxes[chosen] = gradient
    losses, (dlogits, ddeltas) = multi_task_loss(
        {"classification": cross_entropy(logits, labels), "box": (box, ddeltas)},
        {"box": balance / max(regions, 1)},
    )
    return losses, (dlogits, ddeltas)
