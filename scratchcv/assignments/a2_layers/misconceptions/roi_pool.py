"""Wrong RoI poolings."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Both = tuple[Array, Array]
Size = int | tuple[int, int]


def scale_forgotten(x: Array, rois: Array, output_size: Size, spatial_scale: float = 1.0) -> Both:
    """You never use spatial_scale.

    Regions come in pixels of the image: multiply their corners by it, to find them on the map.
    """
    return _pool(x, _corners(rois, 1.0), rois[:, 0], output_size)


def divided_by_scale(x: Array, rois: Array, output_size: Size, spatial_scale: float = 1.0) -> Both:
    """You divide by spatial_scale.

    It is map pixels for each image pixel, so that corners are multiplied by it.
    """
    return _pool(x, _corners(rois, 1 / spatial_scale), rois[:, 0], output_size)


def sides_exchanged(x: Array, rois: Array, output_size: Size, spatial_scale: float = 1.0) -> Both:
    """You exchange x and y.

    A box is (x1, y1, x2, y2): its first and third number are columns, the second and fourth are rows.
    """
    return _pool(x, _corners(rois[:, [0, 2, 1, 4, 3]], spatial_scale), rois[:, 0], output_size)


def read_as_sizes(x: Array, rois: Array, output_size: Size, spatial_scale: float = 1.0) -> Both:
    """You take the last two numbers of a region for its width and height. They are its lower right corner."""
    boxes = rois.copy()
    boxes[:, 3:] += boxes[:, 1:3]
    return _pool(x, _corners(boxes, spatial_scale), rois[:, 0], output_size)


def last_pixel_left_out(x: Array, rois: Array, output_size: Size, spatial_scale: float = 1.0) -> Both:
    """Your regions end a pixel too early.

    Here both rounded corners belong to the region, which is y2 − y1 + 1 rows high.
    """
    corners = _corners(rois, spatial_scale)
    corners[:, 2:] = np.maximum(corners[:, 2:] - 1, corners[:, :2])
    return _pool(x, corners, rois[:, 0], output_size)


def corners_truncated(x: Array, rois: Array, output_size: Size, spatial_scale: float = 1.0) -> Both:
    """You cut off the decimals of the corners: int(2.9) is 2. Round them to the nearest pixel."""
    return _pool(x, _corners(rois, spatial_scale, np.trunc), rois[:, 0], output_size)


def halves_to_even(x: Array, rois: Array, output_size: Size, spatial_scale: float = 1.0) -> Both:
    """np.round takes halves to the even neighbour, 2.5 to 2. Here they round away from zero, 2.5 to 3."""
    return _pool(x, _corners(rois, spatial_scale, np.round), rois[:, 0], output_size)


def rounded_outwards(x: Array, rois: Array, output_size: Size, spatial_scale: float = 1.0) -> Both:
    """You round the first corner down and the last one up, so that regions grow.

    Round both to the nearest pixel.
    """
    corners = np.concatenate(
        [_corners(rois, spatial_scale, np.floor)[:, :2], _corners(rois, spatial_scale, np.ceil)[:, 2:]],
        axis=1,
    )
    return _pool(x, corners, rois[:, 0], output_size)


def bins_apart(x: Array, rois: Array, output_size: Size, spatial_scale: float = 1.0) -> Both:
    """Your bins share no pixel.

    Each ends at ⌈(h + 1) · b⌉, rounded up, so that neighbours overlap where the grid does not divide the
    region.
    """
    return _pool(
        x, _corners(rois, spatial_scale), rois[:, 0], output_size, stop=lambda h, n, m: (h + 1) * n // m
    )


def bins_of_equal_size(x: Array, rois: Array, output_size: Size, spatial_scale: float = 1.0) -> Both:
    """All your bins are ⌈b⌉ pixels long, each beginning where the one before ended.

    They begin at ⌊h · b⌋ and end at ⌈(h + 1) · b⌉ instead.
    """
    return _pool(
        x,
        _corners(rois, spatial_scale),
        rois[:, 0],
        output_size,
        start=lambda h, n, m: min(h * -(-n // m), n),
        stop=lambda h, n, m: min((h + 1) * -(-n // m), n),
    )


def bins_of_rounded_size(x: Array, rois: Array, output_size: Size, spatial_scale: float = 1.0) -> Both:
    """You round the size of a bin down before you multiply, so that the last rows and columns are in none.

    Round h · b, not b.
    """
    return _pool(
        x,
        _corners(rois, spatial_scale),
        rois[:, 0],
        output_size,
        start=lambda h, n, m: h * max(n // m, 1),
        stop=lambda h, n, m: (h + 1) * max(n // m, 1),
    )


def always_the_first_image(x: Array, rois: Array, output_size: Size, spatial_scale: float = 1.0) -> Both:
    """You look at the first image always.

    The first number of a region says on which image of the batch it lies.
    """
    return _pool(x, _corners(rois, spatial_scale), 0 * rois[:, 0], output_size)


def clipped_before(x: Array, rois: Array, output_size: Size, spatial_scale: float = 1.0) -> Both:
    """You cut regions off at the border of the map and divide what is left.

    Divide the whole region, and cut off the bins.
    """
    corners = _corners(rois, spatial_scale)
    corners = np.clip(corners, 0, np.array([x.shape[3], x.shape[2]] * 2) - 1)
    return _pool(x, corners, rois[:, 0], output_size)


def wrapped_around(x: Array, rois: Array, output_size: Size, spatial_scale: float = 1.0) -> Both:
    """Where a region begins outside the map, your slices begin with a negative number.

    NumPy counts that from the end. Clip the bounds of each bin to 0 … H and 0 … W.
    """
    return _pool(x, _corners(rois, spatial_scale), rois[:, 0], output_size, clip=False)


def empty_is_infinite(x: Array, rois: Array, output_size: Size, spatial_scale: float = 1.0) -> Both:
    """Bins without a pixel of the map are −∞ in your answer. They are 0."""
    y, indices = _pool(x, _corners(rois, spatial_scale), rois[:, 0], output_size)
    return np.where(indices < 0, -np.inf, y), indices


def empty_points_to_the_first(x: Array, rois: Array, output_size: Size, spatial_scale: float = 1.0) -> Both:
    """Bins without a pixel of the map point to pixel 0 in your answer, which would then get their gradient.

    Their index is −1.
    """
    y, indices = _pool(x, _corners(rois, spatial_scale), rois[:, 0], output_size)
    return y, np.maximum(indices, 0)


def search_begins_at_zero(x: Array, rois: Array, output_size: Size, spatial_scale: float = 1.0) -> Both:
    """Your search begins at 0, so that negative values never win. Begin at −∞, or at a pixel of the bin."""
    y, indices = _pool(x, _corners(rois, spatial_scale), rois[:, 0], output_size)
    return np.maximum(y, 0), np.where(y > 0, indices, -1)


def mean_of_bins(x: Array, rois: Array, output_size: Size, spatial_scale: float = 1.0) -> Both:
    """You take the mean of each bin. RoI pooling takes the largest value."""
    corners = _corners(rois, spatial_scale)
    _, indices = _pool(x, corners, rois[:, 0], output_size)
    return _pool(x, corners, rois[:, 0], output_size, best=np.mean)[0], indices


def index_in_region(x: Array, rois: Array, output_size: Size, spatial_scale: float = 1.0) -> Both:
    """Your indices count within the region. They count within the map: row · W + column."""
    corners = _corners(rois, spatial_scale)
    y, indices = _pool(x, corners, rois[:, 0], output_size)
    left, top, right, _ = corners.T.reshape(4, -1, 1, 1, 1)
    row, column = np.divmod(indices, x.shape[3])
    return y, np.where(indices < 0, -1, (row - top) * (right - left + 1) + column - left)


def index_with_height(x: Array, rois: Array, output_size: Size, spatial_scale: float = 1.0) -> Both:
    """You multiply the row by the map's height. A row is W pixels long: row · W + column."""
    y, indices = _pool(x, _corners(rois, spatial_scale), rois[:, 0], output_size)
    row, column = np.divmod(indices, x.shape[3])
    return y, np.where(indices < 0, -1, row * x.shape[2] + column)


def grid_exchanged(x: Array, rois: Array, output_size: Size, spatial_scale: float = 1.0) -> Both:
    """A pair output_size is (rows, columns) of the grid; you exchange them."""
    swapped = output_size[::-1] if isinstance(output_size, tuple) else output_size
    return _pool(x, _corners(rois, spatial_scale), rois[:, 0], swapped)


def _half_away(values: Array) -> Array:
    rounded: Array = np.trunc(values + np.copysign(0.5, values))
    return rounded


def _corners(rois: Array, scale: float, rounded: Callable[[Array], Array] = _half_away) -> Array:
    """Return x1, y1, x2, y2 in whole pixels of the map."""
    corners: Array = rounded(rois[:, 1:] * scale).astype(np.int64)
    return corners


def _pool(
    x: Array,
    corners: Array,
    images: Array,
    output_size: Size,
    start: Callable[[int, int, int], int] = lambda h, n, m: h * n // m,
    stop: Callable[[int, int, int], int] = lambda h, n, m: -(-(h + 1) * n // m),
    clip: bool = True,
    best: Callable[[Array], Any] = np.max,
) -> Both:
    """Return what is largest in each bin; the bins of n pixels in m parts begin and end as is said."""
    height, width = output_size if isinstance(output_size, tuple) else (output_size, output_size)
    (_, C, H, W), K = x.shape, len(corners)
    y, indices = np.zeros((K, C, height, width), x.dtype), np.full((K, C, height, width), -1)
    numbers = np.arange(H * W).reshape(H, W)
    for k, h, w in np.ndindex(K, height, width):
        left, top, right, bottom = map(int, corners[k])
        bounds = []
        for first, n, number, m, side in (
            (top, bottom - top + 1, h, height, H),
            (left, right - left + 1, w, width, W),
        ):
            begin, end = first + start(number, n, m), first + stop(number, n, m)
            bounds.append(
                slice(min(max(begin, 0), side), min(max(end, 0), side)) if clip else slice(begin, end)
            )
        if numbers[tuple(bounds)].size:
            for c in range(C):
                patch = x[int(images[k]), c][tuple(bounds)]
                y[k, c, h, w] = best(patch)
                indices[k, c, h, w] = numbers[tuple(bounds)].flat[patch.argmax()]
    return y, indices
