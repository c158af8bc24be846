"""Right RoI poolings."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Both = tuple[Array, Array]
Size = int | tuple[int, int]


def loops(x: Array, rois: Array, output_size: Size, spatial_scale: float = 1.0) -> Both:
    """A loop over regions, bins and pixels, in floating numbers; of equals the last one is reported."""
    (H, W), (height, width) = x.shape[2:], _pair(output_size)
    y, indices = np.zeros((len(rois), x.shape[1], height, width)), None
    indices = -np.ones(y.shape, dtype=int)
    for k, (image, *box) in enumerate(rois):
        left, top, right, bottom = (_round(spatial_scale * corner) for corner in box)
        b, a = max(bottom - top + 1, 1) / height, max(right - left + 1, 1) / width
        for c, h, w in np.ndindex(*y.shape[1:]):
            best = -math.inf
            for row in range(top + math.floor(h * b), top + math.ceil((h + 1) * b)):
                for column in range(left + math.floor(w * a), left + math.ceil((w + 1) * a)):
                    if 0 <= row < H and 0 <= column < W and x[int(image), c, row, column] >= best:
                        best = x[int(image), c, row, column]
                        y[k, c, h, w], indices[k, c, h, w] = best, row * W + column
    return y, indices


def patches(x: Array, rois: Array, output_size: Size, spatial_scale: float = 1.0) -> Both:
    """A slice for each bin, all channels at once; bounds in whole numbers."""
    (_, C, H, W), (height, width) = x.shape, _pair(output_size)
    y = np.zeros((len(rois), C, height, width), x.dtype)
    indices = np.full(y.shape, -1)
    for k, region in enumerate(rois):
        left, top, right, bottom = (_round(corner) for corner in region[1:] * spatial_scale)
        for h, w in np.ndindex(height, width):
            first, last = _bin(h, height, top, bottom, H)
            before, after = _bin(w, width, left, right, W)
            if first < last and before < after:
                patch = x[int(region[0]), :, first:last, before:after].reshape(C, -1)
                row, column = np.divmod(patch.argmax(axis=1), after - before)
                y[k, :, h, w] = patch.max(axis=1)
                indices[k, :, h, w] = (first + row) * W + before + column
    return y, indices


def masked_maps(x: Array, rois: Array, output_size: Size, spatial_scale: float = 1.0) -> Both:
    """The whole map under a mask for each bin, −∞ elsewhere."""
    (_, C, H, W), (height, width) = x.shape, _pair(output_size)
    y, indices = np.zeros((len(rois), C, height, width)), np.full((len(rois), C, height, width), -1)
    for k, region in enumerate(rois):
        left, top, right, bottom = (_round(corner) for corner in region[1:] * spatial_scale)
        for h, w in np.ndindex(height, width):
            first, last = _bin(h, height, top, bottom, H)
            before, after = _bin(w, width, left, right, W)
            row, column = np.arange(H)[:, None], np.arange(W)
            inside = (row >= first) & (row < last) & (column >= before) & (column < after)
            if inside.any():
                seen = np.where(inside, x[int(region[0])], -np.inf).reshape(C, H * W)
                y[k, :, h, w], indices[k, :, h, w] = seen.max(axis=1), seen.argmax(axis=1)
    return y, indices


def padded_with_infinity(x: Array, rois: Array, output_size: Size, spatial_scale: float = 1.0) -> Both:
    """A map with so wide a border of −∞ that no bin leaves it, and a map of numbers with −1 around."""
    (_, C, H, W), (height, width) = x.shape, _pair(output_size)
    corners = np.array([[_round(corner) for corner in region[1:] * spatial_scale] for region in rois], int)
    border = int(abs(corners).max(initial=0)) + 1
    around = (border, border), (border, border)
    wide = np.pad(x, ((0, 0), (0, 0), *around), constant_values=x.dtype.type(-np.inf))
    numbers = np.pad(np.arange(H * W).reshape(H, W), around, constant_values=-1)
    y = np.zeros((C, height, width, len(rois)), x.dtype)
    indices = np.zeros(y.shape, int)
    for k, (left, top, right, bottom) in enumerate(corners.reshape(-1, 4) + border):
        for h, w in np.ndindex(height, width):
            rows = slice(*_bin(h, height, top, bottom, 1 << 30))
            columns = slice(*_bin(w, width, left, right, 1 << 30))
            patch = wide[int(rois[k, 0]), :, rows, columns]
            patch = patch.reshape(C, patch.shape[1] * patch.shape[2])
            best = patch.max(axis=1)
            y[:, h, w, k] = np.where(np.isfinite(best), best, 0)
            place = numbers[rows, columns].ravel()[patch.argmax(axis=1)]
            indices[:, h, w, k] = np.where(np.isfinite(best), place, -1)
    return y.transpose(3, 0, 1, 2), indices.transpose(3, 0, 1, 2)


def sorted_pixels(x: Array, rois: Array, output_size: Size, spatial_scale: float = 1.0) -> Both:
    """A list of (value, index) for each bin, and Python's own max."""
    (_, C, H, W), (height, width) = x.shape, _pair(output_size)
    found = []
    for region in rois.tolist():
        left, top, right, bottom = (_round(spatial_scale * corner) for corner in region[1:])
        for c, h, w in np.ndindex(C, height, width):
            rows = range(*_bin(h, height, top, bottom, H))
            columns = range(*_bin(w, width, left, right, W))
            pixels = ((float(x[int(region[0]), c, r, q]), r * W + q) for r in rows for q in columns)
            found.append(max(pixels, default=(0.0, -1)))
    shape = len(rois), C, height, width
    y, indices = (np.array([pair[part] for pair in found]).reshape(shape) for part in (0, 1))
    return y, indices.astype(int)


def single_precision(x: Array, rois: Array, output_size: Size, spatial_scale: float = 1.0) -> Both:
    """Everything in float32, whatever came."""
    return patches(x.astype(np.float32), rois.astype(np.float32), output_size, spatial_scale)


def _pair(value: Size) -> tuple[int, int]:
    return value if isinstance(value, tuple) else (value, value)


def _round(value: float) -> int:
    """Round to the nearest whole number, halves away from zero."""
    return math.floor(value + 0.5) if value >= 0 else -math.floor(0.5 - value)


def _bin(number: int, count: int, first: int, last: int, side: int) -> tuple[int, int]:
    """Return where a bin begins and ends, within the map."""
    size = max(last - first + 1, 1)
    begin, end = first + number * size // count, first - (-(number + 1) * size) // count
    return min(max(int(begin), 0), side), min(max(int(end), 0), side)
