"""Upsampling (and downsampling) by interpolation: nearest neighbour, bilinear, bicubic."""

import math
from collections.abc import Sequence

import numpy as np

from scratchcv.checks import Array, check_floating
from scratchcv.layers.layer import Layer
from scratchcv.layers.resample import resample, resample_backward
from scratchcv.layers.shapes import Pair, pair
from scratchcv.layers.taps import Taps, cubic_taps, half_pixel_positions, linear_taps, single_taps

MODES = ("nearest", "nearest-exact", "bilinear", "bicubic")


def interpolate(
    x: Array,
    size: int | Pair | None = None,
    scale_factor: float | Sequence[float] | None = None,
    mode: str = "nearest",
    align_corners: bool | None = None,
) -> Array:
    r"""Return the images at another size.

    Output o lies at position p in the image and is a weighted sum of the pixels around, rows and columns
    alike, with weights u by distance:

    .. math:: y_{nchw} = \sum_{i,j} u(p_h - i)\, u(p_w - j)\, x_{ncij} \qquad
        p_o = (o + \tfrac12) \cdot s - \tfrac12 \qquad s = W / W'

    with corners aligned p = o (W - 1) / (W' - 1). Bilinear weights are u(d) = max(0, 1 - abs(d)), as in
    `linear_taps`, bicubic ones those of `cubic_taps`, both in ``layers/taps.py``; beyond the border its
    pixels are repeated.

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W)
        The images.
    size : int or (int, int), optional
        H', W'.
    scale_factor : float or (float, float), optional
        Instead of size: W' = ⌊W · factor⌋, and s is 1 / factor, though W' was rounded. Where W' = W
        "nearest" and "bilinear" copy, where W' = 2W "nearest" doubles, whatever the factor.
    mode : {"nearest", "nearest-exact", "bilinear", "bicubic"}
        One pixel, ⌊o s⌋ or exactly the nearest, ⌊(o + ½) s⌋; two a side; four a side, with a = -0.75.
    align_corners : bool, optional
        For bilinear and bicubic: whether the corner pixels' centres stay where they are, instead of the
        image's edges. False by default.

    Returns
    -------
    ndarray of shape (N, C, H', W')

    Raises
    ------
    ValueError
        For an unknown mode, an empty image or size, or not exactly one of size and scale_factor.

    Notes
    -----
    What `torch.nn.functional.interpolate` gives; nothing is smoothed before shrinking. The lectures' tables
    have half-pixel positions; aligned corners miss the bilinear one by up to ¼, p = o s without the halves
    by up to ¾. The lecture's "3 closest neighbours" of bicubic are 4 along each axis. Nearest pixels are
    found in float32, as PyTorch does: there 41 · (2 / 82) is below 1. Given a factor, PyTorch finds those of
    float64 images in float64 but sends their gradients by float32; and where W' = W and H' = H its bicubic
    gradient is a copy, though the images are not.

    References
    ----------
    Lecture S0, lines 618-690; S1, lines 1544-1560; S2, lines 778-848.

    Examples
    --------
    >>> x = np.array([[1.0, 2], [3, 4]]).reshape(1, 1, 2, 2)
    >>> interpolate(x, scale_factor=2, mode="bilinear")[0, 0, :2].tolist()
    [[1.0, 1.25, 1.75, 2.0], [1.5, 1.75, 2.25, 2.5]]
    """
    x = check_floating("x", x, ("N", "C", "H", "W"))
    return resample(x, *_tables(x.shape[2:], size, scale_factor, mode, align_corners))


def interpolate_backward(
    dy: Array,
    image_size: Pair,
    size: int | Pair | None = None,
    scale_factor: float | Sequence[float] | None = None,
    mode: str = "nearest",
    align_corners: bool | None = None,
) -> Array:
    r"""Return the gradient of the images: each dy, times the weights, goes to the pixels it was made of.

    .. math:: dx_{ncij} = \sum_{h,w} u(p_h - i)\, u(p_w - j)\, dy_{nchw}

    Parameters
    ----------
    dy : ndarray of shape (N, C, H', W')
        Gradient of the output.
    image_size : (int, int)
        (H, W) of the input.
    size, scale_factor, mode, align_corners
        What `interpolate` was called with.

    Returns
    -------
    ndarray of shape (N, C, H, W)

    Examples
    --------
    >>> interpolate_backward(np.ones((1, 1, 2, 6)), (1, 3), scale_factor=2).tolist()
    [[[[4.0, 4.0, 4.0]]]]
    """
    H, W = pair("image_size", image_size, least=1)
    rows, columns = _tables((H, W), size, scale_factor, mode, align_corners)
    dy = check_floating("dy", dy, ("N", "C", rows.first.shape[1], columns.first.shape[1]))
    return resample_backward(dy, rows, columns, (*dy.shape[:2], H, W))


def _tables(
    image_size: Sequence[int],
    size: int | Pair | None,
    scale_factor: float | Sequence[float] | None,
    mode: str,
    align_corners: bool | None,
) -> tuple[Taps, Taps]:
    """Return the tables of rows and of columns."""
    if mode not in MODES:
        raise ValueError(f"mode must be one of {', '.join(MODES)}, got {mode!r}")
    if align_corners is not None and mode.startswith("nearest"):
        raise ValueError(f"align_corners is for bilinear and bicubic, got it with mode {mode!r}")
    if (size is None) == (scale_factor is None):
        raise ValueError(f"size or scale_factor must be given, got size {size}, scale_factor {scale_factor}")
    if min(image_size) < 1:
        raise ValueError(f"x must have pixels, got an image of {tuple(image_size)}")
    factors = tuple(scale_factor) if isinstance(scale_factor, Sequence) else (scale_factor, scale_factor)
    if size is None and (len(factors) != 2 or not all(_is_positive(f) for f in factors)):
        raise ValueError(f"scale_factor must be one or two positive numbers, got {scale_factor}")
    if size is None:
        outputs = tuple(math.floor(side * f) for side, f in zip(image_size, factors, strict=True) if f)
        if min(outputs) < 1:
            raise ValueError(
                f"scale_factor {scale_factor} leaves no pixel of an image of {tuple(image_size)}"
            )
    else:
        outputs = pair("size", size, least=1)
    rows, columns = (
        _axis(*axis, mode, bool(align_corners)) for axis in zip(image_size, outputs, factors, strict=True)
    )
    return rows, columns


def _is_positive(factor: object) -> bool:
    return isinstance(factor, (int, float, np.integer, np.floating)) and bool(0 < factor < math.inf)


def _axis(side: int, outputs: int, factor: float | None, mode: str, align_corners: bool) -> Taps:
    """Return the table of one axis."""
    scale = 1 / factor if factor else side / outputs
    if mode.startswith("nearest"):
        return single_taps(_nearest_pixels(side, outputs, scale, mode == "nearest-exact"))
    positions: Array
    if align_corners:
        positions = np.arange(outputs) * ((side - 1) / max(outputs - 1, 1))
    elif mode == "bilinear" and outputs == side:
        positions = np.arange(outputs)
    else:
        positions = half_pixel_positions(outputs, scale)
    return (linear_taps if mode == "bilinear" else cubic_taps)(positions[None], side)


def _nearest_pixels(side: int, outputs: int, scale: float, exact: bool) -> Array:
    """Return the pixel of each output; PyTorch's, that is rounded to float32."""
    o = np.arange(outputs, dtype=np.float32)
    if not exact and outputs in (side, 2 * side):
        return np.arange(outputs) * side // outputs
    pixels: Array = np.floor((o + 0.5 if exact else o) * np.float32(scale))
    return np.minimum(pixels.astype(np.int64), side - 1)


class Upsample(Layer):
    """Interpolation to another size; see `interpolate`.

    Parameters
    ----------
    size, scale_factor, mode, align_corners
        As in `interpolate`.

    Examples
    --------
    >>> Upsample(scale_factor=2)(np.array([[[[1.0, 2.0]]]])).tolist()
    [[[[1.0, 1.0, 2.0, 2.0], [1.0, 1.0, 2.0, 2.0]]]]
    """

    def __init__(
        self,
        size: int | Pair | None = None,
        scale_factor: float | Sequence[float] | None = None,
        mode: str = "nearest",
        align_corners: bool | None = None,
    ) -> None:
        self.size = size
        self.scale_factor = scale_factor
        self.mode = mode
        self.align_corners = align_corners

    def forward(self, x: Array) -> tuple[Array, tuple[Pair]]:
        """Return the resized images; the cache is the size that they had."""
        y = interpolate(x, self.size, self.scale_factor, self.mode, self.align_corners)
        return y, ((x.shape[2], x.shape[3]),)

    def backward(self, dy: Array, cache: tuple[Pair]) -> Array:
        """Return dx."""
        (image_size,) = cache
        return interpolate_backward(
            dy, image_size, self.size, self.scale_factor, self.mode, self.align_corners
        )
