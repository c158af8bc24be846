"""R-CNN's classifiers: a linear support vector machine for each class, trained on the hardest negatives."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.checks import Array, check_array, check_floating
from scratchcv.layers import Layer, linear

INTERCEPT_SCALING = 10.0
"""What the bias is a multiple of: in the norm its square counts a hundredth, as in R-CNN's own code."""


def fit_linear_svm(
    features: ArrayLike,
    targets: ArrayLike,
    *,
    c: float = 1.0,
    squared: bool = True,
    start: tuple[Array, float] | None = None,
) -> tuple[Array, float]:
    r"""Return the plane with the widest margin between positives and negatives: w and b.

    .. math:: L = \frac{1}{2} \lVert w \rVert^2 + \frac{1}{2} \Bigl(\frac{b}{10}\Bigr)^2
              + C \sum_n \max\bigl(0,\ 1 - y_n (w^{\mathsf T} x_n + b)\bigr)^2

    It is made of parabolas, one for each set of violators (the samples inside the margin, whose loss is not
    0), so that Newton's method ends at the minimum after a few steps. A step is ridge regression of y from x,
    in which none but the violators take part.

    Parameters
    ----------
    features : array_like of shape (N, D)
        x.
    targets : array_like of int, shape (N,)
        y, +1 or -1.
    c : float
        C, what a violated margin costs beside the norm.
    squared : bool
        Whether the hinge is squared. R-CNN's is not; then the kink of the hinge is rounded within 1/1000 of
        the margin, for Newton's method wants a slope that changes.
    start : (ndarray of shape (D,), float), optional
        Where to begin: an earlier w and b.

    Returns
    -------
    weight : ndarray of float64, shape (D,)
    bias : float

    Raises
    ------
    ValueError
        When shapes differ, a target is neither +1 nor -1, or c is not positive.

    Notes
    -----
    scikit-learn's ``LinearSVC(loss="squared_hinge", intercept_scaling=10)`` minimises the same, and with
    ``loss="hinge"`` the other. `scratchcv.losses.linear_svm_loss` is the same too, but for the bias, which it
    leaves out of the norm.

    References
    ----------
    Chapelle, "Training a Support Vector Machine in the Primal", 2007, section 4; R. Girshick et al.,
    "Rich feature hierarchies", 2014, section 2.3; lectures S0, line 218, S3, line 891.

    Examples
    --------
    Two points at ±2: the widest margin has them at ±1, on its edges.

    >>> weight, bias = fit_linear_svm([[2.0], [-2.0]], [1, -1], c=1000)
    >>> weight.round(3).tolist(), round(bias, 3)
    ([0.5], 0.0)
    """
    x = check_floating("features", features, ("N", "D"), np.float64)
    y = check_array("targets", targets, (len(x),)).astype(np.float64)
    if not np.isin(y, (-1, 1)).all():
        raise ValueError("targets must be +1 or -1")
    if not 0 < c < np.inf:
        raise ValueError(f"c must be positive and finite, got {c}")
    x = np.concatenate([x, np.full((len(x), 1), INTERCEPT_SCALING)], axis=1)
    plane = np.zeros(x.shape[1])
    if start is not None:
        plane[:-1], plane[-1] = start[0], start[1] / INTERCEPT_SCALING
    for rounding in (0.0,) if squared else (1.0, 0.1, 0.01, 0.001):
        plane = _newton(plane, x, y, c, rounding)
    return plane[:-1], float(plane[-1] * INTERCEPT_SCALING)


def _newton(plane: Array, x: Array, y: Array, c: float, rounding: float) -> Array:
    """Return the minimum: go to that of the parabola at hand, or half the way where this leads uphill."""
    loss, dplane, curvature = _objective(plane, x, y, c, rounding)
    for _ in range(100):
        used = curvature > 0
        hessian = np.eye(len(plane)) + c * (x[used].T * curvature[used]) @ x[used]
        step = np.linalg.solve(hessian, dplane)
        while True:
            new = plane - step
            new_loss, new_dplane, curvature = _objective(new, x, y, c, rounding)
            if new_loss <= loss or np.abs(step).max() <= 1e-15 * np.abs(plane).max():
                break
            step = step / 2
        settled = loss - new_loss <= 1e-13 * loss
        plane, loss, dplane = new, min(new_loss, loss), new_dplane
        if settled:
            break
    return plane


def _objective(plane: Array, x: Array, y: Array, c: float, rounding: float) -> tuple[float, Array, Array]:
    """Return the loss, its gradient, and the curvature of each sample's hinge."""
    violation = 1 - y * (x @ plane)
    if rounding == 0:
        hinge = np.maximum(violation, 0)
        losses, slope, curvature = hinge**2, 2 * hinge, 2.0 * (violation > 0)
    else:  # a parabola between the two lines, within `rounding` of the kink
        slope = np.clip((violation + rounding) / (2 * rounding), 0, 1)
        losses = np.where(slope < 1, rounding * slope**2, violation)
        curvature = ((slope > 0) & (slope < 1)) / (2 * rounding)
    loss = 0.5 * float(plane @ plane) + c * float(losses.sum())
    return loss, plane - c * ((y * slope) @ x), curvature


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

    Examples
    --------
    >>> svms = LinearSVMs(2, 1)
    >>> svms.fit(np.array([[1.0, 0], [-1, 0]]), np.array([[1], [-1]]), [slice(0, 2)], c=1000)
    >>> svms(np.array([[3.0, 5.0]], np.float32)).round(3).tolist()
    [[3.0]]
    """

    buffers = ("weight", "bias")

    def __init__(self, in_features: int, num_classes: int) -> None:
        self.weight: Array = np.zeros((num_classes, in_features), np.float32)
        self.bias: Array = np.full(num_classes, -1, np.float32)

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
