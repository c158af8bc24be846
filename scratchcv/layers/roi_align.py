"""RoIAlign: bilinear samples of each region of interest, averaged in a fixed grid of bins."""

from collections.abc import Sequence

import numpy as np

from scratchcv.backend import active_form
from scratchcv.checks import Array, as_floating, check_floating
from scratchcv.layers.layer import Layer
from scratchcv.layers.resample import resample_backward_numpy, resample_numpy
from scratchcv.layers.rois import check_rois
from scratchcv.layers.shapes import Pair, is_whole, pair
from scratchcv.layers.taps import Taps, check_taps, linear_taps


def roi_align(
    x: Array,
    rois: Array,
    output_size: int | Pair,
    spatial_scale: float = 1.0,
    sampling_ratio: int = -1,
    aligned: bool = False,
) -> Array:
    r"""Return the mean of bilinear samples in each bin of each region.

    With σ the scale, region k from σ x₁ - δ to σ x₂ - δ is cut into W' bins of b pixels, with S samples each:

    .. math:: y_{k,c,h,w} = \frac{1}{S_h S_w} \sum_{i<S_h,\,j<S_w} x_{n_k,\,c}\bigl(p_{hi},\,p_{wj}\bigr)
        \qquad p_{wj} = \sigma x_1 - \delta + \Bigl(w + \frac{j + \frac12}{S_w}\Bigr) b

    Nothing is rounded, unlike in `roi_pool`, so the features stay where they are in the image. The mean of
    products of row and column weights is the product of their means: y = R x Cᵀ, as in `resample`.

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W)
        Feature maps.
    rois : ndarray of shape (K, 5)
        Image index in 0 … N - 1, then the box `xyxy` in the original image's pixels.
    output_size : int or (int, int)
        H' and W', the numbers of bins.
    spatial_scale : float
        σ, pixels of the feature map a pixel of the original image.
    sampling_ratio : int
        S, samples a side of a bin; for 0 and below ⌈b⌉, about one a pixel.
    aligned : bool
        Whether δ is ½, since pixels' centres lie half a pixel from their corners. Without it δ is 0, and a
        region is taken to be at least one pixel wide and high.

    Returns
    -------
    ndarray of shape (K, C, H', W')

    Raises
    ------
    ValueError
        When a shape differs, a region is not finite, its image does not exist, or a setting is no such
        number.

    Notes
    -----
    As torchvision: samples more than a pixel beyond the centre of the border's pixels (or beyond W) are 0,
    others take the border's pixel. Positions are worked out in float64; torchvision does so in x's precision,
    where a region that ends at a sample's border may fall to the other side.

    References
    ----------
    He, Gkioxari, Dollár, Girshick, "Mask R-CNN", 2017, section 3; torchvision.ops.roi_align.

    Examples
    --------
    >>> rois = np.array([[0, 0, 0, 20, 20], [0, 0, 10, 30, 30.0]])
    >>> y = roi_align(np.arange(16.0).reshape(1, 1, 4, 4), rois, 2, 0.1, 2)
    >>> y[:, 0].tolist()
    [[[2.5, 3.5], [6.5, 7.5]], [[6.75, 8.25], [10.75, 12.25]]]
    """
    x = check_floating("x", x, ("N", "C", "H", "W"))
    settings = output_size, spatial_scale, sampling_ratio, aligned
    images, rows, columns = _tables(rois, x.shape, x.dtype, *settings)
    return active_form(roi_align_numpy)(x, rows, columns, images)


def roi_align_numpy(x: Array, rows: Taps, columns: Taps, images: Array) -> Array:
    """Return R x Cᵀ of each region, its tables being in x's dtype: the same formula as `resample`'s.

    Examples
    --------
    >>> halves = linear_taps(np.array([[0.5]]), 2)
    >>> roi_align_numpy(np.arange(4.0).reshape(1, 1, 2, 2), halves, halves, np.array([0])).item()
    1.5
    """
    return resample_numpy(x, rows, columns, images)


def roi_align_backward(
    dy: Array,
    rois: Array,
    x_shape: Sequence[int],
    output_size: int | Pair,
    spatial_scale: float = 1.0,
    sampling_ratio: int = -1,
    aligned: bool = False,
) -> Array:
    r"""Return the gradient of the feature maps: each dy is spread over the pixels that its bin sampled.

    .. math:: dx_{nc} = \sum_{k:\, n_k = n} R_k^T\, dy_{kc}\, C_k

    Parameters
    ----------
    dy : ndarray of shape (K, C, H', W')
        Gradient of the output.
    rois, output_size, spatial_scale, sampling_ratio, aligned
        What `roi_align` was called with.
    x_shape : (int, int, int, int)
        Shape of the feature maps.

    Returns
    -------
    ndarray of shape (N, C, H, W)
        A sum where regions overlap.

    References
    ----------
    He, Gkioxari, Dollár, Girshick, "Mask R-CNN", 2017, section 3: RoIPool's sum over regions, with bilinear
    weights.

    Examples
    --------
    >>> rois = np.array([[0, 0, 0, 2, 1.0]])
    >>> roi_align_backward(np.ones((1, 1, 1, 1)), rois, (1, 1, 1, 3), 1).tolist()
    [[[[0.25, 0.5, 0.25]]]]
    """
    dy, (N, C, H, W) = as_floating(dy, "dy"), x_shape
    settings = output_size, spatial_scale, sampling_ratio, aligned
    images, rows, columns = _tables(rois, (N, C, H, W), dy.dtype, *settings)
    dy = check_floating("dy", dy, (len(images), C, rows.first.shape[1], columns.first.shape[1]))
    return active_form(roi_align_backward_numpy)(dy, rows, columns, (N, C, H, W), images)


def roi_align_backward_numpy(
    dy: Array, rows: Taps, columns: Taps, x_shape: tuple[int, int, int, int], images: Array
) -> Array:
    """Return Rᵀ dy C, added up over each image's regions: the same formula as `resample_backward`'s.

    Examples
    --------
    >>> halves = linear_taps(np.array([[0.5]]), 2)
    >>> roi_align_backward_numpy(np.ones((1, 1, 1, 1)), halves, halves, (1, 1, 2, 2), np.array([0])).tolist()
    [[[[0.25, 0.25], [0.25, 0.25]]]]
    """
    return resample_backward_numpy(dy, rows, columns, x_shape, images)


def _tables(
    rois: Array,
    x_shape: Sequence[int],
    dtype: np.dtype,
    output_size: int | Pair,
    spatial_scale: float,
    sampling_ratio: int,
    aligned: bool,
) -> tuple[Array, Taps, Taps]:
    """Return each region's image, and the tables of its rows and columns, their weights in the dtype."""
    N, _, H, W = x_shape
    if min(H, W) < 1:
        raise ValueError(f"x must have pixels, got shape {tuple(x_shape)}")
    height, width = pair("output_size", output_size, least=1)
    if not is_whole(sampling_ratio, -np.inf):
        raise ValueError(f"sampling_ratio must be a whole number, got {sampling_ratio}")
    images, boxes = check_rois(rois, N, spatial_scale)
    corners = boxes - (0.5 if aligned else 0)
    start, extent = corners[:, :2], corners[:, 2:] - corners[:, :2]
    if not aligned:
        extent = np.maximum(extent, 1)
    rows = _bins(start[:, 1], extent[:, 1], height, sampling_ratio, H)
    columns = _bins(start[:, 0], extent[:, 0], width, sampling_ratio, W)
    return images, check_taps("rows", rows, H, dtype), check_taps("columns", columns, W, dtype)


def _bins(start: Array, extent: Array, bins: int, sampling_ratio: int, size: int) -> Taps:
    """Return the tables of one axis: the mean of each bin's samples."""
    b = extent / bins  # (K,)
    samples = np.full(len(b), sampling_ratio) if sampling_ratio > 0 else np.maximum(np.ceil(b), 0)
    start, b, samples = (of_region[:, None, None] for of_region in (start, b, samples))
    divisor = np.maximum(samples, 1)  # an inverted region has no samples
    bin_ = np.arange(bins)[:, None]
    j = np.arange(samples.max(initial=0).clip(max=max(sampling_ratio, 2 * size + 8)))
    if sampling_ratio <= 0:
        # More than half a pixel apart: without those before the image few remain, however large the region.
        before = np.floor((-1 - start - bin_ * b) / np.maximum(b / divisor, 0.5))
        j = j + np.clip(before - 1, 0, samples)
    p = start + bin_ * b + (j + 0.5) * b / divisor  # (K, bins, samples)
    share = ((j < samples) & (p >= -1) & (p <= size)) / divisor
    return linear_taps(p, size, share)


class RoIAlign(Layer):
    """RoIAlign; see `roi_align`.

    Parameters
    ----------
    output_size, spatial_scale, sampling_ratio, aligned
        As in `roi_align`.

    Examples
    --------
    >>> x = np.arange(16.0).reshape(1, 1, 4, 4)
    >>> RoIAlign(2, spatial_scale=1.0, sampling_ratio=2)(x, np.array([[0, 0, 0, 2, 2]]))[0, 0].tolist()
    [[2.5, 3.5], [6.5, 7.5]]
    """

    def __init__(
        self, output_size: int | Pair, spatial_scale: float, sampling_ratio: int, aligned: bool = False
    ) -> None:
        self.output_size = output_size
        self.spatial_scale = spatial_scale
        self.sampling_ratio = sampling_ratio
        self.aligned = aligned

    def forward(self, x: Array, rois: Array) -> tuple[Array, tuple[Array, tuple[int, ...]]]:
        """Return the samples' means; the cache is the regions and x's shape."""
        settings = self.output_size, self.spatial_scale, self.sampling_ratio, self.aligned
        return roi_align(x, rois, *settings), (rois, x.shape)

    def backward(self, dy: Array, cache: tuple[Array, tuple[int, ...]]) -> tuple[Array, Array]:
        """Return dx and zeros for the regions, which are taken as constants, as in torchvision."""
        rois, x_shape = cache
        settings = self.output_size, self.spatial_scale, self.sampling_ratio, self.aligned
        return roi_align_backward(dy, rois, x_shape, *settings), np.zeros_like(rois, dy.dtype)
