"""The gradients of a convolution, from the same flat copies and tables as the convolution itself.

`_flat_copy.py` describes them. The input's gradient collects: every pixel sums over the outputs that it
served. The weight's gradient keeps 24 sums in registers: more spill to memory, fewer starve.
"""

import math

import numpy as np
from numba import njit, uint64

from scratchcv.checks import Array
from scratchcv.kernels._flat_copy import _TAPS, _VECTOR, _lay_out, _round_up, _table, _whole_vectors
from scratchcv.kernels.conv2d import _FAST, _SMALL, _weighted_sums
from scratchcv.kernels.parallel import parallel_for

_ROWS = 4  # rows of dy at a time
_SPAN = 1024  # pixels at a time

_Pair = tuple[int, int]


def conv2d_input_gradient(
    dy: Array, weight: Array, image_size: _Pair, stride: _Pair, padding: _Pair, dilation: _Pair, groups: int
) -> Array:
    """Return dx; the twin of `scratchcv.layers.conv2d_gradients.conv2d_input_gradient_numpy`.

    Pixels a stride apart are served through the same taps. So for each phase of the stride, dx is a
    convolution of dy with those taps, turned by half a circle: s·s small ones instead of one large one over
    dy spread out with zeros.
    """
    N, (O, C, kh, kw) = len(dy), weight.shape
    C *= groups
    if 0 in (N, O, C):
        return np.zeros((N, C, *image_size), dy.dtype)
    phases = [_phases(*side) for side in zip(image_size, (kh, kw), stride, padding, dilation, strict=True)]
    ends = [[end for _, rows in side if rows.size for end in (rows[0], rows[-1])] for side in phases]
    border = max(0, -min(ends[0], default=0)), max(0, -min(ends[1], default=0))
    reach = border[0] + max(0, max(ends[0], default=0)), border[1] + max(0, max(ends[1], default=0))
    outputs = -(-image_size[0] // stride[0]), -(-image_size[1] // stride[1])
    copy = _lay_out(dy, (1, 1), border, outputs, reach)
    # Now dx's channels are the outputs, and dy's are the inputs: (groups, C / groups, O / groups, kh, kw).
    filters = weight.reshape(groups, O // groups, C // groups, kh, kw).swapaxes(1, 2)
    bias = np.zeros(C, dy.dtype)
    dx = np.empty((N, C, *image_size), dy.dtype)
    for a, (i, rows) in enumerate(phases[0]):
        for b, (j, columns) in enumerate(phases[1]):
            part = dx[:, :, a :: stride[0], b :: stride[1]]
            # Turned by half a circle: read forwards, not backwards.
            taps = _table(copy, O // groups, rows[::-1] + border[0], columns[::-1] + border[1])
            turned = filters[..., i, j][..., ::-1, ::-1]
            sums = _weighted_sums(copy, taps, turned, bias, part.shape[2:], groups)
            if stride == (1, 1):
                return sums
            part[...] = sums
    return dx


def _phases(size: int, kernel: int, stride: int, padding: int, dilation: int) -> list[tuple[slice, Array]]:
    """Return, for each phase a of a stride, its taps i, and where they lead from row m of dx's phase in dy.

    Tap i carries row h of dy to row s·h + d·i - p of dx, which is row m of phase a, s·m + a, if
    h = m + (a + p - d·i) / s. That must be a whole number: so it is for every s / gcd(s, d)-th tap or none.
    Phases beyond the image's size have no pixel.
    """
    step = stride // math.gcd(stride, dilation)
    phases = []
    for a in range(min(stride, size)):
        steps = range(min(step, kernel))
        first = next((i for i in steps if (a + padding - dilation * i) % stride == 0), kernel)
        i = np.arange(first, kernel, step)
        phases.append((slice(first, None, step), (a + padding - dilation * i) // stride))
    return phases


def conv2d_weight_gradient(
    dy: Array, x: Array, kernel_size: _Pair, stride: _Pair, padding: _Pair, dilation: _Pair, groups: int
) -> Array:
    """Return dweight; the twin of `scratchcv.layers.conv2d_gradients.conv2d_weight_gradient_numpy`.

    dy is laid out like the copy of x, with zeros where no output is, and multiplied with the copy at every
    tap. So a NaN or an infinity in x may reach more of dweight than by the formula; the caller sees to that.
    """
    (N, O, height, width), (C, (kh, kw)) = dy.shape, (x.shape[1] // groups, kernel_size)
    if 0 in (N, O, C):
        return np.zeros((O, C, kh, kw), x.dtype)
    reach = dilation[0] * (kh - 1), dilation[1] * (kw - 1)
    copy = _lay_out(x, stride, padding, (height, width), reach)
    taps = _table(copy, C, dilation[0] * np.arange(kh), dilation[1] * np.arange(kw))
    tall, wide = copy.share
    length = N * tall * wide
    spare = _round_up(O // groups, _ROWS) - O // groups  # what a group's last rows have for partners
    rows = np.zeros((O + spare, _round_up(length, _VECTOR)), dy.dtype)
    rows[:O, :length].reshape(O, N, tall, wide)[:, :, :height, :width] = dy.transpose(1, 0, 2, 3)
    products = np.zeros((groups, O // groups + spare, len(taps)), dy.dtype)
    sizes = np.array([O // groups, length, C * copy.channel])
    tasks = groups * len(taps) // _TAPS
    small = dy.size * math.prod((C, kh, kw)) < _SMALL
    parallel_for(_correlate, tasks, copy.pixels, taps, rows, sizes, products, serial=small)
    return np.ascontiguousarray(products[:, : O // groups, : C * kh * kw]).reshape(O, C, kh, kw)


@njit(cache=True, nogil=True, fastmath=_FAST)
def _correlate(start, stop, copy, taps, rows, sizes, products):  # type: ignore[no-untyped-def]
    """Add sum_q rows[o, q] * copy[q + taps[k]] to products[group, o, k]; a task is six taps of a group."""
    O, length, shift = sizes
    parts = taps.shape[0] // _TAPS
    for q in range(0, length, _SPAN):
        count = uint64(_whole_vectors(min(_SPAN, length - q)))
        for task in range(start, stop):
            group, k = task // parts, task % parts * _TAPS
            for o in range(0, O, _ROWS):
                at = uint64(q + group * shift)
                _add_dots(
                    products[group, o:, k:], rows[group * O + o :], uint64(q), copy, at, taps[k:], count
                )


@njit(cache=True, nogil=True, fastmath=_FAST)
def _add_dots(products, rows, q, x, at, taps, count):  # type: ignore[no-untyped-def]
    """Add the inner products of four rows, from q on, with x at six taps to products (4, 6)."""
    t0, t1, t2 = taps[0] + at, taps[1] + at, taps[2] + at
    t3, t4, t5 = taps[3] + at, taps[4] + at, taps[5] + at
    ra, rb, rc, rd = rows[0], rows[1], rows[2], rows[3]
    zero = x.dtype.type(0)
    a0 = a1 = a2 = a3 = a4 = a5 = zero
    b0 = b1 = b2 = b3 = b4 = b5 = zero
    c0 = c1 = c2 = c3 = c4 = c5 = zero
    d0 = d1 = d2 = d3 = d4 = d5 = zero
    for v in range(count):
        a, b, c, d = ra[q + v], rb[q + v], rc[q + v], rd[q + v]
        x0, x1, x2, x3, x4, x5 = x[t0 + v], x[t1 + v], x[t2 + v], x[t3 + v], x[t4 + v], x[t5 + v]
        a0, a1, a2, a3, a4, a5 = a0 + a * x0, a1 + a * x1, a2 + a * x2, a3 + a * x3, a4 + a * x4, a5 + a * x5
        b0, b1, b2, b3, b4, b5 = b0 + b * x0, b1 + b * x1, b2 + b * x2, b3 + b * x3, b4 + b * x4, b5 + b * x5
        c0, c1, c2, c3, c4, c5 = c0 + c * x0, c1 + c * x1, c2 + c * x2, c3 + c * x3, c4 + c * x4, c5 + c * x5
        d0, d1, d2, d3, d4, d5 = d0 + d * x0, d1 + d * x1, d2 + d * x2, d3 + d * x3, d4 + d * x4, d5 + d * x5
    for k, (a, b, c, d) in enumerate(
        (
            (a0, b0, c0, d0),
            (a1, b1, c1, d1),
            (a2, b2, c2, d2),
            (a3, b3, c3, d3),
            (a4, b4, c4, d4),
            (a5, b5, c5, d5),
        )
    ):
        products[0, k] += a
        products[1, k] += b
        products[2, k] += c
        products[3, k] += d
