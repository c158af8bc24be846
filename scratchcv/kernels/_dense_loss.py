"""What the losses of single elements share: blocks, weights, sums, threads.

A kernel leaves the losses of a block in a tile that stays in the innermost cache, and their derivatives in
the gradient. `finish_block` does the rest while both are there: weights, the mean's divisor, the sum. So the
losses themselves never go to memory, unless they are asked for. Each block has its own sum, and those are
added in order: the result does not depend on the number of threads.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numba import njit, uint64

from scratchcv.checks import Array
from scratchcv.kernels.parallel import parallel_for

BLOCK = 2048  # elements: their losses, gradient and arguments together fill the innermost cache
_SMALL = 32768  # elements below which one thread does it


def dense_loss(
    kernel: Callable[..., None],
    arguments: tuple[Any, ...],
    weights: Array | None,
    reduction: str,
    total: float,
) -> tuple[Any, Array]:
    """Return what `scratchcv.losses.reduction.reduce` would, of weighted losses and their gradient.

    The first argument of the kernel is like the losses; all arrays among the arguments are contiguous.
    """
    like = arguments[0]
    flat = [value.reshape(-1) if isinstance(value, np.ndarray) else value for value in arguments]
    weights = np.empty(0, like.dtype) if weights is None else weights.reshape(-1)
    blocks = -(-like.size // BLOCK)
    losses = np.empty(like.shape if reduction == "none" else 0, like.dtype)
    sums, gradient = np.empty(blocks), np.empty_like(like)
    divisor = like.dtype.type(total or 1) if reduction == "mean" else like.dtype.type(1)
    results = weights, divisor, losses.reshape(-1), sums, gradient.reshape(-1)
    parallel_for(kernel, blocks, *flat, *results, serial=like.size < _SMALL)
    if reduction == "none":
        return losses, gradient
    loss = float(sums.sum())
    return (loss / (total or 1) if reduction == "mean" else loss), gradient


# Sums may be reordered to fill vector registers; the order is the same for every number of threads.
@njit(cache=True, nogil=True, error_model="numpy", fastmath={"reassoc"})
def finish_block(block, tile, count, weights, divisor, losses, sums, gradient):  # type: ignore[no-untyped-def]
    """Weigh a block's losses and gradient, divide the gradient, and keep the losses or their sum."""
    first = uint64(block * BLOCK)
    if weights.size:
        for i in range(count):
            tile[i] *= weights[first + i]
            gradient[first + i] *= weights[first + i]
    if divisor != 1:
        for i in range(count):
            gradient[first + i] /= divisor
    if losses.size:
        for i in range(count):
            losses[first + i] = tile[i]
    else:
        total = 0.0
        for i in range(count):
            total += tile[i]
        sums[block] = total
