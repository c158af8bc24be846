"""Calls on which both forms of `kernels/resample.py` must agree."""

import numpy as np

from scratchcv.layers import interpolate, interpolate_backward
from scratchcv.layers.resample import resample, resample_backward
from scratchcv.layers.taps import linear_taps


def tables(rois, shape, size):
    """Return rows, columns and images of regions, whose samples are half a pixel apart."""
    rows, columns = (
        linear_taps(rois[:, 2 - axis, None] / 2 + np.arange(size[axis]) / 2, shape[2 + axis], border="zero")
        for axis in (0, 1)
    )
    return rows, columns, rois[:, 0].astype(int)


def resized(x, rois, size, mode):
    """Resample whole images, or regions of them."""
    if rois is None:
        return interpolate(x, size, mode=mode)
    return resample(x, *tables(rois, x.shape, size))


def resized_backward(dy, x, rois, size, mode):
    if rois is None:
        return interpolate_backward(dy, x.shape[2:], size, mode=mode)
    rows, columns, images = tables(rois, x.shape, size)
    return resample_backward(dy, rows, columns, x.shape, images)


def copy_pixels_calls(dtype):
    rng = np.random.default_rng(0)
    for shape, size, mode in [
        ((2, 3, 5, 4), (9, 7), "nearest"),
        ((1, 2, 5, 4), (3, 2), "nearest-exact"),
        ((0, 3, 4, 4), (2, 2), "nearest"),
        ((3, 11, 16, 17), (40, 33), "nearest"),  # large enough for two threads
    ]:
        x = rng.standard_normal(shape).astype(dtype)
        yield x, None, size, mode
        x[rng.random(shape) < 0.1] = np.nan
        yield x, None, size, mode


def resample_calls(dtype):
    rng = np.random.default_rng(0)
    for shape, size, mode in [
        ((2, 1, 3, 4), (6, 8), "bilinear"),
        ((1, 2, 9, 8), (2, 3), "bicubic"),
        ((1, 1, 1, 1), (5, 5), "bicubic"),
        ((0, 3, 4, 4), (2, 2), "bilinear"),
        ((3, 11, 16, 17), (40, 33), "bicubic"),  # large enough for two threads
    ]:
        yield rng.standard_normal(shape).astype(dtype), None, size, mode
    for shape, regions, size in [
        ((2, 3, 7, 5), 6, (3, 2)),
        ((1, 2, 4, 4), 0, (2, 2)),
        ((0, 2, 4, 4), 0, (2, 2)),
        ((3, 8, 20, 21), 40, (7, 7)),  # large enough for two threads
    ]:
        corner = rng.uniform(-10, 2 * shape[2], (regions, 2))
        extent = rng.uniform(-1, 20, (regions, 2))
        images = rng.integers(0, max(shape[0], 1), (regions, 1))
        rois = np.concatenate([images, corner, corner + extent], axis=1).astype(dtype)
        yield rng.standard_normal(shape).astype(dtype), rois, size, None


def resample_backward_calls(dtype):
    calls = [*resample_calls(dtype), *copy_pixels_calls(dtype)]
    for x, rois, size, mode in calls:
        dy = np.random.default_rng(1).standard_normal(resized(x, rois, size, mode).shape).astype(dtype)
        yield dy, x, rois, size, mode


CASES = {
    "copy_pixels": (resized, copy_pixels_calls),
    "resample": (resized, resample_calls),
    "resample_backward": (resized_backward, resample_backward_calls),
}
