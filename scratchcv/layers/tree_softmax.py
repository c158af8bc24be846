"""Softmax over a tree of classes: dog and terrier exclude each other no longer."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.checks import Array, check_floating, check_integers
from scratchcv.layers.softmax import softmax, softmax_backward

ROOT = -1
"""The node above the topmost classes: any object at all. It has no logit and probability 1."""


@dataclass(frozen=True)
class WordTree:
    r"""Classes that lie in one another; each group of siblings shares a softmax.

    A class's probability is the product of the conditional ones on the way down to it:

    .. math:: P(k) = P(k \mid \mathrm{parent}(k)) \cdot P(\mathrm{parent}(k)), \qquad P(\mathrm{root}) = 1

    Parameters
    ----------
    parents : sequence of int, K of them
        The parent of each class, or -1 (the root) for the topmost classes. Any order will do.

    Raises
    ------
    ValueError
        When there is no class, a parent is none of the classes, or classes are their own ancestors.

    References
    ----------
    Redmon and Farhadi, "YOLO9000: Better, Faster, Stronger", 2017, section 4; lecture S4, line 685.

    Examples
    --------
    >>> tree = WordTree([-1, -1, 0, 0])  # animal, vehicle; below animal cat and dog
    >>> tree.path(3)
    (0, 3)
    >>> tree.probabilities(np.log([3.0, 1.0, 1.0, 4.0])).round(12).tolist()
    [0.75, 0.25, 0.15, 0.6]
    """

    parents: tuple[int, ...]

    def __init__(self, parents: ArrayLike) -> None:
        number = len(np.atleast_1d(parents))
        checked = check_integers("parents", parents, ("K",), number, start=ROOT)
        if not number:
            raise ValueError("parents must name at least one class, got none")
        object.__setattr__(self, "parents", tuple(checked.tolist()))
        reached = {member for _, members in self.groups for member in members.tolist()}
        astray = [node for node in range(number) if node not in reached]
        if astray:
            raise ValueError(f"parents must lead to the root (-1), but in a circle go the classes {astray}")

    def __len__(self) -> int:
        """Return K."""
        return len(self.parents)

    @cached_property
    def groups(self) -> tuple[tuple[int, Array], ...]:
        """Each parent with its children, no parent before its own group."""
        children: dict[int, list[int]] = {}
        for node, parent in enumerate(self.parents):
            children.setdefault(parent, []).append(node)
        groups, waiting = [], [ROOT]
        while waiting:
            parent = waiting.pop(0)
            if parent in children:
                groups.append((parent, np.array(children[parent])))
                waiting += children[parent]
        return tuple(groups)

    @cached_property
    def paths(self) -> Array:
        """Booleans (K, K): row k marks the classes on the way from the root to k, with k itself."""
        paths = np.eye(len(self), dtype=bool)
        for parent, members in self.groups:
            if parent != ROOT:
                paths[members] |= paths[parent]
        return paths

    def path(self, node: int) -> tuple[int, ...]:
        """Return the classes from the topmost one down to `node`."""
        path: list[int] = []
        while node != ROOT:
            path.insert(0, node)
            node = self.parents[node]
        return tuple(path)

    def probabilities(self, logits: ArrayLike) -> Array:
        """Return each class's probability (…, K) from logits (…, K): the products along the paths."""
        y = tree_softmax(logits, self)
        for parent, members in self.groups:
            if parent != ROOT:
                y[..., members] *= y[..., parent, None]
        return y


def tree_softmax(logits: ArrayLike, tree: WordTree) -> Array:
    r"""Turn logits into conditional probabilities, one softmax a group of siblings.

    .. math:: P(k \mid \mathrm{parent}(k)) = \frac{e^{x_k}}{\sum_{j \text{ beside } k} e^{x_j}}

    Parameters
    ----------
    logits : array_like (…, K)
        Raw scores.
    tree : WordTree
        Of K classes.

    Returns
    -------
    ndarray (…, K)
        Sums to 1 in each group. An only child has probability 1.

    Raises
    ------
    ValueError
        When there are not K logits.

    Examples
    --------
    >>> tree_softmax(np.log([3.0, 1.0, 1.0, 4.0]), WordTree([-1, -1, 0, 0])).round(12).tolist()
    [0.75, 0.25, 0.2, 0.8]
    """
    logits = check_tree_logits(logits, tree)
    y = np.empty_like(logits)
    for _, members in tree.groups:
        y[..., members] = softmax(logits[..., members], axis=-1)
    return y


def tree_softmax_backward(dy: Array, y: Array, tree: WordTree) -> Array:
    """Return the gradient of the logits: that of `softmax`, group by group.

    Parameters
    ----------
    dy, y : ndarray (…, K)
        Gradient of the conditional probabilities, and they themselves: tree_softmax's output.
    tree : WordTree
        Of K classes.

    Returns
    -------
    ndarray (…, K)

    Examples
    --------
    >>> tree = WordTree([-1, -1, 0, 0])
    >>> tree_softmax_backward(np.array([1.0, 0, 0, 0]), np.full(4, 0.5), tree).tolist()
    [0.25, -0.25, 0.0, 0.0]
    """
    y = check_tree_logits(y, tree)
    dy = check_floating("dy", dy, y.shape, y.dtype)
    dx = np.empty_like(y)
    for _, members in tree.groups:
        dx[..., members] = softmax_backward(dy[..., members], y[..., members], axis=-1)
    return dx


def decide(tree: WordTree, logits: ArrayLike, threshold: float) -> tuple[Array, Array]:
    """Walk down the most probable branch for as long as its probability reaches the threshold.

    Parameters
    ----------
    tree : WordTree
        Of K classes.
    logits : array_like (N, K)
        Raw scores.
    threshold : float
        The least probability, 0 to 1, of a class that may be named.

    Returns
    -------
    labels : ndarray of int (N,)
        The deepest classes reached; -1, the root, where no topmost class is probable enough.
    probabilities : ndarray (N,)
        Theirs; the root's is 1.

    Raises
    ------
    ValueError
        When there are not K logits, or the threshold is not from 0 to 1.

    Notes
    -----
    An unknown dog becomes "dog" rather than a doubtful "terrier": the siblings' probabilities fall apart
    while their parent's stays high.

    References
    ----------
    Redmon and Farhadi, 2017, section 4, "Hierarchical classification".

    Examples
    --------
    >>> tree = WordTree([-1, -1, 0, 0])
    >>> [answer.round(6).tolist() for answer in decide(tree, np.log([[3.0, 1.0, 1.0, 4.0]]), 0.7)]
    [[0], [0.75]]
    """
    if not 0 <= threshold <= 1:
        raise ValueError(f"threshold must lie between 0 and 1, got {threshold}")
    logits = check_floating("logits", logits, ("N", len(tree)))
    p = tree.probabilities(logits)
    labels = np.full(len(p), ROOT)
    best = np.ones(len(p), p.dtype)
    for parent, members in tree.groups:
        rows = np.flatnonzero(labels == parent)
        child = members[p[np.ix_(rows, members)].argmax(axis=1)]
        far_enough = p[rows, child] >= threshold
        rows, child = rows[far_enough], child[far_enough]
        labels[rows], best[rows] = child, p[rows, child]
    return labels, best


def check_tree_logits(logits: ArrayLike, tree: WordTree) -> Array:
    """Return logits (…, K) as float32 or float64, or say that their number is not the tree's.

    Examples
    --------
    >>> check_tree_logits(np.zeros((2, 3)), WordTree([-1, -1]))
    Traceback (most recent call last):
    ValueError: logits must have shape (…, 2), one a class of the tree, got (2, 3)
    """
    array = np.asarray(logits)
    if not array.ndim or array.shape[-1] != len(tree):
        raise ValueError(
            f"logits must have shape (…, {len(tree)}), one a class of the tree, got {array.shape}"
        )
    return check_floating("logits", array, array.shape)
