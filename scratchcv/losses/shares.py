"""A check of targets that losses share: numbers between no and yes."""

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.checks import Array, check_array


def check_shares(name: str, shares: ArrayLike, shape: tuple[int, ...], counted: Array | None = None) -> Array:
    """Return an array of the wanted shape, or say which of its numbers is no yes, no, or anything between.

    Parameters
    ----------
    name : str
        The argument's name, for the message.
    shares : array_like
        Targets or scores, which must lie between 0 and 1.
    shape : tuple of int
        The wanted shape.
    counted : ndarray of bool, optional
        Which of them to look at; by default all.

    Raises
    ------
    ValueError
        When the shape differs, or a number that counts is NaN or not between 0 and 1.

    Examples
    --------
    >>> check_shares("targets", [0, 255], (2,))
    Traceback (most recent call last):
    ValueError: targets must lie between 0 and 1, got targets[1] = 255
    """
    shares = check_array(name, shares, shape)
    if not shares.size or (shares.min() >= 0 and shares.max() <= 1):  # quicker than asking each; NaN says no
        return shares
    wrong = ~((shares >= 0) & (shares <= 1))
    if counted is not None:
        wrong &= counted
    if wrong.any():
        place = tuple(int(i) for i in np.argwhere(wrong)[0])
        raise ValueError(f"{name} must lie between 0 and 1, got {name}{list(place)} = {shares[place]}")
    return shares
