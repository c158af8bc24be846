"""The gradients of a convolution, from the same copies and tables as the convolution itself."""

import math

import numpy as np

from scratchcv.checks import Array
from scratchcv.kernels._channels_last import channels_last, tap_table
from scratchcv.kernels._correlate import correlate
from scratchcv.kernels._filters import pack_filters
from scratchcv.kernels._pointwise import pointwise, suits_pointwise
from scratchcv.kernels._weighted_sums import weighted_sums
from scratchcv.kernels._winograd import winograd
from scratchcv.kernels._winograd_gradient import winograd_weight_gradient
from scratchcv.kernels._winograd_transforms import suits_winograd

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
    dx = np.empty((N, C, *image_size), dy.dtype)
    if dx.size == 0 or O == 0:
        return np.zeros_like(dx)
    bias = np.zeros(C, dy.dtype)
    if suits_pointwise(image_size, (kh, kw), stride, padding):
        return pointwise(dy, weight.reshape(O, -1), bias, groups, of_input=True)
    turned = np.arange(kh * kw)[::-1].copy()
    if max(padding) <= 2 and suits_winograd(dy, (C, *weight.shape[:1], kh, kw), dx.shape, stride, dilation):
        filters = pack_filters(weight, 1, turned, of_input=True)
        if winograd(dy, filters, bias, (2 - padding[0], 2 - padding[1]), dx):
            return dx
    _direct_input_gradient(dy, weight, stride, padding, dilation, groups, dx)
    return dx


def _direct_input_gradient(
    dy: Array, weight: Array, stride: _Pair, padding: _Pair, dilation: _Pair, groups: int, dx: Array
) -> None:
    """Fill dx as sums over patches of dy."""
    (N, C, H, W), (O, _, kh, kw) = dx.shape, weight.shape
    sides = zip((H, W), (kh, kw), stride, padding, dilation, strict=True)
    phases = [_phases(*side) for side in sides]
    ends = [[end for _, _, rows in side if rows.size for end in (rows[0], rows[-1])] for side in phases]
    before = [max(0, -min(side, default=0)) for side in ends]
    far = [max(side, default=0) + (size - 1) // step for side, size, step in zip(ends, (H, W), stride, strict=True)]
    after = [max(0, last + 1 - size) for last, size in zip(far, dy.shape[2:], strict=True)]
    images = channels_last(dy, (before[0], before[1]), (after[0], after[1]))
    bias = np.zeros(C, dy.dtype)
    planes = np.arange(C) * (H * W)
    for a, i, rows in phases[0]:
        for b, j, columns in phases[1]:
            if not i.size * j.size:
                dx[:, :, a :: stride[0], b :: stride[1]] = 0
                continue
            size = N, -(-(H - a) // stride[0]), -(-(W - b) // stride[1])
            taps = tap_table(images, O // groups, rows[::-1] + before[0], columns[::-1] + before[1])
            chosen = (i[::-1, None] * kw + j[::-1]).reshape(-1)
            filters = pack_filters(weight, groups, chosen, of_input=True)
            targets = planes + a * W + b
            weighted_sums(images, size, (1, 1), taps, O // groups, filters, bias, dx, targets, stride)


def _phases(size: int, kernel: int, stride: int, padding: int, dilation: int) -> list[tuple[int, Array, Array]]:
    """Return each phase a of a stride, its taps i, and where they lead from row m of dx's phase in dy.

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
        phases.append((a, i, (a + padding - dilation * i) // stride))
    return phases


def conv2d_weight_gradient(
    dy: Array, x: Array, kernel_size: _Pair, stride: _Pair, padding: _Pair, dilation: _Pair, groups: int
) -> Array:
    """Return dweight; the twin of `scratchcv.layers.conv2d_gradients.conv2d_weight_gradient_numpy`."""
    O, C = dy.shape[1], x.shape[1] // groups
    dweight = np.empty((O, C, *kernel_size), x.dtype)
    if dweight.size == 0 or dy.size == 0:
        return np.zeros_like(dweight)
    suits = min(O, C) >= 32 and suits_winograd(x, dweight.shape, dy.shape, stride, dilation)
    if suits and winograd_weight_gradient(dy, x, padding, dweight):
        return dweight
    correlate(dy, x, stride, padding, dilation, dweight)
    return dweight
