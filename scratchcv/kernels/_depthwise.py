"""Depthwise convolution: every channel has filters of its own, so nothing can be shared between channels.

There is no matrix product in it, and it is bound by memory, not by arithmetic. Each plane is copied behind
its border, which fits the first-level cache, and all taps of a 3×3 filter are added up in one sweep over it:
with stride 1 the whole plane is one long row, of which what lies between lines is thrown away.
"""

import numpy as np
from numba import njit, uint64

from scratchcv.checks import Array
from scratchcv.kernels.parallel import parallel_for

_TAPS = 9  # in one sweep
_SMALL = 2**15  # outputs below which one thread does it
_FAST = {"reassoc", "contract", "nsz"}  # sums may be reordered to fill vector registers

_Pair = tuple[int, int]


def depthwise(
    x: Array, weight: Array, bias: Array, stride: _Pair, padding: _Pair, dilation: _Pair, y: Array
) -> None:
    """Fill y (N, C · M, H', W') with the convolution of x (N, C, H, W) with M filters a channel."""
    sizes, taps = _tables(x.shape, weight.shape, y.shape, stride, padding, dilation)
    arrays = (
        np.ascontiguousarray(x).reshape(-1),
        np.ascontiguousarray(weight).reshape(-1),
        bias,
        y.reshape(-1),
    )
    parallel_for(_convolve, x.shape[0] * x.shape[1], *arrays, taps, sizes, serial=y.size < _SMALL)


def depthwise_input_gradient(
    dy: Array, weight: Array, stride: _Pair, padding: _Pair, dilation: _Pair, dx: Array
) -> None:
    """Fill dx (N, C, H, W), given dy (N, C · M, H', W')."""
    reach = [d * (k - 1) - p for d, k, p in zip(dilation, weight.shape[2:], padding, strict=True)]
    if stride == (1, 1) and dy.shape[1] == dx.shape[1] and min(reach) >= 0:
        turned = weight[:, :, ::-1, ::-1]
        depthwise(dy, turned, np.zeros(len(weight), dy.dtype), stride, (reach[0], reach[1]), dilation, dx)
        return
    sizes, taps = _tables(dx.shape, weight.shape, dy.shape, stride, padding, dilation)
    arrays = np.ascontiguousarray(dy).reshape(-1), np.ascontiguousarray(weight).reshape(-1), dx.reshape(-1)
    parallel_for(_stamp, dx.shape[0] * dx.shape[1], *arrays, taps, sizes, serial=dy.size < _SMALL)


def depthwise_weight_gradient(
    dy: Array, x: Array, stride: _Pair, padding: _Pair, dilation: _Pair, dweight: Array
) -> None:
    """Fill dweight (C · M, 1, kh, kw)."""
    sizes, taps = _tables(x.shape, dweight.shape, dy.shape, stride, padding, dilation)
    arrays = np.ascontiguousarray(dy).reshape(-1), np.ascontiguousarray(x).reshape(-1), dweight.reshape(-1)
    parallel_for(_correlate, x.shape[1], *arrays, taps, sizes, serial=dy.size < _SMALL)


def _tables(
    x_shape: tuple[int, ...], weight_shape: tuple[int, ...], y_shape: tuple[int, ...], stride: _Pair,
    padding: _Pair, dilation: _Pair,
) -> tuple[Array, Array]:  # fmt: skip
    """Return the sizes that the loops take, and where taps are in a plane behind its border."""
    (N, C, H, W), (kh, kw), (height, width) = x_shape, weight_shape[2:], y_shape[2:]
    wide = W + 2 * padding[1]
    taps = (dilation[0] * np.arange(kh)[:, None] * wide + dilation[1] * np.arange(kw)).reshape(-1)
    sizes = [N, C, H, W, weight_shape[0] // C, height, width, H + 2 * padding[0], wide, *padding, *stride]
    return np.array(sizes), taps


@njit(cache=True, nogil=True)
def _lay_out(x, source, H, W, wide, top, left, plane):  # type: ignore[no-untyped-def]
    """Copy one image plane behind its border, whose zeros stay from call to call."""
    for h in range(H):
        read, write = uint64(source + h * W), uint64((top + h) * wide + left)
        for w in range(uint64(W)):
            plane[write + w] = x[read + w]


@njit(cache=True, nogil=True)
def _sweep(x, at, step, taps, weight, first, b, count, line):  # type: ignore[no-untyped-def]
    """Write b + sum_t weight[first + t] * x[at + taps[t] + q * step] to line[q]."""
    K = len(taps)
    whole = K // _TAPS * _TAPS
    for q in range(uint64(count)):
        line[q] = b
    for t in range(0, whole, _TAPS):
        f = first + t
        w0, w1, w2, w3, w4 = weight[f], weight[f + 1], weight[f + 2], weight[f + 3], weight[f + 4]
        w5, w6, w7, w8 = weight[f + 5], weight[f + 6], weight[f + 7], weight[f + 8]
        x0, x1, x2 = x[at + taps[t] :], x[at + taps[t + 1] :], x[at + taps[t + 2] :]
        x3, x4, x5 = x[at + taps[t + 3] :], x[at + taps[t + 4] :], x[at + taps[t + 5] :]
        x6, x7, x8 = x[at + taps[t + 6] :], x[at + taps[t + 7] :], x[at + taps[t + 8] :]
        if step == 1:
            for q in range(uint64(count)):
                line[q] += (
                    w0 * x0[q] + w1 * x1[q] + w2 * x2[q] + w3 * x3[q] + w4 * x4[q]
                    + w5 * x5[q] + w6 * x6[q] + w7 * x7[q] + w8 * x8[q]
                )  # fmt: skip
        else:
            for q in range(uint64(count)):
                p = q * uint64(step)
                line[q] += (
                    w0 * x0[p] + w1 * x1[p] + w2 * x2[p] + w3 * x3[p] + w4 * x4[p]
                    + w5 * x5[p] + w6 * x6[p] + w7 * x7[p] + w8 * x8[p]
                )  # fmt: skip
    for t in range(whole, K):
        factor, from_x = weight[first + t], x[at + taps[t] :]
        for q in range(uint64(count)):
            line[q] += factor * from_x[q * uint64(step)]


@njit(cache=True, nogil=True)
def _convolve(start, stop, x, weight, bias, y, taps, sizes):  # type: ignore[no-untyped-def]
    """Fill y; a task is a channel of an image."""
    _, C, H, W, M, height, width, tall, wide, top, left, down, right = sizes
    plane = np.zeros(tall * wide, x.dtype)
    flat = down == right == 1
    line = np.empty(height * wide if flat else width, y.dtype)
    for task in range(start, stop):
        _lay_out(x, task * H * W, H, W, wide, top, left, plane)
        for m in range(M):
            o = task % C * M + m
            target = (task * M + m) * height * width
            if flat:
                _sweep(plane, 0, 1, taps, weight, o * len(taps), bias[o], (height - 1) * wide + width, line)
                for h in range(height):
                    read, write = uint64(h * wide), uint64(target + h * width)
                    for w in range(uint64(width)):
                        y[write + w] = line[read + w]
            else:
                for h in range(height):
                    at, write = h * down * wide, uint64(target + h * width)
                    _sweep(plane, at, right, taps, weight, o * len(taps), bias[o], width, line)
                    for w in range(uint64(width)):
                        y[write + w] = line[w]


@njit(cache=True, nogil=True)
def _stamp(start, stop, dy, weight, dx, taps, sizes):  # type: ignore[no-untyped-def]
    """Fill dx; a task is a channel of an image."""
    _, C, H, W, M, height, width, tall, wide, top, left, down, right = sizes
    plane = np.empty(tall * wide, dx.dtype)
    for task in range(start, stop):
        plane[:] = 0
        for m in range(M):
            o = task % C * M + m
            for h in range(height):
                source = uint64(((task * M + m) * height + h) * width)
                for t in range(len(taps)):
                    factor, target = weight[o * len(taps) + t], uint64(h * down * wide + taps[t])
                    for w in range(uint64(width)):
                        plane[target + w * uint64(right)] += factor * dy[source + w]
        for h in range(H):
            read, write = uint64((top + h) * wide + left), uint64((task * H + h) * W)
            for w in range(uint64(W)):
                dx[write + w] = plane[read + w]


@njit(cache=True, nogil=True, fastmath=_FAST)
def _correlate(start, stop, dy, x, dweight, taps, sizes):  # type: ignore[no-untyped-def]
    """Fill dweight; a task is a channel. Its images come in their order."""
    N, C, H, W, M, height, width, tall, wide, top, left, down, right = sizes
    K = len(taps)
    plane = np.zeros(tall * wide, x.dtype)
    zero = x.dtype.type(0)
    for c in range(start, stop):
        dweight[c * M * K : (c + 1) * M * K] = 0
        for n in range(N):
            _lay_out(x, (n * C + c) * H * W, H, W, wide, top, left, plane)
            for m in range(M):
                target = (c * M + m) * K
                for h in range(height):
                    source = uint64((((n * C + c) * M + m) * height + h) * width)
                    for t in range(0, K, 3):
                        at = h * down * wide
                        x0, x1 = uint64(at + taps[t]), uint64(at + taps[min(t + 1, K - 1)])
                        x2 = uint64(at + taps[min(t + 2, K - 1)])
                        s0 = s1 = s2 = zero
                        if right == 1:
                            for w in range(uint64(width)):
                                d = dy[source + w]
                                s0, s1, s2 = (
                                    s0 + d * plane[x0 + w],
                                    s1 + d * plane[x1 + w],
                                    s2 + d * plane[x2 + w],
                                )
                        else:
                            for w in range(uint64(width)):
                                d, q = dy[source + w], w * uint64(right)
                                s0, s1, s2 = (
                                    s0 + d * plane[x0 + q],
                                    s1 + d * plane[x1 + q],
                                    s2 + d * plane[x2 + q],
                                )
                        dweight[target + t] += s0
                        if t + 1 < K:
                            dweight[target + t + 1] += s1
                        if t + 2 < K:
                            dweight[target + t + 2] += s2
