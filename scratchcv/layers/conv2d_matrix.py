"""Convolution as one large sparse matrix, and transposed convolution as that matrix transposed."""

from collections.abc import Sequence

import numpy as np

from scratchcv.checks import Array
from scratchcv.layers.conv2d_checks import check_filters, check_window
from scratchcv.layers.conv_transpose2d_checks import check_conv_transpose2d
from scratchcv.layers.patches import as_matrix, groups_of
from scratchcv.layers.shapes import Pair, pair, window_output_size


def conv2d_matrix(
    weight: Array,
    image_size: int | Sequence[int],
    stride: int | Pair = 1,
    padding: int | Pair = 0,
    dilation: int | Pair = 1,
    groups: int = 1,
) -> Array:
    r"""Return the matrix of a convolution, which is linear in the image.

    .. math:: \mathrm{vec}(y) = M\, \mathrm{vec}(x) \qquad
              M_{(o,h,w),\,(c,\,sh+di-p,\,sw+dj-p)} = W_{o,c,i,j}

    Parameters
    ----------
    weight : ndarray of shape (O, C / groups, kh, kw)
        The filters.
    image_size : int or (int, int)
        H and W.
    stride, padding, dilation, groups
        As in `conv2d`.

    Returns
    -------
    ndarray of shape (O·H'·W', C·H·W)
        Row by row one patch; in it, the filter's weights at the pixels that it sees, and zeros.

    Notes
    -----
    For a 3×3 filter on a 100×100 image it has 10^8 entries, of which all but 0.09 % are zero: hence patches.

    References
    ----------
    Dumoulin, Visin, "A guide to convolution arithmetic for deep learning", 2016, section 4.1.

    Examples
    --------
    >>> print(conv2d_matrix(np.array([[[[1, 2], [3, 4]]]]), (3, 3)))
    [[1 2 0 3 4 0 0 0 0]
     [0 1 2 0 3 4 0 0 0]
     [0 0 0 1 2 0 3 4 0]
     [0 0 0 0 1 2 0 3 4]]
    """
    (sh, sw), (ph, pw), (dh, dw) = window = check_window(stride, padding, dilation)
    weight, groups = check_filters(weight, groups)
    (O, C, kh, kw), (H, W) = weight.shape, pair("image_size", image_size, least=1)
    height, width = window_output_size((H, W), (kh, kw), *window)
    matrix = np.zeros((O, height, width, C * groups, H, W), weight.dtype)
    for h, w, i, j in np.ndindex(height, width, kh, kw):
        row, column = sh * h + dh * i - ph, sw * w + dw * j - pw
        if 0 <= row < H and 0 <= column < W:
            for channels, filters in groups_of(C * groups, O, groups):
                matrix[filters, h, w, channels, row, column] = weight[filters, :, i, j]
    return as_matrix(matrix, 3)


def conv_transpose2d_matrix(
    x: Array,
    weight: Array,
    bias: Array | None = None,
    stride: int | Pair = 1,
    padding: int | Pair = 0,
    output_padding: int | Pair = 0,
    groups: int = 1,
    dilation: int | Pair = 1,
) -> Array:
    r"""Return the transposed convolution, by the transposed matrix of the convolution that it is named after.

    .. math:: \mathrm{vec}(y) = M^{\mathsf T}\, \mathrm{vec}(x)

    where M is the matrix of the convolution that turns images of y's size into images of x's size.

    Parameters
    ----------
    x, weight, bias, stride, padding, output_padding, groups, dilation
        As in `conv_transpose2d`.

    Returns
    -------
    ndarray of shape (N, O, H', W')
        As `conv_transpose2d` gives.

    References
    ----------
    Zhang, Lipton, Li, Smola, "Dive into Deep Learning", 2023, section 14.10.3.

    Examples
    --------
    >>> x = np.array([[27.0, 37.0], [57.0, 67.0]]).reshape(1, 1, 2, 2)
    >>> weight = np.array([[1.0, 2.0], [3.0, 4.0]]).reshape(1, 1, 2, 2)
    >>> conv_transpose2d_matrix(x, weight)[0, 0].tolist()
    [[27.0, 91.0, 74.0], [138.0, 400.0, 282.0], [171.0, 429.0, 268.0]]
    """
    settings = stride, padding, output_padding, groups, dilation
    x, weight, bias, window, groups, size = check_conv_transpose2d(x, weight, bias, *settings)
    (N, C, H, W), O = x.shape, weight.shape[1] * groups
    matrix = conv2d_matrix(weight, size, *window, groups)  # (C·(H + …)·(W + …), O·H'·W')
    # Where dilation lets output_padding exceed the stride, the convolution has windows beyond x's pixels.
    windows = window_output_size(size, weight.shape[2:], *window)
    matrix = matrix.reshape(C, *windows, matrix.shape[1])[:, :H, :W].reshape(C * H * W, matrix.shape[1])
    y = (as_matrix(x, 1) @ matrix).reshape(N, O, *size)  # (Mᵀ x)ᵀ = xᵀ M, for all images at once
    return y + bias[:, None, None]
