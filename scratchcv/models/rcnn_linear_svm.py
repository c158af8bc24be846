"""R-CNN's classifiers: a linear support vector machine for each class, trained on the hardest negatives."""

from collections.abc import Sequence

import numpy as np

from scratchcv.checks import Array
from scratchcv.layers import Layer, linear, sigmoid
from scratchcv.models.rcnn_linear_svm_platt import platt_scaling
from scratchcv.models.rcnn_linear_svm_solver import fit_linear_svm


def mine_hard_negatives(
    positives: Array,
    negatives: Sequence[Array],
    *,
    c: float = 1.0,
    passes: int = 3,
    squared: bool = True,
) -> tuple[Array, float, list[int]]:
    """Return the machine of one class, trained on the negatives that it finds hard.

    A pass goes through the images. The negatives of an image that lie inside the margin are hard, and join
    the cache; the machine is trained again; those of the cache that have come to lie well outside, by a fifth
    of the margin, are easy and dropped. A pass that finds nothing new ends the training: then the machine is
    the one that all negatives together would give, for a sample outside the margin has no part in it.

    Parameters
    ----------
    positives : ndarray of shape (P, D)
        Features of the objects of the class.
    negatives : sequence of ndarray (N_i, D)
        Features of what is none of it, image by image or in larger portions.
    c, squared
        As for `fit_linear_svm`.
    passes : int
        How often to go through all portions; in the paper once.

    Returns
    -------
    weight : ndarray of float64, shape (D,)
    bias : float
    cached : list of int
        How many negatives the cache held after each portion: what it cost, and where it settled.

    References
    ----------
    Felzenszwalb, Girshick, McAllester, Ramanan, "Object Detection with Discriminatively Trained Part-Based
    Models", 2010, section 4.4; R. Girshick et al., "Rich feature hierarchies", 2014, section 2.3.

    Examples
    --------
    Of ten negatives only the nearest one matters:

    >>> far = np.arange(-10.0, 0)[:, None]
    >>> weight, bias, cached = mine_hard_negatives(np.array([[1.0]]), [far[:5], far[5:]], c=1000)
    >>> (weight.round(2) + 0).tolist(), round(bias, 2), cached[-1]
    ([1.0], 0.0, 1)
    """
    weight, bias = np.zeros(positives.shape[1]), -1.0  # everything is a violator at first
    cache, of_cache = positives[:0], np.zeros((0, 2), np.int64)  # which portion and row each came from
    cached: list[int] = []
    for _ in range(passes):
        found = 0
        for index, portion in enumerate(negatives):
            hard = np.flatnonzero(portion @ weight + bias > (-1 if cached else -np.inf))
            rows = np.stack([np.full(len(hard), index), hard], axis=1)
            new = ~_is_among(rows, of_cache)
            found += int(new.sum())
            cache = np.concatenate([cache, portion[hard[new]]])
            of_cache = np.concatenate([of_cache, rows[new]])
            if new.any() or not cached:
                signs = np.repeat([1, -1], [len(positives), len(cache)])
                samples = np.concatenate([positives, cache])
                weight, bias = fit_linear_svm(samples, signs, c=c, squared=squared, start=(weight, bias))
            kept = cache @ weight + bias >= -1.2
            cache, of_cache = cache[kept], of_cache[kept]
            cached.append(len(cache))
        if not found:
            break
    return weight, bias, cached


def _is_among(rows: Array, others: Array) -> Array:
    """Say which rows (N, 2) are among the others (M, 2)."""
    width = 1 + max(rows[:, 1].max(initial=0), others[:, 1].max(initial=0))
    return np.isin(rows @ [width, 1], others @ [width, 1])


class LinearSVMs(Layer):
    """The machines of all classes side by side: K planes.

    Parameters
    ----------
    in_features : int
        D.
    num_classes : int
        K, without background.

    Attributes
    ----------
    weight, bias : ndarray of shape (K, D), (K,)
        Not trained by gradients, but by `fit`; saved with the model.
    slope, offset : ndarray of shape (K,)
        From scores to probabilities, see `calibrate`.

    Examples
    --------
    >>> svms = LinearSVMs(2, 1)
    >>> svms.fit(np.array([[1.0, 0], [-1, 0]]), np.array([[1], [-1]]), [slice(0, 2)], c=1000)
    >>> svms(np.array([[3.0, 5.0]], np.float32)).round(3).tolist()
    [[3.0]]
    """

    buffers = ("weight", "bias", "slope", "offset")

    def __init__(self, in_features: int, num_classes: int) -> None:
        self.weight: Array = np.zeros((num_classes, in_features), np.float32)
        self.bias: Array = np.full(num_classes, -1, np.float32)
        self.slope: Array = np.ones(num_classes, np.float32)
        self.offset: Array = np.zeros(num_classes, np.float32)

    def fit(
        self, features: Array, targets: Array, portions: Sequence[slice], *, c: float, squared: bool = True
    ) -> None:
        """Train the machine of every class by `mine_hard_negatives`.

        Parameters
        ----------
        features : ndarray of shape (N, D)
            Of all proposals and objects of all images.
        targets : ndarray of int, shape (N, K)
            For each class +1 for its objects, -1 for what is none of it, 0 for what does not count.
        portions : sequence of slice
            The rows of each portion of images, for mining.
        c, squared
            As for `fit_linear_svm`.

        Notes
        -----
        A class without an object in the data keeps a score of -1 for everything.
        """
        # Features of one size whatever the network, for C to mean the same: on average 20 long, as in R-CNN.
        scale = 20 / max(float(np.linalg.norm(features, axis=1).mean()), 1e-12) if len(features) else 1.0
        for k in range(len(self.weight)):
            positives = features[targets[:, k] == 1] * scale
            self.weight[k], self.bias[k] = 0, -1
            if len(positives):
                negatives = [features[rows][targets[rows, k] == -1] * scale for rows in portions]
                weight, self.bias[k], _ = mine_hard_negatives(positives, negatives, c=c, squared=squared)
                self.weight[k] = weight * scale

    def forward(self, x: Array) -> tuple[Array, None]:
        """Return the scores (N, K) of features (N, D): 0 on the plane, ±1 on the margin's edges."""
        return linear(x, self.weight, self.bias), None

    def calibrate(self, features: Array, hits: Array) -> None:
        """Learn from which score on a proposal is likelier right than wrong, class by class: `platt_scaling`.

        Parameters
        ----------
        features : ndarray of shape (N, D)
        hits : ndarray of bool, shape (N, K)
            Whether the proposal lies on an object of the class.
        """
        scores = self(features)
        for k in range(len(self.weight)):
            self.slope[k], self.offset[k] = platt_scaling(scores[:, k], hits[:, k])

    def probabilities(self, x: Array) -> Array:
        """Return probabilities (N, K) of features (N, D): σ(slope · score + offset)."""
        return sigmoid(self(x) * self.slope + self.offset)
