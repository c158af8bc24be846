"""Convolution without a patch matrix: every tap of a filter is an offset into one copy of the images.

`_channels_last.py` describes the copy, `_weighted_sums.py` how sums over patches are cut into blocks,
`_tile.py` the loop that does the arithmetic, and `_winograd.py` how 3×3 filters get by with a quarter of it.
"""

import numpy as np

from scratchcv.checks import Array
from scratchcv.kernels._channels_last import channels_last, slices_of_images, tap_table
from scratchcv.kernels._depthwise import depthwise
from scratchcv.kernels._filters import pack_filters
from scratchcv.kernels._pointwise import pointwise, suits_pointwise
from scratchcv.kernels._weighted_sums import weighted_sums
from scratchcv.kernels._winograd import winograd
from scratchcv.kernels._winograd_transforms import suits_winograd, tiles_of

_Pair = tuple[int, int]


def conv2d(
    x: Array, weight: Array, bias: Array, stride: _Pair, padding: _Pair, dilation: _Pair, groups: int
) -> Array:
    """Return the convolution; the twin of `scratchcv.layers.conv2d.conv2d_numpy`."""
    (N, C, H, W), (O, _, kh, kw) = x.shape, weight.shape
    height = (H + 2 * padding[0] - dilation[0] * (kh - 1) - 1) // stride[0] + 1
    width = (W + 2 * padding[1] - dilation[1] * (kw - 1) - 1) // stride[1] + 1
    y = np.empty((N, O, height, width), x.dtype)
    if y.size * C == 0:
        y[...] = bias[:, None, None]
        return y
    if groups == C > 1:
        depthwise(x, weight, bias, stride, padding, dilation, y)
        return y
    if suits_pointwise((H, W), (kh, kw), stride, padding):
        pointwise(x, weight, bias, groups, y)
        return y
    filters = pack_filters(weight, groups)
    # Below so many tiles, transforming the filters outweighs what is saved.
    suits = tiles_of(y.shape) >= 64 and suits_winograd(x, weight.shape, y.shape, stride, dilation)
    if suits and winograd(x, filters, bias, padding, y):
        return y
    rows, columns = dilation[0] * np.arange(kh), dilation[1] * np.arange(kw)
    targets = np.arange(O) * (height * width)
    for part in slices_of_images(x):
        images = channels_last(x[part], padding, padding)
        taps, size = tap_table(images, C // groups, rows, columns), (len(x[part]), height, width)
        weighted_sums(images, size, stride, taps, C // groups, filters, bias, y[part], targets)
    return y
