"""A linear support vector machine: the plane with the widest margin, by Newton's method."""

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.checks import Array, check_array, check_floating

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
