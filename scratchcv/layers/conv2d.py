"""Two-dimensional convolution: a linear layer applied to each patch, and its gradients."""

import numpy as np

from scratchcv.checks import Array, check_floating
from scratchcv.layers.conv2d_checks import check_convolution, check_groups, check_window
from scratchcv.layers.conv2d_gradients import (
    conv2d_bias_gradient,
    conv2d_input_gradient,
    conv2d_weight_gradient,
)
from scratchcv.layers.initialise import kaiming_normal
from scratchcv.layers.layer import Layer, Parameter
from scratchcv.layers.linear import linear
from scratchcv.layers.patches import as_matrix, form_for, gather_patches, groups_of
from scratchcv.layers.shapes import Pair, pair, window_output_size


def conv2d(
    x: Array,
    weight: Array,
    bias: Array | None = None,
    stride: int | Pair = 1,
    padding: int | Pair = 0,
    dilation: int | Pair = 1,
    groups: int = 1,
) -> Array:
    r"""Return the convolution of a batch of images with a bank of filters.

    .. math:: y_{n,o,h,w} = b_o + \sum_{c,i,j} W_{o,c,i,j}\; x_{n,\,c,\,sh+di-p,\,sw+dj-p}

    With G groups, c counts from the first channel that filter o sees,
    :math:`\lfloor o\, G / O \rfloor \cdot C / G`.

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W)
        The images; zero outside their borders. Its dtype decides: the others are converted to it.
    weight : ndarray of shape (O, C / groups, kh, kw)
        One filter an output channel, not flipped: the field's convolution is a cross-correlation.
    bias : ndarray of shape (O,), optional
        Added to every position.
    stride, padding, dilation : int or (int, int)
        Step s between patches, zeros p added on each side, and step d between a patch's pixels, in pixels
        (vertical, horizontal).
    groups : int
        Output channels and input channels are cut into so many runs, and each run of filters sees its own
        run of channels. With C groups the convolution is depthwise.

    Returns
    -------
    ndarray of shape (N, O, H', W')
        With ``H' = (H + 2 p - d (kh - 1) - 1) // s + 1``, W' alike.

    Raises
    ------
    ValueError
        When the shapes do not fit, or the kernel is larger than the padded image.

    Notes
    -----
    Where the kernel is as large as the image and nothing is padded, the result is to the last bit that of
    `linear` on flattened images.

    References
    ----------
    torch.nn.functional.conv2d; lecture S0, lines 725-757 (strided), S2, lines 182-211 (as a linear layer).

    Examples
    --------
    >>> x = np.arange(9.0).reshape(1, 1, 3, 3)
    >>> conv2d(x, np.ones((1, 1, 2, 2))).tolist()
    [[[[8.0, 12.0], [20.0, 24.0]]]]
    >>> conv2d(x, np.ones((1, 1, 2, 2)), dilation=2).tolist()  # the corners
    [[[[16.0]]]]
    """
    x, weight, bias, window, groups = check_convolution(x, weight, bias, stride, padding, dilation, groups)
    window_output_size(x.shape[2:], weight.shape[2:], *window)  # which says so if no window fits
    form = form_for(conv2d_numpy, x.shape[2:], weight.shape[2:], window[1])
    y: Array = form(x, weight, bias, *window, groups)
    return y


def conv2d_numpy(
    x: Array, weight: Array, bias: Array, stride: Pair, padding: Pair, dilation: Pair, groups: int
) -> Array:
    """Flatten patches and filters: they are the vectors and the weight of a linear layer."""
    kh, kw = weight.shape[2:]
    patches = gather_patches(x, (kh, kw), stride, padding, dilation)  # (N, H', W', C, kh, kw)
    y = np.empty((*patches.shape[:3], len(weight)), x.dtype)  # (N, H', W', O)
    for channels, filters in groups_of(x.shape[1], len(weight), groups):
        vectors = as_matrix(patches[:, :, :, channels], 3)  # (N·H'·W', C·kh·kw / groups)
        outputs = linear(vectors, as_matrix(weight[filters], 1), bias[filters])
        y[..., filters] = outputs.reshape(y[..., filters].shape)
    return np.ascontiguousarray(y.transpose(0, 3, 1, 2))


def conv2d_backward(
    dy: Array,
    x: Array,
    weight: Array,
    stride: int | Pair = 1,
    padding: int | Pair = 0,
    dilation: int | Pair = 1,
    groups: int = 1,
) -> tuple[Array, Array, Array]:
    r"""Return the gradients of a convolution's input, weight and bias.

    Each output is a sum of products, so each factor's gradient is the other factor times dy, summed over all
    outputs in which it took part:

    .. math::
        dx_{n,c,sh+di-p,sw+dj-p} \mathrel{+}= W_{o,c,i,j}\, dy_{n,o,h,w} \qquad
        dW_{o,c,i,j} = \sum_{n,h,w} dy_{n,o,h,w}\; x_{n,c,sh+di-p,sw+dj-p} \qquad
        db_o = \sum_{n,h,w} dy_{n,o,h,w}

    where h and w run over the outputs, i and j over the filter's pixels, and c counts as in `conv2d`. What
    would lie outside the image is left out.

    Parameters
    ----------
    dy : ndarray of shape (N, O, H', W')
        Gradient of the loss with respect to the output.
    x, weight, stride, padding, dilation, groups
        What `conv2d` was called with.

    Returns
    -------
    dx, dweight, dbias : ndarray
        Shaped like x, weight and bias.

    Raises
    ------
    ValueError
        When the shapes do not fit.

    Notes
    -----
    As convolution is a linear layer of patches, dx and dW are those of `linear_backward`; it only remains to
    add the patches of dx up where they came from. `conv2d_input_gradient` and `conv2d_weight_gradient` do so,
    each by itself, because the transposed convolution needs them too.

    References
    ----------
    torch.nn.grad; Dumoulin, Visin, "A guide to convolution arithmetic for deep learning", 2016, chapter 4.

    Examples
    --------
    >>> x, weight = np.arange(9.0).reshape(1, 1, 3, 3), np.ones((1, 1, 2, 2))
    >>> dx, dweight, dbias = conv2d_backward(np.ones((1, 1, 2, 2)), x, weight)
    >>> dx[0, 0].tolist(), dweight[0, 0].tolist(), dbias.tolist()
    ([[1.0, 2.0, 1.0], [2.0, 4.0, 2.0], [1.0, 2.0, 1.0]], [[8.0, 12.0], [20.0, 24.0]], [4.0])
    """
    x, weight, _, window, groups = check_convolution(x, weight, None, stride, padding, dilation, groups)
    size = window_output_size(x.shape[2:], weight.shape[2:], *window)
    dy = check_floating("dy", dy, (len(x), len(weight), *size), x.dtype)
    dx = conv2d_input_gradient(dy, weight, x.shape[2:], *window, groups)
    dweight = conv2d_weight_gradient(dy, x, weight.shape[2:], *window, groups)
    return dx, dweight, conv2d_bias_gradient(dy)


class Conv2d(Layer):
    """Convolution with learned filters; see `conv2d` for the formula.

    Parameters
    ----------
    in_channels, out_channels : int
        C and O.
    kernel_size, stride, padding, dilation : int or (int, int)
        As in `conv2d`.
    groups : int
        As in `conv2d`; divides both numbers of channels.
    bias : bool
        Whether to learn a bias; a batch norm that follows makes it useless.
    rng : numpy.random.Generator, optional
        Draws the initial weights (He et al. 2015); the bias starts at zero.

    Examples
    --------
    >>> conv = Conv2d(3, 16, 3, padding=1)
    >>> conv(np.zeros((2, 3, 8, 8), np.float32)).shape
    (2, 16, 8, 8)
    >>> Conv2d(16, 16, 3, padding=2, dilation=2, groups=16).weight.value.shape
    (16, 1, 3, 3)
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | Pair,
        stride: int | Pair = 1,
        padding: int | Pair = 0,
        dilation: int | Pair = 1,
        groups: int = 1,
        bias: bool = True,
        *,
        rng: np.random.Generator | None = None,
    ) -> None:
        self.stride, self.padding, self.dilation = check_window(stride, padding, dilation)
        self.groups = check_groups(groups, "in_channels", in_channels)
        check_groups(groups, "out_channels", out_channels)
        shape = (out_channels, in_channels // self.groups, *pair("kernel_size", kernel_size, least=1))
        self.weight = Parameter(kaiming_normal(shape, rng))
        self.bias = Parameter(np.zeros(len(self.weight.value))) if bias else None

    def forward(self, x: Array) -> tuple[Array, tuple[Array]]:
        """Return the convolution of x (N, C, H, W); the cache is x."""
        bias = None if self.bias is None else self.bias.value
        window = self.stride, self.padding, self.dilation
        return conv2d(x, self.weight.value, bias, *window, self.groups), (x,)

    def backward(self, dy: Array, cache: tuple[Array]) -> Array:
        """Return dx (N, C, H, W); add the gradients of weight and bias."""
        (x,) = cache
        window = self.stride, self.padding, self.dilation
        dx, dweight, dbias = conv2d_backward(dy, x, self.weight.value, *window, self.groups)
        self.weight.grad += dweight
        if self.bias is not None:
            self.bias.grad += dbias
        return dx
