"""The loop behind `scratchcv.boxes.decode_deltas`."""

import numpy as np
from numba import njit, uint64

from scratchcv.checks import Array
from scratchcv.kernels.parallel import parallel_for

_SMALL = 20_000  # boxes below which one thread does it


def decode_deltas(deltas: Array, anchors: Array, factors: Array, limit: float) -> Array:
    """Return the boxes; the twin of `scratchcv.boxes.decode_deltas.decode_deltas_numpy`."""
    boxes = np.empty_like(deltas)
    small = len(boxes) < _SMALL
    parallel_for(_decode, len(boxes), deltas, anchors, factors, deltas.dtype.type(limit), boxes, serial=small)
    return boxes


@njit(cache=True, nogil=True, error_model="numpy")
def _decode(start, stop, deltas, anchors, factors, limit, boxes):  # type: ignore[no-untyped-def]
    """Decode box by box, with the formula's operations in its order, 10 times faster for 270 000 boxes."""
    half = deltas.dtype.type(0.5)
    for i in range(uint64(start), uint64(stop)):
        for axis in range(2):
            low = anchors[i, axis]
            size = anchors[i, axis + 2] - low
            center = deltas[i, axis] / factors[axis] * size + (low + half * size)
            log_scale = deltas[i, axis + 2] / factors[axis + 2]
            if log_scale > limit:  # this way round NaN stays NaN
                log_scale = limit
            half_size = half * (np.exp(log_scale) * size)
            boxes[i, axis], boxes[i, axis + 2] = center - half_size, center + half_size
