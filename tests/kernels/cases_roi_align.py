"""Calls on which both forms of `kernels/roi_align.py` must agree."""

import numpy as np

from scratchcv.layers import roi_align, roi_align_backward


def roi_align_calls(dtype):
    rng = np.random.default_rng(0)
    for shape, regions, size in [
        ((2, 3, 7, 5), 6, (3, 2)),
        ((1, 2, 4, 4), 0, (2, 2)),
        ((0, 2, 4, 4), 0, (2, 2)),
        ((2, 1, 60, 50), 2, (2, 2)),  # so few outputs that no map is turned
        (
            (3, 67, 20, 21),
            40,
            (7, 7),
        ),  # two threads; a slice of channels is not full
    ]:
        x = rng.standard_normal(shape).astype(dtype)
        corner = rng.uniform(-10, 2 * shape[2], (regions, 2))
        extent = rng.uniform(-1, 20, (regions, 2))
        images = rng.integers(0, max(shape[0], 1), (regions, 1))
        rois = np.concatenate([images, corner, corner + extent], axis=1).astype(dtype)
        yield x, rois, size, 0.5, 2
        yield x, rois, size, 0.5, -1, True


def roi_align_backward_calls(dtype):
    rng = np.random.default_rng(1)
    for x, rois, size, *settings in roi_align_calls(dtype):
        dy = rng.standard_normal((len(rois), x.shape[1], *size)).astype(dtype)
        yield dy, rois, x.shape, size, *settings


CASES = {
    "roi_align": (roi_align, roi_align_calls),
    "roi_align_backward": (roi_align_backward, roi_align_backward_calls),
}
