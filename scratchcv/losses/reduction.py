"""How a loss of many elements becomes one number."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.checks import Array, check_floating

REDUCTIONS = ("none", "mean", "sum")


def check_reduction(reduction: str) -> None:
    """Raise unless `reduction` is one of ``"none"``, ``"mean"``, ``"sum"``.

    Examples
    --------
    >>> check_reduction("average")
    Traceback (most recent call last):
    ValueError: reduction must be one of none, mean, sum, got 'average'
    """
    if reduction not in REDUCTIONS:
        raise ValueError(f"reduction must be one of {', '.join(REDUCTIONS)}, got {reduction!r}")


def reduce(losses: Array, gradient: Array, reduction: str, total_weight: float) -> tuple[Any, Array]:
    """Sum or average elementwise losses, and scale the gradient of their sum to match.

    Parameters
    ----------
    losses, gradient : ndarray
        The loss of each element, and the gradient of their sum; the gradient is scaled in place.
    reduction : {"none", "mean", "sum"}
        What to do.
    total_weight : float
        What the mean divides by; the mean of nothing (0) is 0.

    Returns
    -------
    loss : float, or ndarray for ``"none"``
    gradient : ndarray

    Examples
    --------
    >>> reduce(np.array([1.0, 3.0]), np.array([2.0, 2.0]), "mean", 2)[0]
    2.0
    """
    if reduction == "none":
        return losses, gradient
    # float32 losses are added in float64: tens of thousands of anchors are added up.
    loss = float(losses.sum(dtype=np.float64))
    if reduction == "mean":
        loss /= total_weight or 1
        gradient /= total_weight or 1
    return loss, gradient


def reduce_weighted(
    losses: Array, gradient: Array, weight: ArrayLike | None, reduction: str
) -> tuple[Any, Array]:
    """Weigh elementwise losses and their gradient, then `reduce` them; the mean divides by the weights' sum.

    Parameters
    ----------
    losses, gradient : ndarray of equal shapes
        The loss of each element and its derivative; may be scaled in place.
    weight : array_like like `losses`, optional
        By default all are 1.
    reduction : {"mean", "sum", "none"}
        What to do.

    Raises
    ------
    ValueError
        When the weights have another shape.

    Examples
    --------
    >>> reduce_weighted(np.array([1.0, 3.0]), np.array([2.0, 2.0]), [3, 1], "mean")[0]
    1.5
    """
    if weight is None:
        return reduce(losses, gradient, reduction, losses.size)
    weights = check_floating("weight", weight, losses.shape, losses.dtype)
    total = float(weights.sum(dtype=np.float64))
    return reduce(weights * losses, weights * gradient, reduction, total)
