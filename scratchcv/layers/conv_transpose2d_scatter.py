"""Transposed convolution as the lectures draw it: each input pixel stamps its filter into the output."""

import numpy as np

from scratchcv.checks import Array
from scratchcv.layers.conv_transpose2d_checks import check_conv_transpose2d
from scratchcv.layers.patches import groups_of
from scratchcv.layers.shapes import Pair


def conv_transpose2d_scatter(
    x: Array,
    weight: Array,
    bias: Array | None = None,
    stride: int | Pair = 1,
    padding: int | Pair = 0,
    output_padding: int | Pair = 0,
    groups: int = 1,
    dilation: int | Pair = 1,
) -> Array:
    r"""Return the transposed convolution, slowly: stamp by stamp.

    .. math:: y_{n,\,o,\,sh+di-p,\,sw+dj-p} \mathrel{+}= W_{c,o,i,j}\; x_{n,c,h,w}

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
    Lectures S0, lines 740-787, and S2, lines 902-952: "weight filter by input value and copy to output, sum
    where output overlaps"; S3, lines 1020-1041.

    Examples
    --------
    >>> x, weight = np.array([7.0, 11.0]).reshape(1, 1, 1, 2), np.array([2.0, 3.0, 5.0]).reshape(1, 1, 1, 3)
    >>> conv_transpose2d_scatter(x, weight, stride=2).tolist()  # 5 · 7 + 2 · 11 where the stamps overlap
    [[[[14.0, 21.0, 57.0, 33.0, 55.0]]]]
    """
    settings = stride, padding, output_padding, groups, dilation
    x, weight, bias, window, groups, (height, width) = check_conv_transpose2d(x, weight, bias, *settings)
    (sh, sw), (ph, pw), (dh, dw) = window
    (N, C, H, W), (_, O, kh, kw) = x.shape, weight.shape
    untrimmed = np.zeros((N, O * groups, height + 2 * ph, width + 2 * pw), x.dtype)
    for channels, filters in groups_of(C, O * groups, groups):
        for h, w in np.ndindex(H, W):
            stamps = np.einsum("nc,coij->noij", x[:, channels, h, w], weight[channels])
            rows = slice(sh * h, sh * h + dh * (kh - 1) + 1, dh)
            columns = slice(sw * w, sw * w + dw * (kw - 1) + 1, dw)
            untrimmed[:, filters, rows, columns] += stamps
    return untrimmed[:, :, ph : ph + height, pw : pw + width] + bias[:, None, None]
