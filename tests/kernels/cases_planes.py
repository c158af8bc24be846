"""Calls on which both forms of `kernels/planes.py` must agree."""

import numpy as np

from scratchcv.layers.planes import gather_planes, scatter_planes


def gather_planes_calls(dtype):
    rng = np.random.default_rng(0)
    for shape, size in [
        ((2, 3, 4, 5), (2, 2)),
        ((1, 1, 1, 1), (3, 4)),
        ((0, 3, 4, 4), (2, 2)),
        ((2, 3, 4, 4), (0, 2)),
        ((5, 17, 33, 31), (30, 30)),  # large enough for two threads
    ]:
        x = rng.standard_normal(shape).astype(dtype)
        yield x, rng.integers(0, shape[2] * shape[3], (*shape[:2], *size))


def scatter_planes_calls(dtype):
    rng = np.random.default_rng(1)
    for x, indices in gather_planes_calls(dtype):
        values = rng.integers(-9, 10, indices.shape).astype(dtype)
        yield values, indices, x.shape
        yield values, indices, x.shape, {"overwrite": True}
    for K, shape in [(7, (2, 3, 3, 4)), (0, (2, 3, 3, 4)), (0, (0, 3, 3, 4)), (40, (2, 65, 20, 30))]:
        indices = rng.integers(-1, shape[2] * shape[3], (K, shape[1], 3, 2))
        values, images = rng.integers(-9, 10, indices.shape).astype(dtype), rng.integers(0, 2, K)
        yield values, indices, shape, images
        yield values, indices, shape, images, {"overwrite": True}


CASES = {
    "gather_planes": (gather_planes, gather_planes_calls),
    "scatter_planes": (scatter_planes, scatter_planes_calls),
}
