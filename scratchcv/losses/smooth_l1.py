"""Smooth L1: a squared error for small differences, an absolute one for large ones."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.backend import active_form
from scratchcv.checks import Array, as_floating, check_floating
from scratchcv.losses.reduction import check_reduction, reduce_weighted


def smooth_l1_loss(
    prediction: ArrayLike,
    target: ArrayLike,
    *,
    beta: float = 1.0,
    weight: ArrayLike | None = None,
    reduction: str = "mean",
) -> tuple[Any, Array]:
    r"""Return the smooth L1 distance of predictions to their targets, and its gradient.

    With :math:`d = \text{prediction} - \text{target}`,

    .. math:: L(d) = \begin{cases} d^2 / 2\beta & |d| < \beta \\
              |d| - \beta / 2 & \text{otherwise} \end{cases} \qquad L'(d) = \mathrm{clip}(d / \beta, -1, 1)

    Parameters
    ----------
    prediction, target : array_like, equal shapes
        For boxes: predicted and encoded deltas.
    beta : float
        Where the parabola turns into a line; 0 makes it the L1 distance.
    weight : array_like like `prediction`, optional
        Weight of each element; the mean divides by their sum.
    reduction : {"mean", "sum", "none"}
        What becomes of the elements' losses; by default their mean, that of no elements being 0.

    Returns
    -------
    loss : float, or ndarray like `prediction` for ``reduction="none"``
    dprediction : ndarray
        Like `prediction`; for ``"none"`` the gradient of the losses' sum.

    Raises
    ------
    ValueError
        When the shapes differ or beta is negative.

    Notes
    -----
    The gradient never exceeds 1: one box that is far off cannot outweigh all others, as it
    would with a squared error. Fast R-CNN and SSD use beta = 1. Semantics are PyTorch's, except that shapes
    are not broadcast and that the mean of nothing is 0, not NaN. Weights are those of its ``l1_loss``.

    References
    ----------
    R. Girshick, "Fast R-CNN", 2015, equation 3; lecture S1, line 705.

    Examples
    --------
    >>> losses, gradient = smooth_l1_loss([-2.0, 0.5, 10.0], [0.0, 0.0, 0.0], reduction="none")
    >>> losses.tolist(), gradient.tolist()
    ([1.5, 0.125, 9.5], [-1.0, 0.5, 1.0])
    """
    check_reduction(reduction)
    if not beta >= 0:
        raise ValueError(f"beta must be 0 or more, got {beta}")
    prediction = np.asarray(as_floating(prediction), order="C")
    target = check_floating("target", target, prediction.shape, prediction.dtype)
    weights = None
    if weight is not None:
        weights = check_floating("weight", weight, prediction.shape, prediction.dtype)
    beta = float(prediction.dtype.type(beta))  # as small as it gets in that dtype
    return active_form(smooth_l1_numpy)(prediction, target, weights, beta, reduction)


def smooth_l1_numpy(
    prediction: Array, target: Array, weights: Array | None, beta: float, reduction: str
) -> tuple[float | Array, Array]:
    """Return the loss and its gradient."""
    difference = prediction - target  # d
    distance = abs(difference)
    if beta == 0:
        losses, gradient = distance, np.sign(difference)
    else:
        near = np.minimum(distance, beta)  # |d| inside; outside, where the line is taken, no square overflows
        parabola, line = near / beta * (0.5 * near), distance - 0.5 * beta
        losses = np.where(distance < beta, parabola, line)
        gradient = np.clip(difference / beta, -1, 1)
    return reduce_weighted(losses, gradient, weights, reduction)
