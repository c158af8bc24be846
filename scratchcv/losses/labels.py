"""Checks of targets that losses share: classes, and shares of a yes."""

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.checks import Array, check_array


def check_labels(
    labels: ArrayLike, shape: tuple[int | str, ...], classes: int, *others: int, name: str = "labels"
) -> Array:
    """Return labels as an array of the wanted shape, or say which one is no class.

    Parameters
    ----------
    labels : array_like of int
        What was given.
    shape : tuple of int or str
        The wanted shape; a string names a free dimension.
    classes : int
        Labels 0 … classes - 1 are classes.
    *others : int
        Further labels with a meaning of their own, such as IGNORE.
    name : str
        The argument's name, for the message.

    Raises
    ------
    ValueError
        When the shape differs or a label has no meaning.
    TypeError
        When labels are not integers.

    Examples
    --------
    >>> check_labels([0, 3], (2,), 3)
    Traceback (most recent call last):
    ValueError: labels must lie in 0…2, got labels[1] = 3
    """
    labels = check_array(name, labels, shape)
    if labels.size and labels.dtype.kind not in "iu":
        raise TypeError(f"{name} must be integers, got {labels.dtype}")
    wrong = (labels < 0) | (labels >= classes)
    for other in others:
        wrong &= labels != other
    if wrong.any():
        place = tuple(int(i) for i in np.argwhere(wrong)[0])
        wanted = " or be ".join([f"lie in 0…{classes - 1}", *map(str, others)])
        raise ValueError(f"{name} must {wanted}, got {name}{list(place)} = {labels[place]}")
    return labels.astype(np.int64, copy=False)


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
    wrong = ~((shares >= 0) & (shares <= 1))
    if counted is not None:
        wrong &= counted
    if wrong.any():
        place = tuple(int(i) for i in np.argwhere(wrong)[0])
        raise ValueError(f"{name} must lie between 0 and 1, got {name}{list(place)} = {shares[place]}")
    return shares
