"""Cross-entropy over a tree of classes: a label "dog" says nothing about the breed."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.checks import Array, check_floating, check_integers
from scratchcv.layers import WordTree, log_softmax
from scratchcv.losses.reduction import check_reduction, reduce


def hierarchical_cross_entropy(
    logits: ArrayLike,
    labels: ArrayLike,
    tree: WordTree,
    *,
    ignore_index: int = -100,
    reduction: str = "mean",
) -> tuple[Any, Array]:
    r"""Return the negative log-probability of the true classes in the tree, and its gradient.

    With true class c, the conditional probabilities p of `tree_softmax` and the way down to c,

    .. math::
        L = -\log P(c) = -\sum_{a \in \mathrm{path}(c)} \log p_a, \qquad
        \frac{\partial L}{\partial x_k} = \begin{cases}
            p_k - [k \in \mathrm{path}(c)] & \text{k or a sibling of it is on the path} \\
            0 & \text{otherwise}\end{cases}

    Parameters
    ----------
    logits : array_like (N, K)
        Raw scores x.
    labels : array_like of int (N,)
        True classes 0 … K-1, inner nodes or leaves, or `ignore_index`.
    tree : WordTree
        Of K classes.
    ignore_index : int
        Label of elements that count neither in the loss nor in its mean.
    reduction : {"mean", "sum", "none"}
        What becomes of the elements' losses; by default their mean.

    Returns
    -------
    loss : float, or ndarray (N,) for ``reduction="none"``
    dlogits : ndarray (N, K)
        For ``"none"`` the gradient of the losses' sum.

    Raises
    ------
    ValueError
        When shapes do not fit, or a label is neither a class nor `ignore_index`.
    TypeError
        When labels are not integers.

    Notes
    -----
    An inner node's label trains its path alone; what lies below it gets no gradient, because the label does
    not say which of its children the object is. That is how one network learns from pictures labelled
    finely and pictures labelled coarsely. The mean over nothing is 0, as in `cross_entropy`; a tree
    without inner nodes gives exactly `cross_entropy`.

    References
    ----------
    Redmon and Farhadi, "YOLO9000: Better, Faster, Stronger", 2017, section 4; lecture S4, line 685.

    Examples
    --------
    >>> tree = WordTree([-1, -1, 0, 0])  # animal, vehicle; below animal cat and dog
    >>> loss, dlogits = hierarchical_cross_entropy(np.log([[3.0, 1.0, 1.0, 4.0]]), [0], tree)
    >>> round(loss, 6), dlogits.round(12).tolist()  # -log 0.75
    (0.287682, [[-0.25, 0.25, 0.0, 0.0]])
    """
    check_reduction(reduction)
    logits = check_floating("logits", logits, ("N", len(tree)))
    labels = check_integers("labels", labels, (len(logits),), len(tree), ignore_index)
    used = labels != ignore_index
    on_path = tree.paths[np.where(used, labels, 0)] & used[:, None]  # (N, K)
    losses, dlogits = np.zeros(len(logits), logits.dtype), np.zeros_like(logits)
    for _, members in tree.groups:
        truth = on_path[:, members]
        rows = np.flatnonzero(truth.any(axis=1))  # those whose way down passes through this group
        log_p = log_softmax(logits[np.ix_(rows, members)], axis=1)
        losses[rows] -= log_p[truth[rows]]  # one sibling a row is on the path
        dlogits[np.ix_(rows, members)] = np.exp(log_p) - truth[rows]
    return reduce(losses, dlogits, reduction, int(used.sum()))
