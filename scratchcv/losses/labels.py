"""The check of class labels that losses share."""

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.checks import Array, check_array


def check_labels(labels: ArrayLike, shape: tuple[int, ...], classes: int, *others: int) -> Array:
    """Return labels as an array of the wanted shape, or say which one is no class.

    Parameters
    ----------
    labels : array_like of int
        What was given.
    shape : tuple of int
        The wanted shape.
    classes : int
        Labels 0 … classes - 1 are classes.
    *others : int
        Further labels with a meaning of their own, such as IGNORE.

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
    labels = check_array("labels", labels, shape)
    if labels.size and labels.dtype.kind not in "iu":
        raise TypeError(f"labels must be integers, got {labels.dtype}")
    wrong = (labels < 0) | (labels >= classes)
    for other in others:
        wrong &= labels != other
    if wrong.any():
        place = tuple(int(i) for i in np.argwhere(wrong)[0])
        wanted = " or be ".join([f"lie in 0…{classes - 1}", *map(str, others)])
        raise ValueError(f"labels must {wanted}, got labels{list(place)} = {labels[place]}")
    return labels.astype(np.int64, copy=False)
