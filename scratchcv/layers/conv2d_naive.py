"""Convolution as seven nested loops: the lecture's formula, one multiplication at a time."""

import numpy as np

from scratchcv.checks import Array, check_floating
from scratchcv.layers.conv2d_checks import check_convolution
from scratchcv.layers.shapes import Pair, window_output_size


def conv2d_naive(
    x: Array,
    weight: Array,
    bias: Array | None = None,
    stride: int | Pair = 1,
    padding: int | Pair = 0,
    dilation: int | Pair = 1,
    groups: int = 1,
) -> Array:
    r"""Return the convolution, slowly: to read, and to compare faster forms with.

    .. math:: y_{n,o,h,w} = b_o + \sum_{c,i,j} W_{o,c,i,j}\; x_{n,\,c,\,sh+di-p,\,sw+dj-p}

    with c as in `conv2d`.

    Parameters
    ----------
    x, weight, bias, stride, padding, dilation, groups
        As in `conv2d`.

    Returns
    -------
    ndarray of shape (N, O, H', W')
        As `conv2d` gives, some ten thousand times slower.

    Raises
    ------
    ValueError
        As `conv2d`.

    References
    ----------
    Lecture S0, lines 725-757.

    Examples
    --------
    >>> conv2d_naive(np.arange(9.0).reshape(1, 1, 3, 3), np.ones((1, 1, 2, 2))).tolist()
    [[[[8.0, 12.0], [20.0, 24.0]]]]
    """
    x, weight, bias, window, groups = check_convolution(x, weight, bias, stride, padding, dilation, groups)
    (sh, sw), (ph, pw), (dh, dw) = window
    (N, _, H, W), (O, C, kh, kw) = x.shape, weight.shape
    height, width = window_output_size((H, W), (kh, kw), *window)
    y = np.zeros((N, O, height, width), x.dtype)
    for n in range(N):
        for o in range(O):
            first = o // (O // groups) * C  # of the channels that this filter's group sees
            for h in range(height):
                for w in range(width):
                    y[n, o, h, w] = bias[o]
                    for c in range(C):
                        for i in range(kh):
                            for j in range(kw):
                                row, column = sh * h + dh * i - ph, sw * w + dw * j - pw
                                if 0 <= row < H and 0 <= column < W:
                                    y[n, o, h, w] += weight[o, c, i, j] * x[n, first + c, row, column]
    return y


def conv2d_naive_backward(
    dy: Array,
    x: Array,
    weight: Array,
    stride: int | Pair = 1,
    padding: int | Pair = 0,
    dilation: int | Pair = 1,
    groups: int = 1,
) -> tuple[Array, Array, Array]:
    r"""Return the three gradients: the same loops, where each product gives to both of its factors.

    Forward, :math:`y \mathrel{+}= W x`; backward, :math:`dx \mathrel{+}= W\, dy` and
    :math:`dW \mathrel{+}= x\, dy`.

    Parameters
    ----------
    dy, x, weight, stride, padding, dilation, groups
        As in `conv2d_backward`.

    Returns
    -------
    dx, dweight, dbias : ndarray
        Shaped like x, weight and bias.

    Examples
    --------
    >>> x, weight = np.arange(9.0).reshape(1, 1, 3, 3), np.ones((1, 1, 2, 2))
    >>> dx, dweight, dbias = conv2d_naive_backward(np.ones((1, 1, 2, 2)), x, weight)
    >>> dx[0, 0].tolist(), dweight[0, 0].tolist(), dbias.tolist()
    ([[1.0, 2.0, 1.0], [2.0, 4.0, 2.0], [1.0, 2.0, 1.0]], [[8.0, 12.0], [20.0, 24.0]], [4.0])
    """
    x, weight, _, window, groups = check_convolution(x, weight, None, stride, padding, dilation, groups)
    (sh, sw), (ph, pw), (dh, dw) = window
    (N, _, H, W), (O, C, kh, kw) = x.shape, weight.shape
    height, width = window_output_size((H, W), (kh, kw), *window)
    dy = check_floating("dy", dy, (N, O, height, width), x.dtype)
    dx, dweight, dbias = np.zeros_like(x), np.zeros_like(weight), np.zeros(O, x.dtype)
    for n in range(N):
        for o in range(O):
            first = o // (O // groups) * C
            for h in range(height):
                for w in range(width):
                    dbias[o] += dy[n, o, h, w]
                    for c in range(C):
                        for i in range(kh):
                            for j in range(kw):
                                row, column = sh * h + dh * i - ph, sw * w + dw * j - pw
                                if 0 <= row < H and 0 <= column < W:
                                    dx[n, first + c, row, column] += weight[o, c, i, j] * dy[n, o, h, w]
                                    dweight[o, c, i, j] += x[n, first + c, row, column] * dy[n, o, h, w]
    return dx, dweight, dbias
