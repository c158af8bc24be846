"""Deltas of every class: a head that regresses a box of its own for each class, as Fast R-CNN's does."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.boxes.checks import as_boxes
from scratchcv.boxes.decode_deltas import decode_deltas, decode_deltas_backward
from scratchcv.boxes.deltas import check_same_length
from scratchcv.checks import Array, as_floating, check_array, check_integers


def decode_class_deltas(deltas: ArrayLike, anchors: ArrayLike, **options: Any) -> Array:
    """Decode the deltas of every class against the one proposal that they share.

    Parameters
    ----------
    deltas : array_like of shape (N, 4K) or (N, K, 4)
        For each proposal (tx, ty, tw, th) of class 0, then of class 1, …: class k has columns 4k to 4k + 3.
    anchors : array_like of shape (N, 4)
        The proposals, xyxy.
    **options
        ``weights`` or ``variances``, and ``clip``, as for `decode_deltas`.

    Returns
    -------
    ndarray of shape (N, K, 4)
        Boxes xyxy.

    Raises
    ------
    ValueError
        When the shapes differ from these.

    Notes
    -----
    torchvision's ``BoxCoder(weights).decode`` in one image, where K counts the background too, whose box
    nobody uses. A head whose boxes are class-agnostic has K = 1.

    References
    ----------
    R. Girshick, "Fast R-CNN", 2015, section 2.1. Object detection deck after J. Johnson, line 1166: 4K · 20 ·
    15 boxes class-agnostic, C · 4K · 20 · 15 class-specific.

    Examples
    --------
    >>> decode_class_deltas([[0, 0, 0, 0, 1, 0, 0, 0]], [[0, 0, 2, 2]]).tolist()
    [[[0.0, 0.0, 2.0, 2.0], [2.0, 0.0, 4.0, 2.0]]]
    """
    of_classes, priors = _as_class_deltas(deltas), as_boxes("anchors", anchors)
    rows, repeated = _pair_up(of_classes, priors)
    return decode_deltas(rows, repeated, **options).reshape(of_classes.shape)


def decode_class_deltas_backward(
    dboxes: ArrayLike, deltas: ArrayLike, anchors: ArrayLike, **options: Any
) -> tuple[Array, Array]:
    """Return the gradients of the deltas and of the proposals.

    Parameters
    ----------
    dboxes : array_like of shape (N, K, 4)
        The gradient of the decoded boxes.
    deltas, anchors, **options
        As for `decode_class_deltas`.

    Returns
    -------
    ddeltas : ndarray shaped like `deltas`
    danchors : ndarray of shape (N, 4)
        The sum over the classes.

    Raises
    ------
    ValueError
        When the shapes differ.

    Examples
    --------
    >>> ddeltas, danchors = decode_class_deltas_backward(
    ...     [[[0, 0, 0, 0], [1, 0, 1, 0]]], [[0, 0, 0, 0, 1, 0, 0, 0]], [[0, 0, 2, 2]]
    ... )
    >>> ddeltas.tolist(), danchors.tolist()
    ([[0.0, 0.0, 0.0, 0.0, 4.0, 0.0, 0.0, 0.0]], [[-1.0, 0.0, 3.0, 0.0]])
    """
    of_classes, priors = _as_class_deltas(deltas), as_boxes("anchors", anchors)
    rows, repeated = _pair_up(of_classes, priors)
    dboxes = check_array("dboxes", dboxes, of_classes.shape).reshape(-1, 4)
    ddeltas, danchors = decode_deltas_backward(dboxes, rows, repeated, **options)
    return ddeltas.reshape(np.shape(deltas)), danchors.reshape(of_classes.shape).sum(axis=1)


def select_class_deltas(deltas: ArrayLike, labels: ArrayLike) -> Array:
    """Take from each row the deltas of its own class: those that a loss compares with the target.

    Parameters
    ----------
    deltas : array_like of shape (N, 4K) or (N, K, 4)
        The deltas of every class.
    labels : array_like of int, shape (N,)
        A class for each row, 0 to K - 1.

    Returns
    -------
    ndarray of shape (N, 4)

    Raises
    ------
    TypeError
        When the labels are no integers.
    ValueError
        When a shape differs or a label is out of range.

    Examples
    --------
    >>> select_class_deltas([[0, 0, 0, 0, 1, 2, 3, 4]], [1]).tolist()
    [[1.0, 2.0, 3.0, 4.0]]
    """
    of_classes = _as_class_deltas(deltas)
    labels = check_integers("labels", labels, of_classes.shape[:1], of_classes.shape[1])
    return of_classes[np.arange(len(labels)), labels]


def select_class_deltas_backward(dselected: ArrayLike, labels: ArrayLike, shape: tuple[int, ...]) -> Array:
    """Return the gradient of the deltas: that of each row in the place of its class, 0 in all others.

    Parameters
    ----------
    dselected : array_like of shape (N, 4)
        The gradient of the selected deltas.
    labels : array_like of int, shape (N,)
        The same labels as in `select_class_deltas`.
    shape : tuple of int
        That of the deltas, (N, 4K) or (N, K, 4).

    Returns
    -------
    ndarray of that shape

    Raises
    ------
    TypeError
        When the labels are no integers.
    ValueError
        When a shape differs or a label is out of range.

    Examples
    --------
    >>> select_class_deltas_backward([[1, 2, 3, 4]], [1], (1, 8)).tolist()
    [[0.0, 0.0, 0.0, 0.0, 1.0, 2.0, 3.0, 4.0]]
    """
    dselected = as_boxes("dselected", dselected)
    ddeltas = np.zeros(shape, dselected.dtype)
    of_classes = _as_class_deltas(ddeltas)
    check_array("dselected", dselected, (len(of_classes), 4))
    labels = check_integers("labels", labels, of_classes.shape[:1], of_classes.shape[1])
    of_classes[np.arange(len(labels)), labels] = dselected  # a view of ddeltas
    return ddeltas


def _as_class_deltas(deltas: ArrayLike) -> Array:
    array = as_floating(deltas)
    if not ((array.ndim == 3 and array.shape[2] == 4) or (array.ndim == 2 and array.shape[1] % 4 == 0)):
        raise ValueError(f"deltas must have shape (N, 4K) or (N, K, 4), got {array.shape}")
    return array if array.ndim == 3 else array.reshape(len(array), array.shape[1] // 4, 4)


def _pair_up(deltas: Array, anchors: Array) -> tuple[Array, Array]:
    check_same_length("deltas", deltas, anchors)
    return deltas.reshape(-1, 4), np.repeat(anchors, deltas.shape[1], axis=0)
