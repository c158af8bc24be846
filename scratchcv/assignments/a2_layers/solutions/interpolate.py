"""Right bilinear interpolations; the other modes, which are not graded, are left out."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Flag = bool | None
Factor = float | tuple[float, float] | None
Size = int | tuple[int, int] | None


def loops(
    x: Array, size: Size = None, scale_factor: Factor = None, mode: str = "", align_corners: Flag = None
) -> Array:
    """A loop over the outputs, each a mixture of four pixels."""
    rows, columns = _positions(x, size, scale_factor, align_corners)
    (H, W) = x.shape[2:]
    y = np.empty((*x.shape[:2], len(rows), len(columns)), x.dtype)
    for h, w in np.ndindex(*y.shape[2:]):
        top, left = math.floor(rows[h]), math.floor(columns[w])
        f, g = rows[h] - top, columns[w] - left
        above, below = min(max(top, 0), H - 1), min(max(top + 1, 0), H - 1)
        before, after = min(max(left, 0), W - 1), min(max(left + 1, 0), W - 1)
        upper = x[:, :, above, before] * (1 - g) + x[:, :, above, after] * g
        lower = x[:, :, below, before] * (1 - g) + x[:, :, below, after] * g
        y[:, :, h, w] = upper * (1 - f) + lower * f
    return y


def hats(
    x: Array, size: Size = None, scale_factor: Factor = None, mode: str = "", align_corners: Flag = None
) -> Array:
    """The lecture's formula: max(0, 1 − |p − i|) as matrices, positions clipped to the image."""
    rows, columns = _positions(x, size, scale_factor, align_corners)
    H, W = x.shape[2:]
    down = np.maximum(0, 1 - abs(rows.clip(0, H - 1)[:, None] - np.arange(H)))
    across = np.maximum(0, 1 - abs(columns.clip(0, W - 1)[:, None] - np.arange(W)))
    y: Array = down @ x @ across.T
    return y


def repeated_border(
    x: Array, size: Size = None, scale_factor: Factor = None, mode: str = "", align_corners: Flag = None
) -> Array:
    """The image padded by its own border, first columns, then rows; the result is not contiguous."""
    rows, columns = _positions(x, size, scale_factor, align_corners)
    padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)), mode="edge") if x.size else np.pad(x, 1)[1:1]
    for axis, p in ((3, columns.clip(-1, x.shape[3])), (2, rows.clip(-1, x.shape[2]))):
        first = np.minimum(np.floor(p).astype(int) + 1, padded.shape[axis] - 2)
        part = (p + 1 - first).reshape(-1, *[1] * (3 - axis))
        padded = padded.take(first, axis) * (1 - part) + padded.take(first + 1, axis) * part
    return padded if x.size else np.zeros((*x.shape[:2], len(rows), len(columns)), x.dtype)


def numpys_own(
    x: Array, size: Size = None, scale_factor: Factor = None, mode: str = "", align_corners: Flag = None
) -> Array:
    """np.interp along rows and then along columns: it repeats the ends by itself."""
    rows, columns = _positions(x, size, scale_factor, align_corners)
    (N, C, H, W), (height, width) = x.shape, (len(rows), len(columns))
    y = np.empty((N, C, height, width))
    for n, c in np.ndindex(N, C):
        wide = np.array([np.interp(columns, np.arange(W), line) for line in x[n, c]])
        y[n, c] = np.array([np.interp(rows, np.arange(H), line) for line in wide.T]).T
    return y


def from_the_pixels(
    x: Array, size: Size = None, scale_factor: Factor = None, mode: str = "", align_corners: Flag = None
) -> Array:
    """Each pixel is spread over the outputs that it reaches, instead of gathered by them."""
    rows, columns = _positions(x, size, scale_factor, align_corners)
    H, W = x.shape[2:]
    y = np.zeros((*x.shape[:2], len(rows), len(columns)))
    for i, j in np.ndindex(H, W):
        down = np.maximum(0, 1 - abs(rows.clip(0, H - 1) - i))
        across = np.maximum(0, 1 - abs(columns.clip(0, W - 1) - j))
        y += x[:, :, i, j, None, None] * np.outer(down, across)
    return y


def single_precision(
    x: Array, size: Size = None, scale_factor: Factor = None, mode: str = "", align_corners: Flag = None
) -> Array:
    """Positions, weights and answers in float32, whatever came."""
    y, positions = x.astype(np.float32), _positions(x, size, scale_factor, align_corners)
    for axis, exact in zip((2, 3), positions, strict=True):
        p = exact.astype(np.float32).clip(0, x.shape[axis] - 1)
        first = np.floor(p).astype(int)
        part = (p - first).astype(np.float32).reshape(-1, *[1] * (3 - axis))
        after = np.minimum(first + 1, x.shape[axis] - 1)
        y = y.take(first, axis) + part * (y.take(after, axis) - y.take(first, axis))
    return y


def _positions(x: Array, size: Size, factor: Factor, align_corners: Flag) -> tuple[Array, Array]:
    """Return where the outputs lie among the rows, and among the columns."""
    factors = factor if isinstance(factor, tuple) else (factor, factor)
    sizes = size if isinstance(size, tuple) else (size, size)
    found = []
    for side, f, given in zip(x.shape[2:], factors, sizes, strict=True):
        count = given if given is not None else int(side * (f or 1))
        o = np.arange(count)
        if align_corners:
            found.append(o * (side - 1) / (count - 1) if count > 1 else o * 0.0)
        else:
            step = 1 / f if f else side / count
            found.append(o * step + (step - 1) / 2)
    return found[0], found[1]
