"""Balanced cross-entropy: weights against a class that outnumbers the others."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.checks import Array, as_floating, check_integers
from scratchcv.losses.binary_cross_entropy import binary_cross_entropy_with_logits
from scratchcv.losses.shares import check_shares


def balanced_cross_entropy(
    logits: ArrayLike, targets: ArrayLike, *, alpha: float = 0.75, reduction: str = "mean"
) -> tuple[Any, Array]:
    r"""Return the α-balanced cross-entropy of yes-or-no targets, and its gradient.

    With :math:`p_t` the probability given to what is true, p for a yes and 1 - p for a no,

    .. math:: L = -\alpha_t \log p_t, \qquad \alpha_t = \begin{cases} \alpha & \text{yes} \\
              1 - \alpha & \text{no} \end{cases}

    Parameters
    ----------
    logits : array_like of any shape
        Raw scores.
    targets : array_like like `logits`
        Labels 0 and 1.
    alpha : float
        Weight of the positives, 0 to 1; the negatives have the rest. Above .5 where positives are rare.
    reduction : {"mean", "sum", "none"}
        What becomes of the elements' losses. By default their mean, which divides by their number.

    Returns
    -------
    loss : float, or ndarray like `logits` for ``reduction="none"``
    dlogits : ndarray
        Like `logits`; for ``"none"`` the gradient of the losses' sum.

    Raises
    ------
    ValueError
        When shapes do not fit, alpha or a target lies outside 0…1.

    Notes
    -----
    The slide prints :math:`-\alpha \log p_t` for both. That balances nothing, it only scales the loss.
    With alpha = .5 this is half the binary cross-entropy.

    The default is what the paper found best for this loss (table 1a, γ = 0): the positives, which among a
    detector's anchors are rare, weigh three times as much as the negatives. The .25 of `sigmoid_focal_loss`
    belongs to its γ = 2: there the factor :math:`(1 - p_t)^\gamma` has silenced most negatives already, and
    the few positives need less.

    The same idea for many classes, :math:`-\sum w_c
    \log p_c`, is ``cross_entropy(…, weight=w)``; `inverse_frequency_weights` gives the w of the lecture.

    References
    ----------
    T.-Y. Lin et al., "Focal Loss for Dense Object Detection", 2017, section 3.1, equation 3,
    and table 1; lecture S4, lines 605-609.

    Examples
    --------
    >>> loss, dlogits = balanced_cross_entropy([0.0, 0.0], [1, 0], reduction="none")
    >>> loss.round(4).tolist(), dlogits.tolist()  # three quarters of log 2 for the yes, a quarter for the no
    ([0.5199, 0.1733], [-0.375, 0.125])
    """
    weight = balance_weights(targets, alpha).astype(as_floating(logits).dtype)  # α_t
    return binary_cross_entropy_with_logits(logits, targets, weight=weight, reduction=reduction)


def balance_weights(targets: ArrayLike, alpha: float) -> Array:
    r"""Return :math:`\alpha_t`: alpha for targets of 1, 1 - alpha for targets of 0.

    Parameters
    ----------
    targets : array_like of any shape
        Labels 0 and 1.
    alpha : float
        Weight of the positives, 0 to 1.

    Returns
    -------
    ndarray like `targets`

    Raises
    ------
    ValueError
        When alpha or a target lies outside 0…1.

    References
    ----------
    T.-Y. Lin et al., "Focal Loss for Dense Object Detection", 2017, section 3.1.

    Examples
    --------
    >>> balance_weights([1, 0, 0], 0.25).tolist()
    [0.25, 0.75, 0.75]
    """
    if not 0 <= alpha <= 1:
        raise ValueError(f"alpha must lie between 0 and 1, got {alpha}")
    targets = as_floating(check_shares("targets", targets, np.shape(targets)))
    weights: Array = float(alpha) * targets + (1 - float(alpha)) * (1 - targets)
    return weights


def inverse_frequency_weights(labels: ArrayLike, classes: int, *, ignore_index: int = -100) -> Array:
    r"""Return for each class the inverse of its frequency, so that all classes weigh the same together.

    .. math:: w_c = \frac{n}{C \, n_c}

    n is the number of labels, :math:`n_c` that of class c, C the number of classes that occur.

    Parameters
    ----------
    labels : array_like of int, any shape
        Classes 0 … classes - 1, or `ignore_index`.
    classes : int
        The number of classes.
    ignore_index : int
        Label of elements that do not count.

    Returns
    -------
    ndarray of float64 (classes,)
        For the argument `weight` of `cross_entropy`; 0 for classes that do not occur.

    Raises
    ------
    ValueError
        When a label is neither a class nor `ignore_index`.
    TypeError
        When labels are not integers.

    Notes
    -----
    scikit-learn's ``compute_class_weight("balanced")``, which knows no ignored labels.

    References
    ----------
    Lecture S4, lines 605-609: "inverse class frequency or a hyperparameter".

    Examples
    --------
    >>> inverse_frequency_weights([0, 0, 0, 1], 3).round(4).tolist()
    [0.6667, 2.0, 0.0]
    """
    labels = check_integers("labels", labels, np.shape(labels), classes, ignore_index)
    counts = np.bincount(labels[labels != ignore_index], minlength=classes)
    total = counts.sum() / max(np.count_nonzero(counts), 1)
    weights: Array = np.divide(total, counts, out=np.zeros(classes), where=counts > 0)
    return weights
