"""Anchors that suit a data set: k-means on the shapes of its boxes."""

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.boxes.shape_iou import shape_iou
from scratchcv.checks import Array, as_floating, check_array


def kmeans_anchors(sizes: ArrayLike, k: int, *, seed: int = 0, iterations: int = 300) -> tuple[Array, float]:
    r"""Return the k widths and heights that objects of these sizes resemble most.

    Clusters of sizes under the distance

    .. math:: d(\text{box}, \text{centroid}) = 1 - \text{IoU}(\text{box}, \text{centroid})

    where only shapes are compared (`shape_iou`). Each size joins its nearest centroid, each centroid becomes
    the mean width and height of its cluster, until nothing changes.

    Parameters
    ----------
    sizes : array_like (R, 2)
        Widths and heights of the objects, in any one unit.
    k : int
        How many anchors.
    seed : int
        Draws the first centroids, far from each other with a probability that grows with the distance.
    iterations : int
        At most so many rounds.

    Returns
    -------
    anchors : ndarray (k, 2)
        By area, in the unit of `sizes`. Of fewer than k different sizes some are repeated.
    mean_iou : float
        The mean IoU of an object with its best anchor: 1 if each has its own; 1.0 without objects.

    Raises
    ------
    ValueError
        When the shape does not fit, a size is not positive and finite, or k is below 1.

    Notes
    -----
    Euclidean distance would care for large boxes more than for small ones; IoU does not. Without any objects
    the anchors are squares, evenly spaced from 1/k to 1.

    The first centroids are drawn as in k-means++: an unlucky uniform draw loses a small cluster for ever.

    References
    ----------
    J. Redmon, A. Farhadi, "YOLO9000: Better, Faster, Stronger", 2017, section 2, "Dimension Clusters":
    5 anchors, mean IoU .61 on VOC, where 9 chosen by hand have .609; lecture S4, lines 207-240.

    Examples
    --------
    >>> people, cars = [[1, 3], [2, 5], [1, 4]], [[5, 2], [6, 2]]
    >>> anchors, mean_iou = kmeans_anchors(people + cars, 2)
    >>> anchors.round(2).tolist(), round(mean_iou, 2)
    ([[1.33, 4.0], [5.5, 2.0]], 0.73)
    """
    sizes = as_floating(check_array("sizes", sizes, ("R", 2)))
    for row in np.flatnonzero(~(np.isfinite(sizes) & (sizes > 0)).all(axis=1))[:1]:
        raise ValueError(f"sizes must be positive and finite, got sizes[{row}] = {sizes[row].tolist()}")
    if k < 1:
        raise ValueError(f"k must be at least 1, got {k}")
    if not len(sizes):
        return np.repeat(np.arange(1, k + 1)[:, None] / k, 2, axis=1).astype(sizes.dtype), 1.0
    anchors = _first_centroids(sizes, k, np.random.default_rng(seed))
    cluster = np.full(len(sizes), -1)
    for _ in range(iterations):
        nearest = shape_iou(sizes, anchors).argmax(axis=1)
        if (nearest == cluster).all():
            break
        cluster = nearest
        for number in np.unique(cluster):  # a centroid without a cluster stays where it is
            anchors[number] = sizes[cluster == number].mean(axis=0)
    anchors = anchors[np.argsort(anchors.prod(axis=1), kind="stable")]
    return anchors, float(shape_iou(sizes, anchors).max(axis=1).mean())


def _first_centroids(sizes: Array, k: int, rng: np.random.Generator) -> Array:
    """Draw k of the sizes, each with a probability like its squared distance to those drawn before."""
    anchors: Array = sizes[rng.integers(len(sizes))][None]
    while len(anchors) < k:
        distance = (1 - shape_iou(sizes, anchors).max(axis=1)).clip(0).astype(np.float64) ** 2
        share = distance / distance.sum() if distance.any() else None  # all are drawn: repeat any
        anchors = np.concatenate([anchors, sizes[rng.choice(len(sizes), p=share)][None]])
    return anchors
