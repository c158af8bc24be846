"""The confusion matrix: how many pixels of each class were taken for which."""

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.checks import Array
from scratchcv.metrics.annotations import as_integers


def confusion_matrix(
    prediction: ArrayLike, target: ArrayLike, num_classes: int, ignore_index: int | None = None
) -> Array:
    r"""Count the pixels of class i that were taken for class j.

    .. math:: n_{ij} = \sum_p [y_p = i][\hat y_p = j]

    Parameters
    ----------
    prediction, target : array_like of int, any one shape
        The class ŷ of each pixel as predicted, and the true one y, both 0 … K - 1.
    num_classes : int
        K, the background included.
    ignore_index : int, optional
        Pixels whose *true* class is this one are not counted: VOC's 255, for borders.

    Returns
    -------
    ndarray of int64, shape (K, K)
        True classes by row, predicted ones by column. Matrices of several images add up to that of all.

    Raises
    ------
    ValueError
        When shapes differ, a class is no integer or out of range, or there are no classes.
    TypeError
        When `num_classes` is no integer.

    References
    ----------
    Long, Shelhamer, Darrell, "Fully Convolutional Networks for Semantic Segmentation", CVPR 2015, section 5.

    Examples
    --------
    >>> confusion_matrix([[0, 1], [1, 1]], [[0, 0], [1, 255]], num_classes=2, ignore_index=255).tolist()
    [[1, 1], [0, 1]]
    """
    if not isinstance(num_classes, (int, np.integer)):
        raise TypeError(f"num_classes must be an integer, got {num_classes}")
    if num_classes < 1:
        raise ValueError(f"num_classes must be at least 1, got {num_classes}")
    found, truth = np.asarray(prediction), np.asarray(target)
    if found.shape != truth.shape:
        raise ValueError(f"prediction and target must have one shape, got {found.shape} and {truth.shape}")
    kept = np.ones(truth.shape, bool) if ignore_index is None else truth != ignore_index
    rows = _classes("target", truth[kept], num_classes, "; if it is to be left out, name it as ignore_index")
    columns = _classes("prediction", found[kept], num_classes, "")
    counts = np.bincount(rows * num_classes + columns, minlength=num_classes**2)
    return counts.reshape(num_classes, num_classes)


def _classes(name: str, values: Array, num_classes: int, hint: str) -> Array:
    values = as_integers(name, values)
    outside = (values < 0) | (values >= num_classes)
    if outside.any():
        raise ValueError(f"{name} must be in 0 … {num_classes - 1}, got {values[outside][0]}{hint}")
    return values
