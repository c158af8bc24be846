"""Mean squared error, the lectures' L2 loss."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.backend import active_form
from scratchcv.checks import Array, as_floating, check_floating
from scratchcv.losses.reduction import check_reduction, reduce_weighted


def mse_loss(
    prediction: ArrayLike,
    target: ArrayLike,
    *,
    weight: ArrayLike | None = None,
    reduction: str = "mean",
) -> tuple[Any, Array]:
    r"""Return the squared errors of predictions, and their gradient.

    With :math:`d = \text{prediction} - \text{target}`,

    .. math:: L = w \, d^2, \qquad \frac{\partial L}{\partial d} = 2 \, w \, d

    Parameters
    ----------
    prediction, target : array_like, equal shapes
        Box coordinates, pixels, features.
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
        When the shapes differ.

    Notes
    -----
    Semantics are PyTorch's, except that shapes are not broadcast and that the mean of nothing is 0, not NaN.
    The gradient grows with the error: one outlier can outweigh all other boxes, which `smooth_l1_loss` mends.

    References
    ----------
    Lectures S1, lines 164-212 ("L2 loss" of a box), and S4, lines 16-30.

    Examples
    --------
    >>> loss, gradient = mse_loss([1.0, 3.0], [1.0, 1.0])
    >>> loss, gradient.tolist()
    (2.0, [0.0, 2.0])
    """
    check_reduction(reduction)
    prediction = np.asarray(as_floating(prediction), order="C")
    target = check_floating("target", target, prediction.shape, prediction.dtype)
    weights = None
    if weight is not None:
        weights = check_floating("weight", weight, prediction.shape, prediction.dtype)
    return active_form(mse_numpy)(prediction, target, weights, reduction)


def mse_numpy(
    prediction: Array, target: Array, weights: Array | None, reduction: str
) -> tuple[float | Array, Array]:
    """Return the loss and its gradient."""
    difference = prediction - target  # d
    return reduce_weighted(difference**2, 2 * difference, weights, reduction)
