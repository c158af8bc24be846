"""Focal loss: cross-entropy that looks away from what is easy."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.backend import active_form
from scratchcv.checks import Array, as_floating, check_array, check_floating
from scratchcv.layers.sigmoid import log_sigmoid, sigmoid
from scratchcv.losses.balanced_cross_entropy import balance_weights
from scratchcv.losses.cross_entropy import cross_entropy
from scratchcv.losses.reduction import check_reduction, reduce


def sigmoid_focal_loss(
    logits: ArrayLike,
    targets: ArrayLike,
    *,
    alpha: float = 0.25,
    gamma: float = 2.0,
    reduction: str = "none",
) -> tuple[Any, Array]:
    r"""Return the focal loss of yes-or-no targets, and its gradient.

    With :math:`p_t` the probability given to what is true, :math:`\sigma(x)` for a yes and
    :math:`\sigma(-x)` for a no,

    .. math:: L = -\alpha_t \, (1 - p_t)^\gamma \log p_t, \qquad \frac{\partial L}{\partial x} =
              \mp \alpha_t \, (1 - p_t)^\gamma \left(1 - p_t - \gamma \, p_t \log p_t\right)

    Parameters
    ----------
    logits : array_like of any shape
        Raw scores x: for RetinaNet one for each anchor and class.
    targets : array_like like `logits`
        Labels 0 and 1.
    alpha : float
        Weight of the positives, 0 to 1; the negatives have 1 - alpha. -1 weighs nothing.
    gamma : float
        How far to look away; 0 is the cross-entropy.
    reduction : {"none", "mean", "sum"}
        What becomes of the elements' losses. By default nothing, as in torchvision; the mean divides by their
        number and is 0 for none.

    Returns
    -------
    loss : float, or ndarray like `logits` for ``reduction="none"``
    dlogits : ndarray
        Like `logits`; for ``"none"`` the gradient of the losses' sum.

    Raises
    ------
    ValueError
        When shapes do not fit, a target is neither 0 nor 1, alpha or gamma is out of range.

    Notes
    -----
    Defaults and semantics are those of torchvision, which takes targets between 0 and 1 as well. At gamma = 2
    an element with p_t = .9 costs a hundredth of its cross-entropy: a hundred thousand easy anchors no longer
    drown the few hard ones.

    References
    ----------
    T.-Y. Lin et al., "Focal Loss for Dense Object Detection", 2017, equation 5 and appendix B;
    lectures S1, lines 1429-1433, and S4, lines 580-630.

    Examples
    --------
    >>> p = np.array([0.1, 0.5, 0.9])
    >>> loss, _ = sigmoid_focal_loss(np.log(p / (1 - p)), np.ones(3), alpha=-1)
    >>> loss.round(5).tolist()
    [1.86509, 0.17329, 0.00105]
    """
    check_reduction(reduction)
    logits = as_floating(logits)
    targets = check_array("targets", targets, logits.shape)
    yes = np.asarray(targets == 1, order="C")
    if np.count_nonzero(yes) + np.count_nonzero(targets == 0) < yes.size:
        raise ValueError("targets must be 0 or 1")
    if alpha == -1:
        weight, no_weight = 1.0, 1.0
    else:
        no_weight, weight = balance_weights([0, 1], alpha).tolist()
    _check_gamma(gamma)
    logits = np.asarray(logits, order="C")
    return active_form(sigmoid_focal_numpy)(logits, yes, weight, no_weight, float(gamma), reduction)


def sigmoid_focal_numpy(
    logits: Array, yes: Array, weight: float, no_weight: float, gamma: float, reduction: str
) -> tuple[float | Array, Array]:
    """Return the loss and its gradient; `yes` are booleans, and weighed differently than the others."""
    weights = np.where(yes, logits.dtype.type(weight), logits.dtype.type(no_weight))  # α_t
    x_t = np.where(yes, logits, -logits)  # p_t = σ(x_t)
    losses, dentropies = focus(-log_sigmoid(x_t), gamma)  # of h = -log p_t
    slope = sigmoid(-x_t)  # |dh/dx| = 1 - p_t: h falls with x for a yes, and rises for a no
    dlogits = weights * dentropies * np.where(yes, -slope, slope)
    return reduce(weights * losses, dlogits, reduction, losses.size)


def softmax_focal_loss(
    logits: ArrayLike,
    labels: ArrayLike,
    *,
    weight: ArrayLike | None = None,
    gamma: float = 2.0,
    ignore_index: int = -100,
    reduction: str = "mean",
) -> tuple[Any, Array]:
    r"""Return the focal loss of classes that exclude each other, and its gradient.

    With :math:`p = \mathrm{softmax}(x)` and true class c,

    .. math:: L = -w_c \, (1 - p_c)^\gamma \log p_c, \qquad \frac{\partial L}{\partial x_k} =
              w_c \, (1 - p_c)^{\gamma - 1} \left(1 - p_c - \gamma \, p_c \log p_c\right) (p_k - [k = c])

    Parameters
    ----------
    logits : array_like (N, K) or (N, K, d1, …)
        Raw scores x; the classes are axis 1.
    labels : array_like of int (N,) or (N, d1, …)
        True classes 0 … K-1, or `ignore_index`.
    weight : array_like (K,), optional
        Weight of each class, the paper's α.
    gamma : float
        How far to look away from what is easy; 0 is the cross-entropy.
    ignore_index : int
        Label of elements that count neither in the loss nor in its mean.
    reduction : {"mean", "sum", "none"}
        As in `cross_entropy`: by default the mean, which divides by the sum of the weights used.

    Returns
    -------
    loss : float, or ndarray like `labels` for ``reduction="none"``
    dlogits : ndarray
        Like `logits`; for ``"none"`` the gradient of the losses' sum.

    Raises
    ------
    ValueError
        When shapes do not fit, a label is neither a class nor `ignore_index`, or gamma is negative.
    TypeError
        When labels are not integers.

    Notes
    -----
    The form of the lectures, whose p is a softmax; the paper and torchvision have the sigmoid's. With two
    classes, softmax of (0, x) and sigmoid of x are one loss.

    References
    ----------
    T.-Y. Lin et al., "Focal Loss for Dense Object Detection", 2017, equation 4;
    lectures S1, lines 1429-1433, and S4, lines 580-630.

    Examples
    --------
    >>> loss, dlogits = softmax_focal_loss(np.log([[1.0, 9.0]]), [1])
    >>> round(loss, 5), dlogits.round(5).tolist()  # cross-entropy: 0.10536 and 0.1
    (0.00105, [[0.0029, -0.0029]])
    """
    check_reduction(reduction)
    # h = -log p_c of each element, and its gradient dh/dx_k = p_k - [k = c]
    entropies, dlogits = cross_entropy(logits, labels, ignore_index=ignore_index, reduction="none")
    losses, dentropies = focus(entropies, gamma)
    used = np.asarray(labels) != ignore_index
    weights = used.astype(losses.dtype)  # w_c
    if weight is not None:
        classes = dlogits.shape[1]
        index = np.where(used, labels, 0).astype(np.intp)
        weights *= check_floating("weight", weight, (classes,), losses.dtype)[index]
    dlogits *= (weights * dentropies)[:, None]
    return reduce(weights * losses, dlogits, reduction, float(weights.sum(dtype=np.float64)))


def focus(entropies: ArrayLike, gamma: float) -> tuple[Array, Array]:
    r"""Return the focal loss of cross-entropies, and its derivative with respect to them.

    A cross-entropy :math:`h = -\log p_t` is all that the focal loss needs to know:

    .. math:: L = (1 - p_t)^\gamma \, h, \qquad
              \frac{dL}{dh} = (1 - p_t)^\gamma \left(1 + \gamma \, p_t \frac{h}{1 - p_t}\right)

    Parameters
    ----------
    entropies : array_like of any shape
        Cross-entropies h, 0 or more, not weighted.
    gamma : float
        Focusing parameter, 0 or more.

    Returns
    -------
    losses, dentropies : ndarray like `entropies`

    Raises
    ------
    ValueError
        When gamma is negative.

    Notes
    -----
    1 - p_t is -expm1(-h), exact to the last digits where p_t rounds to 1; there h / (1 - p_t) tends to 1.

    References
    ----------
    T.-Y. Lin et al., "Focal Loss for Dense Object Detection", 2017, appendix A.

    Examples
    --------
    >>> losses, dentropies = focus(np.array([0.0, 1e4]), gamma=2)
    >>> losses.tolist(), dentropies.tolist()
    ([0.0, 10000.0], [0.0, 1.0])
    """
    _check_gamma(gamma)
    gamma, h = float(gamma), as_floating(entropies)
    missing = -np.expm1(-h)  # 1 - p_t
    ratio = np.divide(h, missing, out=np.ones_like(h), where=missing > 0)  # h / (1 - p_t)
    modulation = missing**gamma  # (1 - p_t)^γ
    return modulation * h, modulation * (1 + gamma * (1 - missing) * ratio)


def _check_gamma(gamma: float) -> None:
    if not gamma >= 0:
        raise ValueError(f"gamma must be 0 or more, got {gamma}")
