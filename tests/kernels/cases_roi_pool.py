"""Calls on which both forms of `kernels/roi_pool.py` must agree."""

import numpy as np

from scratchcv.layers import roi_pool, roi_pool_backward


def roi_pool_calls(dtype):
    rng = np.random.default_rng(0)
    for shape, regions, size in [
        ((2, 3, 7, 5), 6, (3, 2)),
        ((1, 2, 4, 4), 0, (2, 2)),
        ((0, 2, 4, 4), 0, (2, 2)),
        ((2, 1, 60, 50), 2, (2, 2)),  # so few outputs that the maps are not turned
        ((3, 37, 20, 21), 40, (7, 7)),  # large enough for two threads
    ]:
        x = rng.integers(-3, 4, shape).astype(dtype)  # whole numbers tie
        corner = rng.uniform(-10, 2 * shape[2], (regions, 2))
        extent = rng.uniform(-1, 20, (regions, 2))
        images = rng.integers(0, max(shape[0], 1), (regions, 1))
        rois = np.concatenate([images, corner, corner + extent], axis=1).astype(dtype)
        yield x, rois, size, 0.5
        holes = x.copy()
        holes[rng.random(shape) < 0.2] = -np.inf
        holes[rng.random(shape) < 0.05] = np.nan
        yield holes, rois, size, 0.5


def roi_pool_backward_calls(dtype):
    rng = np.random.default_rng(1)
    for x, rois, size, scale in roi_pool_calls(dtype):
        _, indices = roi_pool(x, rois, size, scale)
        yield rng.integers(-9, 10, indices.shape).astype(dtype), indices, rois, x.shape


CASES = {
    "roi_pool": (roi_pool, roi_pool_calls),
    "roi_pool_backward": (roi_pool_backward, roi_pool_backward_calls),
}
