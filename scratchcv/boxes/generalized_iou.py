"""Generalized IoU: an overlap that still tells how far apart disjoint boxes are."""

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.backend import active_form
from scratchcv.boxes.checks import as_boxes, as_paired_boxes
from scratchcv.boxes.iou import (
    inner_share,
    intersection_and_union,
    intersection_and_union_backward,
    ratio,
    ratio_backward,
)
from scratchcv.checks import Array, check_array


def generalized_box_iou_numpy(boxes1: Array, boxes2: Array) -> Array:
    """Return the generalized IoU of every pair of boxes: `generalized_box_iou` as a formula.

    Examples
    --------
    >>> generalized_box_iou_numpy(np.array([[0, 0, 1, 1.0]]), np.array([[3, 0, 4, 1.0]])).tolist()
    [[-0.5]]
    """
    return _giou(boxes1, boxes2, 0.0)


def generalized_box_iou(boxes1: ArrayLike, boxes2: ArrayLike) -> Array:
    """Return the generalized IoU of every pair of boxes.

    GIoU(A, B) = IoU(A, B) − (|C| − |A ∪ B|) / |C|, where C is the smallest box around both.

    Parameters
    ----------
    boxes1 : array_like of shape (N, 4)
        Boxes `xyxy`, pixels.
    boxes2 : array_like of shape (M, 4)
        Boxes `xyxy`, pixels.

    Returns
    -------
    ndarray of shape (N, M)
        Between −1 (small and far apart) and 1 (identical); 0 for boxes that tile C side by side.

    Raises
    ------
    ValueError
        When one of the arguments has another shape.

    Notes
    -----
    As in `box_iou`, a term whose denominator is not positive is 0, where torchvision gives NaN: two boxes of
    zero area, or two whose enclosing box has none.

    Boxes are taken as they are. With x2 < x1 or y2 < y1 (are they `xywh`?) areas may be negative, and what
    comes out has no bound; ``generalized_box_iou_loss`` refuses such truths.

    References
    ----------
    H. Rezatofighi et al., "Generalized Intersection over Union", CVPR 2019, algorithm 1.

    Examples
    --------
    >>> generalized_box_iou([[0, 0, 1, 1]], [[0, 0, 1, 1], [1, 0, 2, 1], [3, 0, 4, 1]]).tolist()
    [[1.0, 0.0, -0.5]]
    """
    boxes1, boxes2 = as_boxes("boxes1", boxes1), as_boxes("boxes2", boxes2)
    dtype = np.result_type(boxes1, boxes2)
    form = active_form(generalized_box_iou_numpy)
    return form(np.ascontiguousarray(boxes1, dtype), np.ascontiguousarray(boxes2, dtype))


def generalized_box_iou_backward(
    dgiou: ArrayLike, boxes1: ArrayLike, boxes2: ArrayLike
) -> tuple[Array, Array]:
    r"""Return the gradients of both sets of boxes.

    With I the intersection, U the union and C the area of the enclosing box,

    .. math:: dI = \frac{d}{U} \qquad dU = d \left(\frac{1}{C} - \frac{I}{U^2}\right) \qquad
              dC = -d \, \frac{U}{C^2} \qquad \text{where } d = d\mathrm{GIoU}

    Parameters
    ----------
    dgiou : array_like of shape (N, M)
        The gradient of each pair's GIoU.
    boxes1, boxes2 : array_like of shape (N, 4) and (M, 4)
        As for `generalized_box_iou`.

    Returns
    -------
    dboxes1, dboxes2 : ndarray of shape (N, 4) and (M, 4)

    Raises
    ------
    ValueError
        When one of the arguments has another shape.

    Notes
    -----
    Where coordinates are equal, half the gradient goes to each of the two boxes, as in PyTorch.

    Examples
    --------
    The boxes do not meet, yet the first would have the second come nearer:

    >>> dboxes1, dboxes2 = generalized_box_iou_backward([[1.0]], [[0, 0, 1, 1]], [[3, 0, 4, 1]])
    >>> dboxes2.round(4).tolist()
    [[-0.25, 0.0, 0.125, 0.0]]
    """
    boxes1, boxes2 = as_boxes("boxes1", boxes1), as_boxes("boxes2", boxes2)
    dgiou = check_array("dgiou", dgiou, (len(boxes1), len(boxes2)))
    return _giou_backward(dgiou, boxes1, boxes2, 0.0, True)


def paired_giou(boxes1: ArrayLike, boxes2: ArrayLike, *, eps: float = 0.0) -> Array:
    r"""Return the generalized IoU of each box with its counterpart, not with all others.

    .. math:: \mathrm{GIoU} = \frac{|A \cap B|}{|A \cup B| + \epsilon}
              - \frac{|C| - |A \cup B|}{|C| + \epsilon}

    Parameters
    ----------
    boxes1, boxes2 : array_like of shape (..., 4)
        Boxes `xyxy`, in any unit; the two shapes are broadcast against each other.
    eps : float
        Keeps denominators from being 0; torchvision's losses have 1e-7.

    Returns
    -------
    ndarray of shape (...)

    Raises
    ------
    ValueError
        When the shapes do not end with 4 or do not fit each other, and for a negative eps.

    Notes
    -----
    With eps = 0 these are entries of `generalized_box_iou`. With a positive eps, 1 minus this is
    torchvision's ``generalized_box_iou_loss`` of boxes that are not inverted; of others it means nothing, as
    there.

    Examples
    --------
    >>> paired_giou([[0, 0, 1, 1], [0, 0, 1, 1]], [[0, 0, 1, 0.5], [3, 0, 4, 1]]).tolist()
    [0.5, -0.5]
    """
    first, second = _as_pairs(boxes1, boxes2, eps)
    return _giou(first[..., None, :], second[..., None, :], eps)[..., 0, 0]


def paired_giou_backward(
    dgiou: ArrayLike, boxes1: ArrayLike, boxes2: ArrayLike, *, eps: float = 0.0, touching: bool = False
) -> tuple[Array, Array]:
    """Return the gradients of both boxes of each pair; the formula is `generalized_box_iou_backward`'s.

    Parameters
    ----------
    dgiou : array_like of shape (...)
        The gradient of each pair's GIoU, shaped like `paired_giou`.
    boxes1, boxes2 : array_like of shape (..., 4)
        As for `paired_giou`.
    eps : float
        As for `paired_giou`.
    touching : bool
        Whether the intersection of boxes that only share an edge has a gradient. torchvision's loss says no,
        its ``generalized_box_iou`` says yes.

    Returns
    -------
    dboxes1, dboxes2 : ndarray like boxes1 and boxes2
        Summed over the axes along which one of them was broadcast.

    Raises
    ------
    ValueError
        When the shapes do not fit, and for a negative eps.

    Examples
    --------
    Identical boxes are best as they are: a step of either coordinate in either direction costs, the two
    one-sided derivatives are each other's negatives, and half of both is 0.

    >>> dboxes1, _ = paired_giou_backward([1.0], [[0, 0, 2, 2]], [[0, 0, 2, 2]])
    >>> dboxes1.tolist()
    [[0.0, 0.0, 0.0, 0.0]]
    """
    first, second = _as_pairs(boxes1, boxes2, eps)
    dgiou = check_array("dgiou", dgiou, first.shape[:-1])[..., None, None]
    gradients = _giou_backward(dgiou, first[..., None, :], second[..., None, :], eps, touching)
    shapes = np.shape(boxes1), np.shape(boxes2)
    dboxes1, dboxes2 = (_sum_to(d[..., 0, :], shape) for d, shape in zip(gradients, shapes, strict=True))
    return dboxes1, dboxes2


def _giou(boxes1: Array, boxes2: Array, eps: float) -> Array:
    intersection, union = intersection_and_union(boxes1, boxes2)
    enclosing = np.maximum(_enclosing_sides(boxes1, boxes2), 0).prod(axis=-1)
    return ratio(intersection, union + eps) - ratio(enclosing - union, enclosing + eps)


def _giou_backward(
    dgiou: Array, boxes1: Array, boxes2: Array, eps: float, touching: bool
) -> tuple[Array, Array]:
    dgiou = dgiou.astype(np.result_type(boxes1, boxes2), copy=False)
    intersection, union = intersection_and_union(boxes1, boxes2)
    sides = _enclosing_sides(boxes1, boxes2)
    enclosing = np.maximum(sides, 0).prod(axis=-1)
    dintersection, dunion = ratio_backward(dgiou, intersection, union + eps)
    dpart, dwhole = ratio_backward(-dgiou, enclosing - union, enclosing + eps)
    denclosing = dpart + dwhole
    dboxes1, dboxes2 = intersection_and_union_backward(
        dintersection, dunion - dpart, boxes1, boxes2, touching=touching
    )
    dsides = np.where(sides >= 0, denclosing[..., None] * np.maximum(sides, 0)[..., ::-1], 0)
    dcorners = np.concatenate([-dsides, dsides], axis=-1)
    share = 1 - inner_share(boxes1, boxes2)  # who is further in decides the intersection, who is not encloses
    return dboxes1 + (dcorners * share).sum(axis=-2), dboxes2 + (dcorners * (1 - share)).sum(axis=-3)


def _enclosing_sides(boxes1: Array, boxes2: Array) -> Array:
    upper_left = np.minimum(boxes1[..., :, None, :2], boxes2[..., None, :, :2])
    return np.maximum(boxes1[..., :, None, 2:], boxes2[..., None, :, 2:]) - upper_left


def _as_pairs(boxes1: ArrayLike, boxes2: ArrayLike, eps: float) -> tuple[Array, Array]:
    if not eps >= 0:
        raise ValueError(f"eps must be 0 or more, got {eps}")
    first, second = as_paired_boxes("boxes1", boxes1), as_paired_boxes("boxes2", boxes2)
    try:
        shape = np.broadcast_shapes(first.shape, second.shape)
    except ValueError:
        raise ValueError(
            f"boxes1 and boxes2 must have shapes that fit, got {first.shape} and {second.shape}"
        ) from None
    return np.broadcast_to(first, shape), np.broadcast_to(second, shape)


def _sum_to(gradient: Array, shape: tuple[int, ...]) -> Array:
    added = tuple(range(gradient.ndim - len(shape)))
    gradient = gradient.sum(axis=added)
    stretched = tuple(axis for axis, size in enumerate(shape) if size == 1 != gradient.shape[axis])
    summed: Array = gradient.sum(axis=stretched, keepdims=True)
    return summed
