"""Pixel error: how far a map of probabilities, such as of cell membranes, is from the truth pixel by pixel.

The plainest of the measures of the ISBI 2012 challenge: it compares each pixel with the one at its place and
allows for no shift of the borders, as the warping and Rand errors beside it do.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.checks import Array, as_floating
from scratchcv.metrics.annotations import as_finite


def pixel_error(probability: ArrayLike, target: ArrayLike, threshold: float | None = 0.5) -> float:
    r"""Return the mean squared distance between a segmentation and the truth, pixel by pixel.

    .. math:: E = \frac{1}{n} \sum_p (x_p - y_p)^2

    With a threshold x is 0 or 1, and E is the share of pixels that are wrong.

    Parameters
    ----------
    probability : array_like, any shape
        Of each pixel to be foreground, 0 … 1.
    target : array_like of 0 and 1, same shape
        The truth y.
    threshold : float, optional
        x is 1 where the probability reaches it, 0 … 1; None leaves x the probability itself.

    Returns
    -------
    float
        0 is perfect; NaN without pixels.

    Raises
    ------
    ValueError
        When shapes differ, a probability or the threshold leaves [0, 1], or the truth is neither 0 nor 1.

    Notes
    -----
    The challenge's page defines its pixel error twice: as squared Euclidean distance between the labels,
    which is this function, and as one minus the highest F-score over all thresholds, which its scripts
    compute and `pixel_error_sweep` gives. In its files cells are 1 and membranes 0: the distance does not
    care which of them is the foreground, the F-score does.

    References
    ----------
    Arganda-Carreras et al., "Crowdsourcing the creation of image segmentation algorithms for connectomics",
    Frontiers in Neuroanatomy 2015; brainiac2.mit.edu/isbi_challenge/evaluation.

    Examples
    --------
    >>> pixel_error([.9, .6, .2, .4], [1, 0, 0, 1])
    0.5
    >>> round(pixel_error([.9, .6, .2, .4], [1, 0, 0, 1], threshold=None), 4)
    0.1925
    """
    x, y = _check(probability, target)
    if x.size == 0:
        return float("nan")
    if threshold is not None:
        x = x >= _check_thresholds(threshold, x)
    return float(np.mean((x - y.astype(np.float64)) ** 2))


@dataclass(frozen=True)
class PixelErrorSweep:
    """The pixel errors of a segmentation at many thresholds.

    Attributes
    ----------
    thresholds : ndarray of shape (T,)
        A pixel is foreground where its probability reaches the threshold.
    error : ndarray of shape (T,)
        The share of wrong pixels.
    precision, recall, f1 : ndarray of shape (T,)
        Of the foreground's pixels; precision 1 where nothing is taken for foreground, recall NaN without any.

    Examples
    --------
    >>> pixel_error_sweep([.9, .4], [1, 1], thresholds=[.5, .25]).f1.round(4).tolist()
    [0.6667, 1.0]
    """

    thresholds: Array = field(repr=False)
    error: Array = field(repr=False)
    precision: Array = field(repr=False)
    recall: Array = field(repr=False)
    f1: Array = field(repr=False)

    @property
    def best_error(self) -> float:
        """The least share of wrong pixels at any threshold."""
        return float(np.min(self.error))

    @property
    def best_f1(self) -> float:
        """The highest F1 of the foreground at any threshold; the challenge's pixel error is 1 minus it."""
        return float(np.max(self.f1))

    @property
    def best_threshold(self) -> float:
        """The threshold with the highest F1, the first among equals."""
        return float(self.thresholds[np.argmax(self.f1)])


def pixel_error_sweep(
    probability: ArrayLike, target: ArrayLike, thresholds: ArrayLike | None = None
) -> PixelErrorSweep:
    r"""Return error, precision, recall and F1 of the foreground at many thresholds.

    .. math:: F_1 = \frac{2\,TP}{2\,TP + FP + FN}, \qquad E_{\text{ISBI}} = 1 - \max_\theta F_1(\theta)

    Parameters
    ----------
    probability : array_like, any shape
        Of each pixel to be foreground, 0 … 1; of all images of a data set, for one common threshold.
    target : array_like of 0 and 1, same shape
        The truth.
    thresholds : array_like of shape (T,), optional
        By default 0, .1, …, 1.

    Returns
    -------
    PixelErrorSweep
        With ``best_f1``, ``best_threshold`` and ``best_error``.

    Raises
    ------
    ValueError
        When shapes differ, a probability or a threshold leaves [0, 1], or the truth is neither 0 nor 1.

    References
    ----------
    Arganda-Carreras et al., "Crowdsourcing the creation of image segmentation algorithms for connectomics",
    Frontiers in Neuroanatomy 2015; brainiac2.mit.edu/isbi_challenge/evaluation.

    Examples
    --------
    >>> sweep = pixel_error_sweep([.9, .6, .2, .4], [1, 0, 0, 1])
    >>> sweep.best_threshold, round(sweep.best_f1, 4), sweep.best_error
    (0.3, 0.8, 0.25)
    """
    x, y = _check(probability, target)
    levels = np.arange(11) / 10 if thresholds is None else as_finite("thresholds", thresholds, ("T",))
    if len(levels) == 0:
        raise ValueError("thresholds must be one or more, got []")
    foreground, background = (np.sort(x[y == value], axis=None) for value in (1, 0))
    reached = _check_thresholds(levels, x)
    hits = len(foreground) - np.searchsorted(foreground, reached)
    false_alarms = len(background) - np.searchsorted(background, reached)
    misses = len(foreground) - hits
    with np.errstate(invalid="ignore"):
        precision = np.where(hits + false_alarms > 0, hits / (hits + false_alarms), 1.0)
        recall = hits / np.float64(len(foreground))
        f1 = 2 * hits / (2.0 * hits + false_alarms + misses)
        error = (false_alarms + misses) / np.float64(x.size)
    # Without foreground, found or true, there is nothing to be wrong about.
    return PixelErrorSweep(levels, error, precision, recall, np.where(np.isnan(f1), 1.0, f1))


def _check(probability: ArrayLike, target: ArrayLike) -> tuple[Array, Array]:
    x, y = as_floating(probability), np.asarray(target)
    if x.shape != y.shape:
        raise ValueError(f"probability and target must have one shape, got {x.shape} and {y.shape}")
    inside = (x >= 0) & (x <= 1)
    if not inside.all():
        raise ValueError(f"probability must be in [0, 1], got {x[~inside][0]}")
    binary = (y == 0) | (y == 1)
    if not binary.all():
        raise ValueError(f"target must be 0 or 1, got {y[~binary][0]}")
    return x, y


def _check_thresholds(thresholds: float | Array, x: Array) -> Array:
    """Return thresholds in the dtype of x: a probability of .7 in float32 reaches .7."""
    levels = np.asarray(thresholds, np.float64)
    inside = (levels >= 0) & (levels <= 1)
    if not inside.all():
        raise ValueError(f"a threshold must be in [0, 1], got {levels[~inside].flat[0]:g}")
    return levels.astype(x.dtype)
