"""The gradients of a convolution, from the same copies and tables as the convolution itself."""

import math

import numpy as np
from numba import njit, uint64

from scratchcv.checks import Array
from scratchcv.kernels._channels_last import Images, channels_last, slices_of_images, tap_table
from scratchcv.kernels._correlate import correlate
from scratchcv.kernels._depthwise import depthwise_input_gradient, depthwise_weight_gradient
from scratchcv.kernels._filters import pack_filters
from scratchcv.kernels._pointwise import pointwise, suits_pointwise
from scratchcv.kernels._tile import tile_width
from scratchcv.kernels._weighted_sums import weighted_sums
from scratchcv.kernels._winograd import winograd
from scratchcv.kernels._winograd_gradient import winograd_weight_gradient
from scratchcv.kernels._winograd_transforms import suits_winograd, tiles_of
from scratchcv.kernels.parallel import parallel_for

_Pair = tuple[int, int]
_Phase = tuple[int, Array, Array]  # which; its taps; where they lead


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
    if groups == C > 1:
        depthwise_input_gradient(dy, weight, stride, padding, dilation, dx)
        return dx
    if suits_pointwise(image_size, (kh, kw), stride, padding):
        pointwise(dy, weight, bias, groups, dx, of_input=True)
        return dx
    suits = max(padding) <= 2 and tiles_of(dx.shape) >= 64
    if suits and suits_winograd(dy, (C, O, kh, kw), dx.shape, stride, dilation):
        turned = np.arange(kh * kw)[::-1].copy()
        filters = pack_filters(weight, 1, turned, of_input=True)
        if winograd(dy, filters, bias, (2 - padding[0], 2 - padding[1]), dx):
            return dx
    _direct_input_gradient(dy, weight, stride, padding, dilation, groups, dx)
    return dx


def _direct_input_gradient(
    dy: Array, weight: Array, stride: _Pair, padding: _Pair, dilation: _Pair, groups: int, dx: Array
) -> None:
    """Fill dx as sums over patches of dy."""
    (_, C, H, W), (kh, kw) = dx.shape, weight.shape[2:]
    sides = zip((H, W), (kh, kw), stride, padding, dilation, strict=True)
    phases = [_phases(*side) for side in sides]
    ends = [[end for _, _, rows in side if rows.size for end in (rows[0], rows[-1])] for side in phases]
    before = [max(0, -min(side, default=0)) for side in ends]
    far = [
        max(side, default=0) + (size - 1) // step
        for side, size, step in zip(ends, (H, W), stride, strict=True)
    ]
    after = [max(0, last + 1 - size) for last, size in zip(far, dy.shape[2:], strict=True)]
    joins = groups == 1 and H % stride[0] == W % stride[1] == 0 and _joins(phases, C, tile_width(dy.dtype))
    for part in slices_of_images(dy):
        images = channels_last(dy[part], (before[0], before[1]), (after[0], after[1]))
        fill = _all_phases if joins else _each_phase
        fill(images, weight, phases, (before[0], before[1]), stride, groups, dx[part])


def _each_phase(
    images: Images,
    weight: Array,
    phases: list[list[_Phase]],
    before: _Pair,
    stride: _Pair,
    groups: int,
    dx: Array,
) -> None:
    """Fill dx, one phase after the other."""
    (N, C, H, W), (O, _, _, kw) = dx.shape, weight.shape
    bias, planes = np.zeros(C, dx.dtype), np.arange(C) * (H * W)
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


def _reaches(phases: list[list[_Phase]]) -> list[Array]:
    """Return the rows, and the columns, of dy that any phase reads, relative to its own."""
    ends = [np.concatenate([rows for _, _, rows in side]) for side in phases]
    return [np.arange(reach.min(), reach.max() + 1) for reach in ends]


def _joins(phases: list[list[_Phase]], C: int, width: int) -> bool:
    """Say whether all phases at once take fewer products than one after the other.

    A tile always computes as many channels as it is wide. So if a few channels, s·s times, fit into it, then
    all phases are one convolution of dy, with zeros where a phase has no tap: 3 times as fast for the
    gradient of three colours through a 7×7 filter of stride 2.
    """
    if not all(i.size for side in phases for _, i, _ in side):
        return False
    rows, columns = _reaches(phases)
    together = len(rows) * len(columns) * -(-C * len(phases[0]) * len(phases[1]) // width)
    alone = sum(i.size for _, i, _ in phases[0]) * sum(j.size for _, j, _ in phases[1]) * -(-C // width)
    return together < alone


def _all_phases(
    images: Images,
    weight: Array,
    phases: list[list[_Phase]],
    before: _Pair,
    stride: _Pair,
    groups: int,
    dx: Array,
) -> None:
    """Fill dx, of which every phase of every channel is an output of one convolution."""
    (N, C, H, W), O, (sh, sw) = dx.shape, len(weight) // groups, stride
    rows, columns = _reaches(phases)
    joined = np.zeros((sh, sw, C, O, len(rows), len(columns)), weight.dtype)
    for a, i, down in phases[0]:
        for b, j, right in phases[1]:
            for to, row in zip(down - rows[0], i, strict=True):
                joined[a, b, :, :, to, right - columns[0]] = weight[:, :, row, j].transpose(2, 1, 0)
    filters = pack_filters(joined.reshape(sh * sw * C, O, len(rows), len(columns)), 1)
    taps = tap_table(images, O, rows + before[0], columns + before[1])
    targets = np.arange(C) * (H * W) + np.arange(sh)[:, None, None] * W + np.arange(sw)[:, None]
    bias, size = np.zeros(targets.size, dx.dtype), (N, H // sh, W // sw)
    weighted_sums(images, size, (1, 1), taps, 0, filters, bias, dx, targets.reshape(-1), stride)


def _phases(size: int, kernel: int, stride: int, padding: int, dilation: int) -> list[_Phase]:
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


def conv2d_bias_gradient(dy: Array) -> Array:
    """Return dbias; the twin of `scratchcv.layers.conv2d_gradients.conv2d_bias_gradient_numpy`.

    Twice as fast as NumPy, by the second core; sums of an image are gathered in float64.
    """
    N, O, height, width = dy.shape
    dbias = np.zeros(O, dy.dtype)
    arguments = np.ascontiguousarray(dy).reshape(-1), N, O, height * width, dbias
    parallel_for(_sum_planes, O, *arguments, serial=dy.size < 2**16)
    return dbias


@njit(cache=True, nogil=True, fastmath={"reassoc"})
def _sum_planes(start, stop, dy, N, O, plane, dbias):  # type: ignore[no-untyped-def]
    for o in range(start, stop):
        total = 0.0
        for n in range(N):
            part, source = dy.dtype.type(0), uint64((n * O + o) * plane)
            for p in range(uint64(plane)):
                part += dy[source + p]
            total += part
        dbias[o] = total


def conv2d_weight_gradient(
    dy: Array, x: Array, kernel_size: _Pair, stride: _Pair, padding: _Pair, dilation: _Pair, groups: int
) -> Array:
    """Return dweight; the twin of `scratchcv.layers.conv2d_gradients.conv2d_weight_gradient_numpy`."""
    O, C = dy.shape[1], x.shape[1] // groups
    dweight = np.empty((O, C, *kernel_size), x.dtype)
    if dweight.size == 0 or dy.size == 0:
        return np.zeros_like(dweight)
    if groups == x.shape[1] > 1:
        depthwise_weight_gradient(dy, x, stride, padding, dilation, dweight)
        return dweight
    suits = min(O, C) >= 32 and suits_winograd(x, dweight.shape, dy.shape, stride, dilation)
    if suits and winograd_weight_gradient(dy, x, padding, dweight):
        return dweight
    correlate(dy, x, stride, padding, dilation, dweight)
    return dweight
