"""R-CNN's box regression: from the features of a proposal to where the object really lies."""

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.checks import Array, check_floating
from scratchcv.layers import Layer, linear


def ridge_regression(features: ArrayLike, targets: ArrayLike, *, alpha: float) -> tuple[Array, Array]:
    r"""Return the linear map that predicts the targets best, with weights that are kept small.

    .. math:: L = \sum_n \lVert t_n - W x_n - b \rVert^2 + \lambda \lVert W \rVert^2
              \qquad W = T^{\mathsf T} X \, (X^{\mathsf T} X + \lambda I)^{-1}

    with X and T the features and targets less their means, which b makes up for.

    Parameters
    ----------
    features : array_like of shape (N, D)
        x.
    targets : array_like of shape (N, M)
        t.
    alpha : float
        λ, 1000 in R-CNN; positive, so that there is one solution even for fewer samples than features.

    Returns
    -------
    weight : ndarray of float64, shape (M, D)
    bias : ndarray of float64, shape (M,)
        Zeros where there is nothing to learn from.

    Raises
    ------
    ValueError
        When shapes do not fit or alpha is not positive.

    Notes
    -----
    With fewer samples than features, the same solution is found from N equations instead of D.

    References
    ----------
    R. Girshick et al., "Rich feature hierarchies", 2014, appendix C; lecture S0, line 218: "Linear Regression
    to predict Bboxes".

    Examples
    --------
    >>> weight, bias = ridge_regression([[0.0], [1.0], [2.0]], [[1.0], [3.0], [5.0]], alpha=1e-9)
    >>> weight.round(6).tolist(), bias.round(6).tolist()
    ([[2.0]], [1.0])
    """
    x = check_floating("features", features, ("N", "D"), np.float64)
    t = check_floating("targets", targets, (len(x), "M"), np.float64)
    if not 0 < alpha < np.inf:
        raise ValueError(f"alpha must be positive and finite, got {alpha}")
    (N, D), M = x.shape, t.shape[1]
    if N == 0:
        return np.zeros((M, D)), np.zeros(M)
    x_mean, t_mean = x.mean(axis=0), t.mean(axis=0)
    X, T = x - x_mean, t - t_mean
    if N < D:
        weight = (X.T @ np.linalg.solve(X @ X.T + alpha * np.eye(N), T)).T
    else:
        weight = np.linalg.solve(X.T @ X + alpha * np.eye(D), X.T @ T).T
    return weight, t_mean - weight @ x_mean


class BoxRegression(Layer):
    """Class-specific box regression: for each class a ridge regression of (tx, ty, tw, th).

    Parameters
    ----------
    in_features : int
        D.
    num_classes : int
        K, without background.

    Attributes
    ----------
    weight, bias : ndarray of shape (4K, D), (4K,)
        Rows 4k to 4k + 3 are class k + 1's. Not trained by gradients, but by `fit`; saved with the model.

    Examples
    --------
    >>> regression = BoxRegression(1, 2)
    >>> regression.fit(np.array([[0.0], [1.0]]), np.array([2, 2]), np.array([[0, 0, 0, 0], [1, 2, 3, 4.0]]),
    ...     alpha=1e-9)
    >>> regression(np.array([[0.5]], np.float32)).round(3).tolist()
    [[[0.0, 0.0, 0.0, 0.0], [0.5, 1.0, 1.5, 2.0]]]
    """

    buffers = ("weight", "bias")

    def __init__(self, in_features: int, num_classes: int) -> None:
        self.weight: Array = np.zeros((4 * num_classes, in_features), np.float32)
        self.bias: Array = np.zeros(4 * num_classes, np.float32)

    def fit(self, features: Array, labels: Array, deltas: Array, *, alpha: float) -> None:
        """Solve the regression of each class.

        Parameters
        ----------
        features : ndarray of shape (N, D)
            Of proposals near an object.
        labels : ndarray of int, shape (N,)
            The object's class, 1 … K.
        deltas : ndarray of shape (N, 4)
            Where the object lies, seen from the proposal: see `scratchcv.boxes.encode_deltas`.
        alpha : float
            λ.
        """
        for k in range(len(self.bias) // 4):
            of_class, rows = labels == k + 1, slice(4 * k, 4 * k + 4)
            self.weight[rows], self.bias[rows] = ridge_regression(
                features[of_class], deltas[of_class], alpha=alpha
            )

    def forward(self, x: Array) -> tuple[Array, None]:
        """Return the deltas (N, K, 4) of features (N, D)."""
        return linear(x, self.weight, self.bias).reshape(len(x), len(self.bias) // 4, 4), None
