"""Intersection over union: how well two boxes agree."""

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.backend import active_form
from scratchcv.boxes.area import box_area, box_area_backward
from scratchcv.boxes.checks import as_boxes
from scratchcv.checks import Array, check_floating

QUALITIES = ((0.9, "almost perfect"), (0.7, "pretty good"), (0.5, "decent"))


def intersection_and_union(boxes1: Array, boxes2: Array) -> tuple[Array, Array]:
    """Return the areas of intersection and union of every pair of boxes.

    The intersection of two boxes is a box again, from the greater upper left to the lesser lower right
    corner; where that comes out inverted the two do not meet. The union counts the intersection once.

    Parameters
    ----------
    boxes1, boxes2 : ndarray of shape (..., N, 4) and (..., M, 4)
        Boxes `xyxy`, pixels; the leading axes are the same.

    Returns
    -------
    intersection, union : ndarray of shape (..., N, M)
        Square pixels.

    Examples
    --------
    >>> intersection, union = intersection_and_union(np.array([[0, 0, 2, 2.0]]), np.array([[1, 1, 3, 4.0]]))
    >>> float(intersection[0, 0]), float(union[0, 0])
    (1.0, 9.0)
    """
    upper_left = np.maximum(boxes1[..., :, None, :2], boxes2[..., None, :, :2])
    lower_right = np.minimum(boxes1[..., :, None, 2:], boxes2[..., None, :, 2:])
    sides = np.maximum(lower_right - upper_left, 0)
    intersection = sides[..., 0] * sides[..., 1]
    union = _areas(boxes1)[..., :, None] + _areas(boxes2)[..., None, :] - intersection
    return intersection, union


def intersection_and_union_backward(
    dintersection: Array, dunion: Array, boxes1: Array, boxes2: Array, *, touching: bool = True
) -> tuple[Array, Array]:
    r"""Return the gradients of the boxes from those of their intersections and unions.

    With w, h the sides of the intersection I, :math:`|A \cup B| = |A| + |B| - I` and so

    .. math:: dI \leftarrow dI - d|A \cup B| \qquad dw = dI \cdot h \qquad dh = dI \cdot w

    Each side goes to the two coordinates that decide it, the lower right with +, the upper left with −.

    Parameters
    ----------
    dintersection, dunion : ndarray of shape (..., N, M)
    boxes1, boxes2 : ndarray of shape (..., N, 4) and (..., M, 4)
    touching : bool
        Whether boxes that only share an edge pull at each other: the derivative from inside, or from outside.

    Returns
    -------
    dboxes1, dboxes2 : ndarray like boxes1 and boxes2

    Examples
    --------
    >>> a, b, one = np.array([[0, 0, 2, 2.0]]), np.array([[1, 1, 3, 4.0]]), np.ones((1, 1))
    >>> [gradient.tolist() for gradient in intersection_and_union_backward(one, 0 * one, a, b)]
    [[[0.0, 0.0, 1.0, 1.0]], [[-1.0, -1.0, 0.0, 0.0]]]
    """
    share = inner_share(boxes1, boxes2)
    upper_left = np.maximum(boxes1[..., :, None, :2], boxes2[..., None, :, :2])
    lower_right = np.minimum(boxes1[..., :, None, 2:], boxes2[..., None, :, 2:])
    sides = lower_right - upper_left  # (..., N, M, 2)
    meets = sides >= 0 if touching else (sides > 0).all(axis=-1, keepdims=True)
    dsides = (dintersection - dunion)[..., None] * np.maximum(sides, 0)[..., ::-1]
    dsides = np.where(meets, dsides, 0)
    dcorners = np.concatenate([-dsides, dsides], axis=-1)
    dboxes1 = (dcorners * share).sum(axis=-2) + _areas_backward(dunion.sum(axis=-1), boxes1)
    dboxes2 = (dcorners * (1 - share)).sum(axis=-3) + _areas_backward(dunion.sum(axis=-2), boxes2)
    return dboxes1, dboxes2


def inner_share(boxes1: Array, boxes2: Array) -> Array:
    """Say of each pair how far each coordinate of the intersection is the first box's: 1, 0, or ½ when equal.

    Of the enclosing box it is the other way round.

    Returns
    -------
    ndarray of shape (..., N, M, 4)

    Examples
    --------
    >>> inner_share(np.array([[0, 5, 9, 9.0]]), np.array([[0, 3, 7, 11.0]]))[0, 0].tolist()
    [0.5, 1.0, 0.0, 1.0]
    """
    further_in = boxes1[..., :, None, :] - boxes2[..., None, :, :]
    further_in[..., 2:] *= -1
    share: Array = np.heaviside(further_in, 0.5)
    return share


def ratio(part: Array, whole: Array) -> Array:
    """Return part / whole, and 0 where the whole is not positive.

    Examples
    --------
    >>> ratio(np.array([1.0, 0.0]), np.array([4.0, 0.0])).tolist()
    [0.25, 0.0]
    """
    return np.divide(part, whole, out=np.zeros_like(whole), where=~(whole <= 0))


def ratio_backward(dratio: Array, part: Array, whole: Array) -> tuple[Array, Array]:
    """Return the gradients of part and whole: dratio / whole, and −dratio · part / whole².

    Examples
    --------
    >>> [gradient.tolist() for gradient in ratio_backward(np.ones(2), np.ones(2), np.array([4.0, 0.0]))]
    [[0.25, 0.0], [-0.0625, -0.0]]
    """
    dpart = ratio(dratio, whole)
    return dpart, -dpart * ratio(part, whole)


def box_iou_numpy(boxes1: Array, boxes2: Array) -> Array:
    """Return the IoU of every pair of boxes: `box_iou` as a formula.

    Examples
    --------
    >>> float(box_iou_numpy(np.array([[0, 0, 1, 1.0]]), np.array([[0, 0, 1, 0.5]]))[0, 0])
    0.5
    """
    intersection, union = intersection_and_union(boxes1, boxes2)
    return ratio(intersection, union)


def box_iou(boxes1: ArrayLike, boxes2: ArrayLike) -> Array:
    """Return the intersection over union (Jaccard index) of every pair of boxes.

    IoU(A, B) = |A ∩ B| / |A ∪ B| = |A ∩ B| / (|A| + |B| − |A ∩ B|)

    It is 1 for identical boxes and 0 for disjoint ones, whatever their size and place.

    Parameters
    ----------
    boxes1 : array_like of shape (N, 4)
        Boxes `xyxy`, pixels.
    boxes2 : array_like of shape (M, 4)
        Boxes `xyxy`, pixels.

    Returns
    -------
    ndarray of shape (N, M)
        IoU of ``boxes1[n]`` and ``boxes2[m]``, between 0 and 1.

    Raises
    ------
    ValueError
        When one of the arguments has another shape.

    Notes
    -----
    Where the union is not positive the IoU is 0, as in MXNet. torchvision divides by it: two boxes of zero
    area have IoU NaN there and 0 here. Nothing else differs: inverted boxes meet nothing, and NaN in a box
    stays NaN.

    References
    ----------
    P. Jaccard, "Étude comparative de la distribution florale…", 1901. V. Balasubramanian, lecture 46: the
    exercise whose answer is 1/9.

    Examples
    --------
    >>> box_iou([[0, 0, 2, 2]], [[1, 1, 3, 4], [5, 5, 6, 6]]).round(4).tolist()
    [[0.1111, 0.0]]
    """
    boxes1, boxes2 = as_boxes("boxes1", boxes1), as_boxes("boxes2", boxes2)
    dtype = np.result_type(boxes1, boxes2)
    form = active_form(box_iou_numpy)
    return form(np.ascontiguousarray(boxes1, dtype), np.ascontiguousarray(boxes2, dtype))


def box_iou_backward(diou: ArrayLike, boxes1: ArrayLike, boxes2: ArrayLike) -> tuple[Array, Array]:
    r"""Return the gradients of both sets of boxes.

    With I the intersection and U the union,

    .. math:: dI = \frac{d\mathrm{IoU}}{U} \qquad dU = -\frac{d\mathrm{IoU} \cdot I}{U^2}

    Parameters
    ----------
    diou : array_like of shape (N, M)
        The gradient of each pair's IoU.
    boxes1, boxes2 : array_like of shape (N, 4) and (M, 4)
        As for `box_iou`.

    Returns
    -------
    dboxes1, dboxes2 : ndarray of shape (N, 4) and (M, 4)

    Raises
    ------
    ValueError
        When one of the arguments has another shape.

    Notes
    -----
    Disjoint boxes have the gradient 0: no step of training would bring them together, which is why
    `generalized_box_iou` was invented. IoU has kinks where coordinates are equal. There, as in PyTorch, each
    of the two boxes gets half the gradient, and boxes that share an edge and nothing else still pull at each
    other. Where the union is not positive the gradient is 0, and NaN in torchvision.

    Examples
    --------
    Half of the first box lies in the second; growing to the right, into the second, helps most:

    >>> dboxes1, dboxes2 = box_iou_backward([[1.0]], [[0, 1, 2, 2]], [[1, 0, 4, 4]])
    >>> dboxes1.round(4).tolist(), dboxes2.round(4).tolist()
    ([[0.0059, -0.071, 0.0769, 0.071]], [[-0.0592, 0.0178, -0.0237, -0.0178]])
    """
    boxes1, boxes2 = as_boxes("boxes1", boxes1), as_boxes("boxes2", boxes2)
    dtype = np.result_type(boxes1, boxes2)
    diou = check_floating("diou", diou, (len(boxes1), len(boxes2)), dtype)
    intersection, union = intersection_and_union(boxes1, boxes2)
    dintersection, dunion = ratio_backward(diou, intersection, union)
    return intersection_and_union_backward(dintersection, dunion, boxes1, boxes2)


def _areas(boxes: Array) -> Array:
    return box_area(boxes.reshape(-1, 4)).reshape(boxes.shape[:-1])


def _areas_backward(darea: Array, boxes: Array) -> Array:
    return box_area_backward(darea.reshape(-1), boxes.reshape(-1, 4)).reshape(boxes.shape)


def iou_quality(iou: float) -> str:
    """Say in the lecture's words how good an IoU is.

    Parameters
    ----------
    iou : float
        Intersection over union, 0 to 1.

    Returns
    -------
    str
        "almost perfect" above .9, "pretty good" above .7, "decent" above .5, else "poor".

    Raises
    ------
    ValueError
        When `iou` is not between 0 and 1.

    Notes
    -----
    The lecture has no word for what is not even decent; "poor" is ours.

    References
    ----------
    Object detection deck after J. Johnson (EECS 498).

    Examples
    --------
    >>> [iou_quality(iou) for iou in (0.4, 0.54, 0.77, 0.91)]
    ['poor', 'decent', 'pretty good', 'almost perfect']
    """
    if not 0 <= iou <= 1:
        raise ValueError(f"iou must lie between 0 and 1, got {iou}")
    return next((words for least, words in QUALITIES if iou > least), "poor")
