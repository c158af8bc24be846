"""Hinge loss and the linear support vector machines of R-CNN, one for each class."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.checks import Array, as_floating, check_array, check_floating, check_integers
from scratchcv.layers.linear import linear, linear_backward
from scratchcv.losses.reduction import check_reduction, reduce


def one_versus_rest(labels: ArrayLike, classes: int) -> Array:
    """Return for each class whether each sample is one of it, as +1 and -1.

    Parameters
    ----------
    labels : array_like of int (N,)
        Classes 1 … `classes`; 0 is background, which is no one's.
    classes : int
        The number K of classes without background.

    Returns
    -------
    ndarray of int64 (N, K)
        Column k - 1 belongs to class k.

    Raises
    ------
    ValueError
        When a label is no class.
    TypeError
        When labels are not integers.

    References
    ----------
    Lecture S3, line 891: "each support vector machine is used to determine whether an example belongs to a
    certain category".

    Examples
    --------
    >>> one_versus_rest([2, 0], 3).tolist()
    [[-1, 1, -1], [-1, -1, -1]]
    """
    labels = check_integers("labels", labels, ("N",), classes + 1)
    return np.where(labels[:, None] == np.arange(1, classes + 1), 1, -1)


def hinge_loss(
    scores: ArrayLike, targets: ArrayLike, *, squared: bool = False, reduction: str = "mean"
) -> tuple[Any, Array]:
    r"""Return how far scores are from being on the right side by a margin of 1, and the gradient.

    With score s and target y = ±1,

    .. math:: L = \max(0, 1 - y s), \qquad \frac{\partial L}{\partial s} = -y \, [y s < 1]

    Parameters
    ----------
    scores : array_like of any shape
        One score for each sample and class: distances to a separating plane, not probabilities.
    targets : array_like of int, like `scores`
        +1 for "is one", -1 for "is none", 0 for what counts neither in the loss nor in its mean: for R-CNN,
        proposals that overlap an object of the class only in part.
    squared : bool
        Whether to square each loss, which then has no kink.
    reduction : {"mean", "sum", "none"}
        What becomes of the elements' losses; by default their mean, that of no elements being 0.

    Returns
    -------
    loss : float, or ndarray like `scores` for ``reduction="none"``
    dscores : ndarray
        Like `scores`; for ``"none"`` the gradient of the losses' sum.

    Raises
    ------
    ValueError
        When shapes differ or a target is none of -1, 0, 1.
    TypeError
        When targets are booleans, whose False would be 0.

    Notes
    -----
    Unlike cross-entropy it is content: a sample beyond the margin has no gradient at all. The samples that
    have one are the support vectors. At the kink, ys = 1, the gradient is 0.

    References
    ----------
    C. Cortes, V. Vapnik, "Support-vector networks", 1995; R. Girshick et al., "Rich feature hierarchies",
    2014, section 2.3; lectures S0, line 218, S1, line 241, S3, line 891.

    Examples
    --------
    >>> losses, gradient = hinge_loss([2.0, 0.5, 0.5], [1, 1, -1], reduction="none")
    >>> losses.tolist(), gradient.tolist()
    ([0.0, 0.5, 1.5], [0.0, -1.0, 1.0])
    """
    check_reduction(reduction)
    scores = as_floating(scores)
    targets = check_array("targets", targets, scores.shape)
    if targets.dtype == bool:  # False would be taken for ignored
        raise TypeError("targets must be -1, 0 (ignored) or 1, got bool")
    if not np.isin(targets, (-1, 0, 1)).all():
        raise ValueError("targets must be -1, 0 (ignored) or 1")
    s, y = scores, targets.astype(scores.dtype)
    used = targets != 0
    losses = np.where(used, np.maximum(1 - y * s, 0), 0)
    dscores = np.where(losses > 0, -y, 0)
    if squared:
        losses, dscores = losses**2, 2 * losses * dscores
    return reduce(losses, dscores, reduction, int(np.count_nonzero(used)))


def linear_svm_loss(
    weight: ArrayLike,
    bias: ArrayLike,
    features: ArrayLike,
    targets: ArrayLike,
    *,
    c: float = 1.0,
    squared: bool = False,
) -> tuple[dict[str, float], tuple[Array, Array]]:
    r"""Return the losses of K linear support vector machines and the gradients of their parameters.

    .. math:: L = \sum_k \left( \frac{1}{2} \lVert w_k \rVert^2
              + C \sum_n \max\left(0, 1 - y_{nk} (w_k^{\mathsf T} x_n + b_k)\right) \right)

    Parameters
    ----------
    weight : array_like (K, D)
        The normal of each class's plane.
    bias : array_like (K,)
        Not regularised.
    features : array_like (N, D)
        Features of proposals, which a network computed once and that stay as they are.
    targets : array_like of int (N, K)
        +1, -1, or 0 for ignored; see `one_versus_rest`.
    c : float
        What a violated margin costs beside the L2 norm; R-CNN has 0.001.
    squared : bool
        Whether to square the hinge.

    Returns
    -------
    losses : dict
        ``"hinge"`` and ``"regularization"``, Python floats: L is their sum.
    gradients : tuple of ndarray
        dweight (K, D) and dbias (K,) of that sum.

    Raises
    ------
    ValueError
        When shapes do not fit, a target is none of -1, 0, 1, or c is negative.
    TypeError
        When targets are booleans.

    Notes
    -----
    liblinear (scikit-learn's LinearSVC) minimises the same with its bias regularised too.

    References
    ----------
    R. Girshick et al., "Rich feature hierarchies", 2014, section 2.3 and appendix B;
    lectures S0, line 218, S1, line 241, S3, line 891.

    Examples
    --------
    >>> features, targets = [[0.5, 3.0], [-4.0, 1.0]], [[1], [-1]]
    >>> losses, (dweight, dbias) = linear_svm_loss([[1.0, 0.0]], [0.0], features, targets)
    >>> losses, dweight.tolist(), dbias.tolist()
    ({'hinge': 0.5, 'regularization': 0.5}, [[0.5, -3.0]], [-1.0])
    """
    if not c >= 0:
        raise ValueError(f"c must be 0 or more, got {c}")
    c, weight = float(c), as_floating(check_array("weight", weight, ("K", "D")))
    bias = check_floating("bias", bias, (len(weight),), weight.dtype)
    features = check_floating("features", features, ("N", weight.shape[1]), weight.dtype)
    targets = check_array("targets", targets, (len(features), len(weight)))
    scores = linear(features, weight, bias)  # (N, K): w_k · x_n + b_k
    hinge, dscores = hinge_loss(scores, targets, squared=squared, reduction="sum")
    _, dweight, dbias = linear_backward(c * dscores, features, weight)
    regularization = 0.5 * float(np.square(weight).sum(dtype=np.float64))
    return {"hinge": c * hinge, "regularization": regularization}, (dweight + weight, dbias)
