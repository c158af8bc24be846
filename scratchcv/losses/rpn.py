"""The loss of a region proposal network: is there an object at an anchor, and where exactly."""

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.boxes.matching import IGNORE
from scratchcv.checks import Array, as_floating, check_array, check_integers
from scratchcv.losses.binary_cross_entropy import binary_cross_entropy_with_logits
from scratchcv.losses.multi_task import multi_task_loss
from scratchcv.losses.smooth_l1 import smooth_l1_loss


def rpn_loss(
    objectness: ArrayLike,
    deltas: ArrayLike,
    labels: ArrayLike,
    target_deltas: ArrayLike,
    *,
    n_cls: float | None = 256,
    n_reg: float | None = 2400,
    balance: float = 10.0,
    beta: float = 1.0,
) -> tuple[dict[str, float], tuple[Array, Array]]:
    r"""Return the two losses of a region proposal network and their gradients.

    .. math:: L = \frac{1}{N_{cls}} \sum_i L_{cls}(p_i, p_i^*)
              + \lambda \frac{1}{N_{reg}} \sum_i p_i^* L_{reg}(t_i, t_i^*)

    i runs over the sampled anchors, p is the sigmoid of the objectness, p* is 1 for an object and 0 for
    background, and L_reg is the smooth L1 distance of the deltas t.

    Parameters
    ----------
    objectness : array_like (A,) or (N, A)
        Raw scores of A anchors in one image or N.
    deltas : array_like (A, 4) or (N, A, 4)
        Predicted deltas.
    labels : array_like of int, like `objectness`
        1 for an object, 0 for background, IGNORE (-2) for anchors that were not sampled.
    target_deltas : array_like like `deltas`
        Encoded ground truth; looked at for objects only.
    n_cls : float or None
        Divides the objectness loss: the anchors sampled from an image. None counts those of the batch.
    n_reg : float or None
        Divides the box loss: the places of an image's feature map. None counts the sampled anchors, too.
    balance : float
        Weight λ of the box loss.
    beta : float
        Where smooth L1 turns into a line.

    Returns
    -------
    losses : dict
        ``"objectness"`` and ``"box"``, Python floats, the latter weighted: L is their sum.
    gradients : tuple of ndarray
        dobjectness and ddeltas of that sum.

    Raises
    ------
    ValueError
        When shapes do not fit, a label has no meaning, or a divisor is not positive.
    TypeError
        When labels are not integers.

    Notes
    -----
    With n_cls and n_reg as numbers, L is the mean over the images of a batch. λ = 10 brings 10/2400 = 1/240
    and 1/256 "roughly" into balance, 2400 being about the 60 · 40 places of a 1000 x 600 image at stride 16.
    torchvision's loss is ``n_cls=None, n_reg=None, balance=1, beta=1/9``: both sums divided by the number of
    sampled anchors. The paper has a softmax of two scores; a sigmoid of their difference is the same.

    References
    ----------
    S. Ren et al., "Faster R-CNN", 2015, equation 1; lecture S1, lines 875-897.

    Examples
    --------
    >>> labels = [1, 0, IGNORE]
    >>> losses, (_, ddeltas) = rpn_loss(np.zeros(3), np.zeros((3, 4)), labels, np.full((3, 4), 2.0))
    >>> round(256 * losses["objectness"], 4), round(240 * losses["box"], 4)  # 2 log 2, and 4 · 1.5
    (1.3863, 6.0)
    """
    for name, number in (("n_cls", n_cls), ("n_reg", n_reg)):
        if number is not None and not number > 0:
            raise ValueError(f"{name} must be positive or None, got {number}")
    objectness, deltas = as_floating(objectness), as_floating(deltas)
    if objectness.ndim not in (1, 2):
        raise ValueError(f"objectness must have shape (A,) or (N, A), got {objectness.shape}")
    check_array("deltas", deltas, (*objectness.shape, 4))
    labels = check_integers("labels", labels, objectness.shape, 2, IGNORE)
    target_deltas = check_array("target_deltas", target_deltas, deltas.shape)

    positive, ddeltas = labels == 1, np.zeros_like(deltas)  # p* = 1
    classification = binary_cross_entropy_with_logits(
        objectness, labels, ignore_index=IGNORE, reduction="sum"
    )
    box, gradient = smooth_l1_loss(deltas[positive], target_deltas[positive], beta=beta, reduction="sum")
    ddeltas[positive] = gradient

    images = len(objectness) if objectness.ndim == 2 else 1
    sampled = max(int(np.count_nonzero(labels != IGNORE)), 1)
    N_cls, N_reg = (sampled if n is None else n * max(images, 1) for n in (n_cls, n_reg))  # of the batch
    losses, (dobjectness, ddeltas) = multi_task_loss(
        {"objectness": classification, "box": (box, ddeltas)},
        {"objectness": 1 / N_cls, "box": balance / N_reg},
    )
    return losses, (dobjectness, ddeltas)
