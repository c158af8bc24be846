"""How often a classifier is right, with one guess or with several."""

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.checks import check_array
from scratchcv.metrics.annotations import as_integers


def top_k_accuracy(ranked_labels: ArrayLike, labels: ArrayLike, k: int = 1) -> float:
    r"""Return the share of images whose true class is among the k likeliest ones.

    .. math:: A_k = \frac{1}{N} \sum_i [y_i \in \{\hat y_{i1}, \dots, \hat y_{ik}\}]

    Parameters
    ----------
    ranked_labels : array_like of int, shape (N, K)
        The classes of each image as predicted, best first: rows of a classifier's ``labels``.
    labels : array_like of int, shape (N,)
        The true class of each image.
    k : int
        Guesses an image; 1 is plain accuracy.

    Returns
    -------
    float
        From 0 to 1; NaN without images.

    Raises
    ------
    ValueError
        When shapes disagree, labels are no integers, or k is not in 1 … K.

    References
    ----------
    Russakovsky et al., "ImageNet Large Scale Visual Recognition Challenge", IJCV 2015, section 4.1, which
    counts errors, with k = 5.

    Examples
    --------
    >>> top_k_accuracy([[2, 1, 0], [0, 2, 1]], [2, 1]), top_k_accuracy([[2, 1, 0], [0, 2, 1]], [2, 1], k=3)
    (0.5, 1.0)
    """
    truth = as_integers("labels", check_array("labels", labels, ("N",)))
    if len(truth) == 0:
        return float("nan")
    ranked = as_integers("ranked_labels", check_array("ranked_labels", ranked_labels, (len(truth), "K")))
    if not 1 <= k <= ranked.shape[1]:
        raise ValueError(f"k must be in 1 … {ranked.shape[1]}, got {k}")
    return float(np.mean((ranked[:, :k] == truth[:, None]).any(axis=1)))
