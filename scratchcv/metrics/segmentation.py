"""Semantic segmentation by pixels: accuracies, mean IoU and Dice, all from a confusion matrix."""

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.checks import Array
from scratchcv.metrics.annotations import as_finite


def pixel_accuracy(confusion: ArrayLike) -> float:
    r"""Return the share of pixels that have the right class.

    .. math:: \frac{\sum_i n_{ii}}{\sum_i t_i}, \qquad t_i = \sum_j n_{ij}

    Parameters
    ----------
    confusion : array_like of shape (K, K)
        From `confusion_matrix`, true classes by row; summed over the images of a data set.

    Returns
    -------
    float
        NaN where no pixel counts.

    References
    ----------
    Long, Shelhamer, Darrell, "Fully Convolutional Networks for Semantic Segmentation", CVPR 2015, section 5.

    Examples
    --------
    >>> pixel_accuracy([[6, 2], [1, 1]])
    0.7
    """
    n = _check_confusion(confusion)
    return float(_ratio(np.trace(n), n.sum()))


def class_accuracy(confusion: ArrayLike) -> Array:
    r"""Return the share of each class's pixels that have been found: its recall.

    .. math:: \frac{n_{ii}}{t_i}

    Parameters
    ----------
    confusion : array_like of shape (K, K)
        See `pixel_accuracy`.

    Returns
    -------
    ndarray of shape (K,)
        NaN for classes that no true pixel has. Their mean is the *mean accuracy*, see `mean_accuracy`.

    Examples
    --------
    >>> class_accuracy([[6, 2], [1, 1]]).tolist()
    [0.75, 0.5]
    """
    n = _check_confusion(confusion)
    return _ratio(np.diag(n), n.sum(axis=1))


def mean_accuracy(confusion: ArrayLike) -> float:
    r"""Return the mean of `class_accuracy` over the classes that have true pixels.

    .. math:: \frac{1}{n_{cl}} \sum_i \frac{n_{ii}}{t_i}

    Examples
    --------
    >>> mean_accuracy([[6, 2, 0], [1, 1, 0], [0, 0, 0]])
    0.625
    """
    return _mean(class_accuracy(confusion))


def class_iou(confusion: ArrayLike) -> Array:
    r"""Return the intersection over union of the pixels of each class.

    .. math:: \frac{n_{ii}}{t_i + \sum_j n_{ji} - n_{ii}}

    Parameters
    ----------
    confusion : array_like of shape (K, K)
        See `pixel_accuracy`.

    Returns
    -------
    ndarray of shape (K,)
        NaN for classes that neither the truth nor the prediction has; 0 for those only predicted.

    Examples
    --------
    >>> class_iou([[6, 2], [1, 1]]).round(4).tolist()
    [0.6667, 0.25]
    """
    n = _check_confusion(confusion)
    hits = np.diag(n)
    return _ratio(hits, n.sum(axis=1) + n.sum(axis=0) - hits)


def mean_iou(confusion: ArrayLike) -> float:
    r"""Return the mean of `class_iou` over the classes that occur: the mean IoU.

    .. math:: \frac{1}{n_{cl}} \sum_i \frac{n_{ii}}{t_i + \sum_j n_{ji} - n_{ii}}

    Notes
    -----
    Pixels of the whole data set are summed first, then divided, as by VOC and Cityscapes; the mean over
    images of their IoUs is another number.

    Examples
    --------
    >>> round(mean_iou([[6, 2, 0], [1, 1, 0], [0, 0, 0]]), 4)
    0.4583
    """
    return _mean(class_iou(confusion))


def frequency_weighted_iou(confusion: ArrayLike) -> float:
    r"""Return the mean of `class_iou` weighted by the classes' true pixels.

    .. math:: \left(\sum_k t_k\right)^{-1} \sum_i t_i \frac{n_{ii}}{t_i + \sum_j n_{ji} - n_{ii}}

    Examples
    --------
    >>> round(frequency_weighted_iou([[6, 2], [1, 1]]), 4)
    0.5833
    """
    n = _check_confusion(confusion)
    true_pixels = n.sum(axis=1)
    return float(_ratio(np.sum(true_pixels * np.nan_to_num(class_iou(n))), true_pixels.sum()))


def class_dice(confusion: ArrayLike) -> Array:
    r"""Return the Dice coefficient of the pixels of each class: their F1.

    .. math:: D = \frac{2 n_{ii}}{t_i + \sum_j n_{ji}} = \frac{2\,\mathrm{IoU}}{1 + \mathrm{IoU}}

    Parameters
    ----------
    confusion : array_like of shape (K, K)
        See `pixel_accuracy`.

    Returns
    -------
    ndarray of shape (K,)
        NaN for classes that neither the truth nor the prediction has.

    References
    ----------
    L. R. Dice, "Measures of the Amount of Ecologic Association Between Species", Ecology 1945.

    Examples
    --------
    >>> class_dice([[6, 2], [1, 1]]).tolist()
    [0.8, 0.4]
    """
    n = _check_confusion(confusion)
    return _ratio(2 * np.diag(n), n.sum(axis=1) + n.sum(axis=0))


def mean_dice(confusion: ArrayLike) -> float:
    """Return the mean of `class_dice` over the classes that occur.

    Examples
    --------
    >>> round(mean_dice([[6, 2], [1, 1]]), 4)
    0.6
    """
    return _mean(class_dice(confusion))


def _check_confusion(confusion: ArrayLike) -> Array:
    n = np.asarray(confusion)
    counts = as_finite("confusion", n, (n.shape[0] if n.ndim else "K",) * 2)
    if np.any(counts < 0):
        raise ValueError(f"confusion must not be negative, got {counts.min():g}")
    return counts


def _ratio(part: ArrayLike, whole: ArrayLike) -> Array:
    """Return part / whole, and NaN for 0/0."""
    part, whole = np.asarray(part, np.float64), np.asarray(whole, np.float64)
    return np.asarray(np.divide(part, whole, out=np.full(whole.shape, np.nan), where=whole > 0))


def _mean(values: Array) -> float:
    """Return the mean over what can be said, NaN where nothing can."""
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else float("nan")
