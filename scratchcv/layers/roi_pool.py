"""RoI pooling: the maxima of a fixed grid of bins in each region of interest."""

import numpy as np

from scratchcv.backend import active_form
from scratchcv.checks import Array, as_floating, check_array, check_floating, check_integers
from scratchcv.layers.layer import Layer
from scratchcv.layers.planes import scatter_planes_numpy
from scratchcv.layers.rois import check_rois
from scratchcv.layers.shapes import Pair, pair
from scratchcv.layers.window_maximum import window_maximum_numpy


def roi_pool(
    x: Array, rois: Array, output_size: int | Pair, spatial_scale: float = 1.0
) -> tuple[Array, Array]:
    r"""Return the largest value of each bin of each region, and where it stood.

    With σ the scale and corners rounded to pixels, both of which belong to the region, bin h of H' covers the
    rows

    .. math::
        y_1 + \lfloor h\,b \rfloor \le r < y_1 + \lceil (h + 1)\,b \rceil, \qquad
        b = \frac{\max(y_2 - y_1 + 1,\ 1)}{H'}, \qquad (y_1, y_2) = \operatorname{round}(\sigma\, roi_y)

    that lie in the image, and columns alike.

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W)
        Feature maps.
    rois : ndarray of shape (K, 5)
        Image index in 0 … N − 1, then the box `xyxy` in the original image's pixels.
    output_size : int or (int, int)
        H' and W', the numbers of bins.
    spatial_scale : float
        σ, pixels of the feature map a pixel of the original image.

    Returns
    -------
    y : ndarray of shape (K, C, H', W')
        The maxima; 0 where a bin has no pixel of the image.
    indices : ndarray of int64, shape (K, C, H', W')
        Position of each maximum in its flattened map, the first of equals; −1 where there is none.

    Raises
    ------
    ValueError
        When a shape differs, a region is not finite, its image does not exist, or the scale is not positive.

    Notes
    -----
    Bins are those of torchvision, worked out in x's own precision: halves are rounded away from zero, and a
    region is at least one pixel. torchvision passes over NaN and -inf; here NaN wins, as in `max_pool2d`.
    Corners beyond 2⁶⁰ pixels count as 2⁶⁰.

    References
    ----------
    Girshick, "Fast R-CNN", 2015, section 2.1; torchvision.ops.roi_pool; lecture S1, lines 659-678.

    Examples
    --------
    >>> rois = np.array([[0, 0, 0, 20, 20], [0, 0, 10, 30, 30.0]])
    >>> y, indices = roi_pool(np.arange(16.0).reshape(1, 1, 4, 4), rois, 2, 0.1)
    >>> y[:, 0].tolist()
    [[[5.0, 6.0], [9.0, 10.0]], [[9.0, 11.0], [13.0, 15.0]]]
    """
    x = check_floating("x", x, ("N", "C", "H", "W"))
    sizes = pair("output_size", output_size, least=1)
    images, boxes = check_rois(rois, len(x), spatial_scale, x.dtype)
    rows, columns = _rows_and_columns(boxes, sizes, x.shape[2:])
    return active_form(roi_pool_numpy)(x, images, rows, columns)


def roi_pool_numpy(x: Array, images: Array, rows: Array, columns: Array) -> tuple[Array, Array]:
    """Return the maxima of windows, their rows and columns being known: the formula of `window_maximum`.

    Examples
    --------
    >>> x, whole = np.array([[[[1.0, 5.0, 2.0]]]]), np.array([[[0, 1]]])
    >>> y, indices = roi_pool_numpy(x, np.array([0]), whole, np.array([[[0, 2], [2, 3]]]))
    >>> y.ravel().tolist(), indices.ravel().tolist()
    ([5.0, 2.0], [1, 2])
    """
    return window_maximum_numpy(x, images, rows, columns, (1, 1))


def roi_pool_bins(
    boxes: Array, output_size: int | Pair, map_size: Pair, spatial_scale: float = 1.0
) -> tuple[Array, Array]:
    """Return which pixels of the feature map each bin of `roi_pool` looks at.

    Parameters
    ----------
    boxes : ndarray of shape (K, 4)
        Regions `xyxy` in the original image's pixels.
    output_size, spatial_scale
        As in `roi_pool`.
    map_size : (int, int)
        H and W of the feature map.

    Returns
    -------
    rows : ndarray of int64, shape (K, H', 2)
        Start and stop of each row of bins, inside the map; neighbours may share a row of pixels.
    columns : ndarray of int64, shape (K, W', 2)

    Examples
    --------
    >>> rows, columns = roi_pool_bins(np.array([[0, 10, 30, 30.0]]), 2, (4, 4), 0.1)
    >>> rows[0].tolist(), columns[0].tolist()  # three rows are parted in the middle of the second
    ([[1, 3], [2, 4]], [[0, 2], [2, 4]])
    """
    rois = np.insert(as_floating(check_array("boxes", boxes, ("K", 4))), 0, 0, axis=1)
    _, on_map = check_rois(rois, 1, spatial_scale, rois.dtype)
    return _rows_and_columns(on_map, pair("output_size", output_size, least=1), map_size)


def _rows_and_columns(boxes: Array, sizes: Pair, map_size: tuple[int, ...]) -> tuple[Array, Array]:
    """Return the bins of regions in the feature map's pixels: the snapped regions, cut into bins."""
    edges = _round_half_away(boxes)  # (K, 4)
    rows = _bins(edges[:, 1], edges[:, 3], sizes[0], map_size[0])
    return rows, _bins(edges[:, 0], edges[:, 2], sizes[1], map_size[1])


def _bins(first: Array, last: Array, size: int, side: int) -> Array:
    """Return start and stop of every region's bins along one side of the map, (K, size, 2)."""
    step = np.maximum(last - first + 1, 1) / first.dtype.type(size)
    number = np.arange(size + 1, dtype=first.dtype)
    start, stop = np.floor(step[:, None] * number[:-1]), np.ceil(step[:, None] * number[1:])
    bounds = np.stack([start, stop], axis=2).astype(np.int64) + first.astype(np.int64)[:, None, None]
    inside: Array = np.clip(bounds, 0, side)
    return inside


def _round_half_away(values: Array) -> Array:
    """Round as C does, halves away from zero; NumPy would round them to even numbers."""
    whole = np.trunc(values)
    rounded: Array = whole + np.copysign(abs(values - whole) >= 0.5, values)
    return rounded


def roi_pool_backward(dy: Array, indices: Array, rois: Array, x_shape: tuple[int, int, int, int]) -> Array:
    r"""Return the gradient of the feature maps: each dy goes to the pixel that won its bin.

    .. math:: dx_{n,c,q} = \sum_{k:\ roi\ k\ on\ n}\ \sum_{h,w:\, indices_{k,c,h,w} = q} dy_{k,c,h,w}

    Parameters
    ----------
    dy : ndarray of shape (K, C, H', W')
        Gradient of the maxima.
    indices : ndarray of int64, shape (K, C, H', W')
        What `roi_pool` returned.
    rois : ndarray of shape (K, 5)
        The regions.
    x_shape : (int, int, int, int)
        Shape of the feature maps.

    Returns
    -------
    ndarray of shape (N, C, H, W)
        A sum where a pixel won bins of several regions.

    References
    ----------
    Girshick, "Fast R-CNN", 2015, equation 4.

    Examples
    --------
    >>> x, rois = np.array([[[[1.0, 2.0]]]]), np.array([[0, 0, 0, 1, 0], [0, 1, 0, 1, 0]])
    >>> y, indices = roi_pool(x, rois, 1)
    >>> roi_pool_backward(np.ones((2, 1, 1, 1)), indices, rois, x.shape).tolist()
    [[[[0.0, 2.0]]]]
    """
    N, C, H, W = x_shape
    indices = check_array("indices", indices, ("K", C, "H'", "W'"))
    dy = check_floating("dy", dy, indices.shape)
    images, _ = check_rois(check_array("rois", rois, (len(indices), 5)), N)
    indices = check_integers("indices", indices, indices.shape, H * W, start=-1)
    return active_form(roi_pool_backward_numpy)(dy, indices, images, (N, C, H, W))


def roi_pool_backward_numpy(
    dy: Array, indices: Array, images: Array, x_shape: tuple[int, int, int, int]
) -> Array:
    """Add each dy to its pixel of its image: the formula of `scatter_planes`.

    Examples
    --------
    >>> dy, indices = np.ones((2, 1, 1, 1)), np.array([[[[1]]], [[[-1]]]])
    >>> roi_pool_backward_numpy(dy, indices, np.array([0, 0]), (1, 1, 1, 2)).tolist()
    [[[[0.0, 1.0]]]]
    """
    return scatter_planes_numpy(dy, indices, x_shape, images, -1, False)


class RoIPool(Layer):
    """RoI pooling; see `roi_pool`.

    Parameters
    ----------
    output_size, spatial_scale
        As in `roi_pool`.

    Examples
    --------
    >>> x = np.arange(16.0).reshape(1, 1, 4, 4)
    >>> RoIPool(2, spatial_scale=1.0)(x, np.array([[0, 0, 0, 3, 3]]))[0, 0].tolist()
    [[5.0, 7.0], [13.0, 15.0]]
    """

    def __init__(self, output_size: int | Pair, spatial_scale: float) -> None:
        self.output_size = output_size
        self.spatial_scale = spatial_scale

    def forward(self, x: Array, rois: Array) -> tuple[Array, tuple[Array, Array, tuple[int, ...]]]:
        """Return the maxima; the cache is where they stood, the regions and x's shape."""
        y, indices = roi_pool(x, rois, self.output_size, self.spatial_scale)
        return y, (indices, rois, x.shape)

    def backward(
        self, dy: Array, cache: tuple[Array, Array, tuple[int, int, int, int]]
    ) -> tuple[Array, Array]:
        """Return dx and zeros for the regions: moved a little, they round to the same pixels."""
        indices, rois, x_shape = cache
        dx = roi_pool_backward(dy, indices, rois, x_shape)
        return dx, np.zeros_like(rois, dx.dtype)
