"""Soft Dice: how far predicted masks and true ones are from covering each other."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.checks import Array, as_floating
from scratchcv.layers.sigmoid import sigmoid, sigmoid_backward
from scratchcv.layers.softmax import softmax, softmax_backward
from scratchcv.losses.reduction import check_reduction, reduce
from scratchcv.losses.shares import check_shares

ACTIVATIONS = ("sigmoid", "softmax", "none")


def dice_loss(
    logits: ArrayLike,
    targets: ArrayLike,
    *,
    activation: str = "sigmoid",
    squared: bool = False,
    eps: float = 0.0,
    reduction: str = "mean",
) -> tuple[Any, Array]:
    r"""Return one minus the Dice coefficient of soft masks, and its gradient.

    For each image and class, over its pixels i with scores :math:`p_i` and truth :math:`g_i`,

    .. math:: L = 1 - \frac{2 \sum_i p_i g_i + \epsilon}{\sum_i p_i + \sum_i g_i + \epsilon} \qquad
              \frac{\partial L}{\partial p_i} = \frac{(1 - L) - 2 g_i}{\sum_i p_i + \sum_i g_i + \epsilon}

    With squared sums below, as V-Net has it, the derivative's 1 - L comes times :math:`2 p_i`.

    Parameters
    ----------
    logits : array_like (N, C, d1, …)
        Raw scores of N images and C classes, or masks.
    targets : array_like (N, C, d1, …)
        The truth g, 0 or 1 or between.
    activation : {"sigmoid", "softmax", "none"}
        What makes scores of logits: each for itself, the classes (axis 1) against each other, or nothing:
        then `logits` are scores from 0 to 1 already.
    squared : bool
        Whether the sums below are of squares.
    eps : float
        Smooths the quotient. 0 is the coefficient itself.
    reduction : {"mean", "sum", "none"}
        What becomes of the losses of images and classes; by default their mean.

    Returns
    -------
    loss : float, or ndarray (N, C) for ``reduction="none"``
    dlogits : ndarray
        Like `logits`; for ``"none"`` the gradient of the losses' sum.

    Raises
    ------
    ValueError
        When shapes differ, a target or (without activation) a score lies outside 0…1, eps is negative, or an
        option is unknown.

    Notes
    -----
    An empty mask: without any truth the coefficient is 0 whatever is predicted, and teaches nothing. With
    ``eps=0`` such an image and class costs 0 with gradient 0, and does not count in the mean. With an eps,
    1 for example, it counts: it costs nothing once nothing is predicted, and the gradient leads there.

    Where an object covers one pixel in a hundred, cross-entropy is nearly content with all background;
    Dice is not: it is a ratio, and does not see how much background there is.

    References
    ----------
    F. Milletari, N. Navab, S.-A. Ahmadi, "V-Net: Fully Convolutional Neural Networks for Volumetric Medical
    Image Segmentation", 2016, section 3 (squared); L. R. Dice, "Measures of the Amount of Ecologic
    Association Between Species", 1945. The lectures' loss of masks is the cross-entropy of each pixel (S0,
    lines 550 and 821).

    Examples
    --------
    Two of three predicted pixels are among the three true ones: Dice is 2 · 2 / (3 + 3).

    >>> scores, truth = [[[1.0, 1.0, 1.0, 0.0, 0.0]]], [[[0, 1, 1, 1, 0]]]
    >>> loss, dscores = dice_loss(scores, truth, activation="none")
    >>> round(loss, 6), dscores.round(4).tolist()
    (0.333333, [[[0.1111, -0.2222, -0.2222, -0.2222, 0.1111]]])
    """
    check_reduction(reduction)
    if activation not in ACTIVATIONS:
        raise ValueError(f"activation must be one of {', '.join(ACTIVATIONS)}, got {activation!r}")
    if not eps >= 0:
        raise ValueError(f"eps must be 0 or more, got {eps}")
    logits = as_floating(logits)
    if logits.ndim < 2:
        raise ValueError(f"logits must have shape (N, C, …), got {logits.shape}")
    g = check_shares("targets", targets, logits.shape).astype(logits.dtype, copy=False)
    p = logits if activation == "none" else _activate(logits, activation)
    if activation == "none":
        check_shares("logits", p, logits.shape)
    pixels = tuple(range(2, logits.ndim))

    def add_up(values: Array) -> Array:
        # In float64: how NumPy adds up, and so how much is lost, depends on the order in memory.
        total: Array = values.sum(axis=pixels, keepdims=True, dtype=np.float64)  # (N, C, 1, …)
        return total.astype(values.dtype)

    intersection = add_up(p * g)
    areas = add_up(p**2) + add_up(g**2) if squared else add_up(p) + add_up(g)
    counted = ((add_up(g) > 0) if eps == 0 else np.ones(areas.shape, bool)) & (areas + eps > 0)
    dice = np.divide(2 * intersection + eps, areas + eps, out=np.ones_like(areas), where=counted)

    numerator = (2 * p * dice if squared else dice) - 2 * g
    dp = np.divide(numerator, areas + eps, out=np.zeros_like(p), where=np.broadcast_to(counted, p.shape))
    losses, dlogits = (1 - dice).reshape(logits.shape[:2]), _activate_backward(dp, p, activation)
    return reduce(losses, dlogits, reduction, float(np.count_nonzero(counted)))


def _activate(logits: Array, activation: str) -> Array:
    if activation == "sigmoid":
        return sigmoid(logits)
    return softmax(logits, axis=1) if activation == "softmax" else logits


def _activate_backward(dp: Array, p: Array, activation: str) -> Array:
    if activation == "sigmoid":
        return sigmoid_backward(dp, p)
    return softmax_backward(dp, p, axis=1) if activation == "softmax" else dp
