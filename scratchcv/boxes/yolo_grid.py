"""YOLO's grid: the cell that an object's midpoint lies in is responsible for the object."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from scratchcv.boxes.checks import check_valid_boxes
from scratchcv.boxes.convert import box_convert
from scratchcv.boxes.shape_iou import corners_of, shape_iou
from scratchcv.checks import Array, as_floating, check_array, check_integers

SIZES = ("image", "cell")
"""What widths and heights are relative to."""


def encode_yolo_grid(
    boxes: ArrayLike,
    labels: ArrayLike,
    image_size: Sequence[int],
    grid_size: int | Sequence[int],
    *,
    sizes: str = "image",
    anchors: ArrayLike | None = None,
) -> tuple[Array, Array]:
    r"""Put each object of an image into the one grid cell in which its midpoint lies.

    An image of H x W pixels is divided into S x S cells. The object with midpoint :math:`(c_x, c_y)` goes to

    .. math:: \text{column} = \min(\lfloor S c_x / W \rfloor, S - 1) \qquad
              \text{row} = \min(\lfloor S c_y / H \rfloor, S - 1)

    and is written there as (x, y, w, h): x and y run from 0 to 1 through the cell, w and h are relative
    to the image or to the cell.

    Parameters
    ----------
    boxes : array_like (R, 4)
        Objects `xyxy`, pixels.
    labels : array_like of int (R,)
        Their classes, 1 … K.
    image_size : (int, int)
        Height and width, pixels.
    grid_size : int or (int, int)
        S, or rows and columns.
    sizes : {"image", "cell"}
        What w and h are relative to: YOLO v1's paper says the image; one course's label vectors, and YOLO
        v2, the cell, where they may exceed 1.
    anchors : array_like (A, 2), optional
        Width and height of anchor boxes, in cells. Each cell then has one place an anchor, and an object
        takes that of the anchor most similar in shape.

    Returns
    -------
    grid_boxes : ndarray (S, S, 4), or (S, S, A, 4) with anchors
        (x, y, w, h) of each cell's object, zeros where there is none.
    grid_labels : ndarray of int64 (S, S), or (S, S, A)
        Its class, 0 where there is none.

    Raises
    ------
    ValueError
        When shapes do not fit, a size or label is not positive, or a box is inverted, not finite or has its
        midpoint outside of the image.
    TypeError
        When labels are not integers.

    Notes
    -----
    A midpoint on the line between two cells belongs to the right or lower one, on the image's far border to
    the last. A place holds one object: where two compete, the first in the list stays; YOLO cannot see
    the other.

    References
    ----------
    J. Redmon et al., "You Only Look Once: Unified, Real-Time Object Detection", 2016, section 2;
    lectures S0, lines 335-423 (relative to the cell), S4, lines 90-106 (relative to the image).

    Examples
    --------
    A car in the middle cell of 3 x 3, midpoint (.4, .3) within it, .5 cells high and .9 wide:

    >>> car = [[95.0, 105.0, 185.0, 155.0]]
    >>> grid_boxes, grid_labels = encode_yolo_grid(car, [2], (300, 300), 3, sizes="cell")
    >>> grid_labels.tolist(), grid_boxes[1, 1].round(6).tolist()
    ([[0, 0, 0], [0, 2, 0], [0, 0, 0]], [0.4, 0.3, 0.9, 0.5])
    """
    check_sizes(sizes)
    boxes = check_valid_boxes("boxes", boxes)
    labels = check_integers("labels", labels, boxes.shape[:1], None, start=1)
    height, width = image_size
    rows, columns = (grid_size, grid_size) if isinstance(grid_size, int | np.integer) else grid_size
    if not all(0 < size < math.inf for size in (height, width, rows, columns)):
        raise ValueError(f"image_size and grid_size must be positive, got {image_size} and {grid_size}")

    in_cells = box_convert(boxes, "xyxy", "cxcywh")
    outside = (in_cells[:, :2] < 0) | (in_cells[:, :2] > [width, height])  # pixels still
    for row in np.flatnonzero(outside.any(axis=1))[:1]:
        raise ValueError(f"boxes[{row}] has its midpoint outside of the image: {boxes[row].tolist()}")
    in_cells *= np.array([columns / width, rows / height] * 2, boxes.dtype)
    cells = np.minimum(np.floor(in_cells[:, :2]), [columns - 1, rows - 1]).astype(np.intp)
    encoded = in_cells.copy()
    encoded[:, :2] -= cells
    if sizes == "image":
        encoded[:, 2:] /= np.array([columns, rows], boxes.dtype)

    place = np.zeros(len(boxes), np.intp)
    places = 1
    if anchors is not None:
        iou = shape_iou(in_cells[:, 2:], anchors)
        place, places = iou.argmax(axis=1), iou.shape[1]
    where, first = np.unique((cells[:, 1] * columns + cells[:, 0]) * places + place, return_index=True)
    grid_boxes = np.zeros((rows, columns, places, 4), boxes.dtype)
    grid_labels = np.zeros((rows, columns, places), np.int64)
    grid_boxes.reshape(-1, 4)[where] = encoded[first]
    grid_labels.reshape(-1)[where] = labels[first]
    return (grid_boxes, grid_labels) if anchors is not None else (grid_boxes[:, :, 0], grid_labels[:, :, 0])


def decode_yolo_grid(grid_boxes: ArrayLike, image_size: Sequence[int], *, sizes: str = "image") -> Array:
    r"""Turn the boxes of grid cells into boxes in pixels: the inverse of `encode_yolo_grid`.

    .. math:: c_x = \frac{W}{S} (x + \text{column}) \qquad b_w = W w \ \text{(image)} \quad
              \text{or} \quad \frac{W}{S} w \ \text{(cell)}

    and so for the vertical ones.

    Parameters
    ----------
    grid_boxes : array_like (…, S, S, B, 4)
        (x, y, w, h) of the B boxes of each cell.
    image_size : (int, int)
        Height and width, pixels.
    sizes : {"image", "cell"}
        As for `encode_yolo_grid`.

    Returns
    -------
    ndarray (…, S, S, B, 4)
        Boxes `xyxy`, pixels.

    Raises
    ------
    ValueError
        When the shape does not fit.

    References
    ----------
    Lectures S0, lines 399-406, and S4, lines 104-106.

    Examples
    --------
    >>> grid_boxes = np.zeros((3, 3, 1, 4))
    >>> grid_boxes[1, 1, 0] = 0.4, 0.3, 0.9, 0.5
    >>> decode_yolo_grid(grid_boxes, (300, 300), sizes="cell")[1, 1, 0].round(6).tolist()
    [95.0, 105.0, 185.0, 155.0]
    """
    grid_boxes = as_floating(grid_boxes)
    cell, unit = _scales("grid_boxes", grid_boxes, image_size, sizes)
    rows, columns = grid_boxes.shape[-4:-2]
    centers = cell * (grid_boxes[..., :2] + cell_corners(rows, columns, grid_boxes.dtype))
    return corners_of(np.concatenate([centers, unit * grid_boxes[..., 2:]], axis=-1))


def decode_yolo_grid_backward(dboxes: ArrayLike, image_size: Sequence[int], *, sizes: str = "image") -> Array:
    r"""Return the gradient of the grid's boxes; decoding is linear, so that they are not needed.

    .. math:: dx = \frac{W}{S} (dx_1 + dx_2) \qquad dw = \frac{W}{2} (dx_2 - dx_1)

    Parameters
    ----------
    dboxes : array_like (…, S, S, B, 4)
        Gradient of `decode_yolo_grid`'s boxes `xyxy`.
    image_size, sizes
        As for `decode_yolo_grid`.

    Returns
    -------
    ndarray (…, S, S, B, 4)

    Raises
    ------
    ValueError
        When the shape does not fit.

    Examples
    --------
    >>> decode_yolo_grid_backward(np.array([[[[1.0, 0.0, 1.0, 0.0]]]]), (10, 10)).tolist()
    [[[[20.0, 0.0, 0.0, 0.0]]]]
    """
    dboxes = as_floating(dboxes)
    cell, unit = _scales("dboxes", dboxes, image_size, sizes)
    dupper, dlower = dboxes[..., :2], dboxes[..., 2:]
    return np.concatenate([cell * (dupper + dlower), unit / 2 * (dlower - dupper)], axis=-1)


def cell_corners(rows: int, columns: int, dtype: DTypeLike) -> Array:
    """Return the upper left corner (x, y) of each cell, in cells, shaped (rows, columns, 1, 2).

    Examples
    --------
    >>> cell_corners(1, 2, float).tolist()
    [[[[0.0, 0.0]], [[1.0, 0.0]]]]
    """
    x, y = np.meshgrid(np.arange(columns, dtype=dtype), np.arange(rows, dtype=dtype))
    return np.stack([x, y], axis=-1)[:, :, None]


def yolo_label_vectors(grid_boxes: ArrayLike, grid_labels: ArrayLike, num_classes: int) -> Array:
    """Write each place of the grid as the label vector (pc, bx, by, bh, bw, c1 … cK).

    pc is 1 where there is an object and 0 elsewhere; there all other entries are 0 too, and no loss looks at
    them. The height comes before the width.

    Parameters
    ----------
    grid_boxes : array_like (…, 4)
        (x, y, w, h), as `encode_yolo_grid` gives them.
    grid_labels : array_like of int (…)
        Classes, 0 for no object.
    num_classes : int
        K.

    Returns
    -------
    ndarray (…, 5 + K)

    Raises
    ------
    ValueError
        When shapes do not fit, or a label lies outside 0…K.
    TypeError
        When labels are not integers.

    References
    ----------
    Lecture S0, lines 344-423: 3 x 3 x 8 for 3 classes, and with the vectors of 2 anchors one after the other
    3 x 3 x 16.

    Examples
    --------
    >>> yolo_label_vectors([[0.4, 0.3, 0.9, 0.5], [0.0, 0.0, 0.0, 0.0]], [2, 0], 3).tolist()
    [[1.0, 0.4, 0.3, 0.5, 0.9, 0.0, 1.0, 0.0], [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]]
    """
    grid_boxes = as_floating(grid_boxes)
    grid_labels = check_integers("grid_labels", grid_labels, grid_boxes.shape[:-1], num_classes + 1)
    check_array("grid_boxes", grid_boxes, (*grid_labels.shape, 4))
    occupied = (grid_labels > 0)[..., None]
    classes = grid_labels[..., None] == np.arange(1, num_classes + 1)
    boxes = np.where(occupied, grid_boxes[..., [0, 1, 3, 2]], 0)  # whatever stands in empty places
    vectors = np.concatenate([occupied, boxes, classes], axis=-1)
    return vectors.astype(grid_boxes.dtype)


def check_sizes(sizes: str) -> None:
    """Raise unless `sizes` is ``"image"`` or ``"cell"``.

    Examples
    --------
    >>> check_sizes("grid")
    Traceback (most recent call last):
    ValueError: sizes must be one of image, cell, got 'grid'
    """
    if sizes not in SIZES:
        raise ValueError(f"sizes must be one of {', '.join(SIZES)}, got {sizes!r}")


def _scales(name: str, boxes: Array, image_size: Sequence[int], sizes: str) -> tuple[Array, Array]:
    """Return width and height, in pixels, of a cell and of the unit of w and h."""
    check_sizes(sizes)
    if boxes.ndim < 4 or boxes.shape[-1] != 4:
        raise ValueError(f"{name} must have shape (…, S, S, B, 4), got {boxes.shape}")
    rows, columns = boxes.shape[-4:-2]
    height, width = image_size
    cell = np.array([width / max(columns, 1), height / max(rows, 1)], boxes.dtype)
    return cell, cell if sizes == "cell" else np.array([width, height], boxes.dtype)
