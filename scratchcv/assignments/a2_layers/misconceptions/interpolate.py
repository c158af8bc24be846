"""Wrong bilinear interpolations; the other modes, which are not graded, are left out.

Each is a pair of matrices, one for the rows and one for the columns, so that what is wrong stands alone.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Flag = bool | None
Factor = float | tuple[float, float] | None
Size = int | tuple[int, int] | None


def nearest(
    x: Array, size: Size = None, scale_factor: Factor = None, mode: str = "", align_corners: Flag = None
) -> Array:
    """You copy the nearest pixel. Bilinear means a mixture of two a side, with weights by distance."""
    return _resize(x, size, scale_factor, align_corners, lambda p, s, side: _hat(np.floor(p + 0.5), side))


def without_half_pixels(
    x: Array, size: Size = None, scale_factor: Factor = None, mode: str = "", align_corners: Flag = None
) -> Array:
    """You use p = o · s, where it should be (o + ½) · s − ½.

    Pixels have an extent: what coincides are the edges of both images, not the centres of their first pixels.
    """
    return _resize(x, size, scale_factor, align_corners, half_pixel=lambda o, s: o * s)


def half_a_pixel_too_far(
    x: Array, size: Size = None, scale_factor: Factor = None, mode: str = "", align_corners: Flag = None
) -> Array:
    """Your image is shifted by half a pixel.

    After (o + ½) · s subtract ½, because pixel 0 has its centre at ½.
    """
    return _resize(x, size, scale_factor, align_corners, half_pixel=lambda o, s: (o + 0.5) * s)


def corners_always_aligned(
    x: Array, size: Size = None, scale_factor: Factor = None, mode: str = "", align_corners: Flag = None
) -> Array:
    """You align the corners always. By default the edges of the images coincide, and p = (o + ½) · s − ½."""
    return _resize(x, size, scale_factor, True)


def corners_never_aligned(
    x: Array, size: Size = None, scale_factor: Factor = None, mode: str = "", align_corners: Flag = None
) -> Array:
    """You never look at align_corners.

    Where it is True the first and last pixels keep their places: p = o (W − 1) / (W' − 1).
    """
    return _resize(x, size, scale_factor, False)


def corners_missed(
    x: Array, size: Size = None, scale_factor: Factor = None, mode: str = "", align_corners: Flag = None
) -> Array:
    """With corners aligned your last output misses the last pixel.

    W' outputs have W' − 1 steps between them.
    """
    return _resize(
        x, size, scale_factor, align_corners, corners=lambda o, side: o * ((side - 1) / max(len(o), 1))
    )


def zeros_outside(
    x: Array, size: Size = None, scale_factor: Factor = None, mode: str = "", align_corners: Flag = None
) -> Array:
    """Your border fades to zero.

    Beyond the border its pixels are repeated: clip the neighbours' numbers to 0 … W − 1.
    """
    return _resize(x, size, scale_factor, align_corners, lambda p, s, side: _hat(p, side, clip=False))


def drawn_on_beyond_the_border(
    x: Array, size: Size = None, scale_factor: Factor = None, mode: str = "", align_corners: Flag = None
) -> Array:
    """Beyond the border you draw the line on.

    There is no pixel there but the last one, so repeat it: beware of int(−0.25), which is 0, and clip.
    """

    def matrix(p: Array, s: float, side: int) -> Array:
        first = np.clip(np.trunc(p), 0, max(side - 2, 0))
        part = (p - first if side > 1 else 0 * p)[:, None]
        weights: Array = (1 - part) * _hat(first, side) + part * _hat(first + 1, side)
        return weights

    return _resize(x, size, scale_factor, align_corners, matrix)


def weights_exchanged(
    x: Array, size: Size = None, scale_factor: Factor = None, mode: str = "", align_corners: Flag = None
) -> Array:
    """You exchange the weights: the nearer pixel gets the larger one.

    With f = p − ⌊p⌋ the left pixel's weight is 1 − f.
    """

    def matrix(p: Array, s: float, side: int) -> Array:
        first = np.floor(p)
        part = (p - first)[:, None]
        weights: Array = part * _hat(first, side) + (1 - part) * _hat(first + 1, side)
        return weights

    return _resize(x, size, scale_factor, align_corners, matrix)


def rows_alone(
    x: Array, size: Size = None, scale_factor: Factor = None, mode: str = "", align_corners: Flag = None
) -> Array:
    """You interpolate along the rows alone.

    Bilinear is linear along both sides: four pixels, the products of two weights.
    """

    def matrix(p: Array, s: float, side: int) -> Array:
        return _hat(np.floor(p + 0.5), side)

    return _resize(x, size, scale_factor, align_corners, lambda p, s, side: _hat(p, side), down=matrix)


def smoothed(
    x: Array, size: Size = None, scale_factor: Factor = None, mode: str = "", align_corners: Flag = None
) -> Array:
    """Where you shrink, you take the mean of all pixels below an output.

    That may look better, but here just the two nearest ones a side count.
    """

    def matrix(p: Array, s: float, side: int) -> Array:
        weights: Array = np.maximum(0, 1 - abs(p[:, None] - np.arange(side)) / max(s, 1))
        return weights / weights.sum(axis=1, keepdims=True) if s > 1 else _hat(p, side)

    return _resize(x, size, scale_factor, align_corners, matrix)


def step_of_rounded_size(
    x: Array, size: Size = None, scale_factor: Factor = None, mode: str = "", align_corners: Flag = None
) -> Array:
    """Where a factor is given the step is 1 / factor, though the size was rounded; you divide the sizes."""
    size = _outputs(x, size, scale_factor)
    return _resize(x, size, None, align_corners)


def rounded_up(
    x: Array, size: Size = None, scale_factor: Factor = None, mode: str = "", align_corners: Flag = None
) -> Array:
    """Your output is one too large where side times factor is no whole number: it rounds down."""
    return _resize(x, size, scale_factor, align_corners, round_size=math.ceil)


def divided_by_factor(
    x: Array, size: Size = None, scale_factor: Factor = None, mode: str = "", align_corners: Flag = None
) -> Array:
    """You divide by the factor: a scale_factor of 2 makes the image twice as large, not half."""
    factors = _pair(scale_factor)
    inverse = None if scale_factor is None else (1 / factors[0], 1 / factors[1])
    return _resize(x, size, inverse, align_corners, round_size=lambda side: max(math.floor(side), 1))


def sides_exchanged(
    x: Array, size: Size = None, scale_factor: Factor = None, mode: str = "", align_corners: Flag = None
) -> Array:
    """You exchange the sides.

    Size and scale_factor are (vertical, horizontal), like the last two axes of x.
    """
    return _resize(x, _swap(size), _swap(scale_factor), align_corners)


def one_step_for_both(
    x: Array, size: Size = None, scale_factor: Factor = None, mode: str = "", align_corners: Flag = None
) -> Array:
    """You use the step of the rows for the columns too. Each side has its own: H / H' and W / W'."""
    height, width = _outputs(x, size, scale_factor)
    step = 1 / _pair(scale_factor)[0] if scale_factor else x.shape[2] / height
    return _resize(
        x,
        (height, width),
        (1 / step, 1 / step),
        align_corners,
        round_size=lambda _: 0,
        outputs=(height, width),
    )


def _pair(value: Any) -> Any:
    return value if isinstance(value, tuple) else (value, value)


def _swap(value: Any) -> Any:
    return value[::-1] if isinstance(value, tuple) else value


def _outputs(x: Array, size: Size, factor: Factor, round_size: Callable[[float], int] = math.floor) -> Any:
    if size is not None:
        return _pair(size)
    return tuple(round_size(side * f) for side, f in zip(x.shape[2:], _pair(factor), strict=True))


def _hat(p: Array, side: int, clip: bool = True) -> Array:
    """Return the weights of linear interpolation, (outputs, side)."""
    return np.maximum(0, 1 - abs((np.clip(p, 0, side - 1) if clip else p)[:, None] - np.arange(side)))


def _resize(
    x: Array,
    size: Size,
    factor: Factor,
    align_corners: Flag,
    across: Callable[[Array, float, int], Array] = lambda p, s, side: _hat(p, side),
    down: Callable[[Array, float, int], Array] | None = None,
    half_pixel: Callable[[Array, float], Array] = lambda o, s: (o + 0.5) * s - 0.5,
    corners: Callable[[Array, int], Array] = lambda o, side: o * ((side - 1) / max(len(o) - 1, 1)),
    round_size: Callable[[float], int] = math.floor,
    outputs: tuple[int, int] | None = None,
) -> Array:
    matrices = []
    sides = zip(
        x.shape[2:],
        outputs or _outputs(x, size, factor, round_size),
        _pair(factor),
        (down, across),
        strict=True,
    )
    for side, count, f, matrix in sides:
        o, s = np.arange(count), 1 / f if f else side / count
        p = corners(o, side) if align_corners else half_pixel(o, s)
        matrices.append((matrix or across)(p, s, side))
    y: Array = np.einsum("hi,ncij,wj->nchw", matrices[0], x, matrices[1])
    return y
