"""Transposed convolution: the input gradient of a convolution, used forward to enlarge images."""

import math

import numpy as np

from scratchcv.checks import Array, check_floating
from scratchcv.layers.conv2d import conv2d
from scratchcv.layers.conv2d_checks import check_groups, check_window
from scratchcv.layers.conv2d_gradients import (
    conv2d_bias_gradient,
    conv2d_input_gradient,
    conv2d_weight_gradient,
)
from scratchcv.layers.conv_transpose2d_checks import check_conv_transpose2d, check_output_padding
from scratchcv.layers.initialise import kaiming_normal
from scratchcv.layers.layer import Layer, Parameter
from scratchcv.layers.shapes import Pair, pair, window_output_size


def conv_transpose2d(
    x: Array,
    weight: Array,
    bias: Array | None = None,
    stride: int | Pair = 1,
    padding: int | Pair = 0,
    output_padding: int | Pair = 0,
    groups: int = 1,
    dilation: int | Pair = 1,
) -> Array:
    r"""Return the transposed convolution: every input pixel stamps its filter, weighted by its value.

    .. math:: y_{n,\,o,\,sh+di-p,\,sw+dj-p} \mathrel{+}= W_{c,o,i,j}\; x_{n,c,h,w} \qquad
              y_{n,o,\cdot,\cdot} \mathrel{+}= b_o

    With groups, o counts from the first output channel of c's group.

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W)
        The images. Its dtype decides: the others are converted to it.
    weight : ndarray of shape (C, O / groups, kh, kw)
        One filter an input channel and output channel.
    bias : ndarray of shape (O,), optional
        Added to every position.
    stride : int or (int, int)
        s: the filter moves s pixels in the output for every pixel in the input.
    padding : int or (int, int)
        p: rows and columns trimmed from each side of the output.
    output_padding : int or (int, int)
        Rows and columns that are kept at the bottom and on the right after all; smaller than stride or
        dilation.
    groups : int
        Output and input channels are cut into so many runs; each run of outputs is stamped by its own run of
        inputs.
    dilation : int or (int, int)
        d: the step between a filter's pixels in the output.

    Returns
    -------
    ndarray of shape (N, O, H', W')
        With ``H' = (H - 1) s - 2 p + d (kh - 1) + output_padding + 1``, W' alike.

    Raises
    ------
    ValueError
        When the shapes do not fit, or nothing is left of the output.

    Notes
    -----
    The weight has the shape that it has in the convolution whose gradient this is. Also known as
    upconvolution, fractionally strided or backward strided convolution, and, misleadingly, as deconvolution:
    it does not undo a convolution.

    It is written in three ways, which agree. As the lectures draw it: "filter moves 2 pixels in output for
    every 1 pixel in input", "weight filter by input value and copy to output", "sum where output overlaps"
    (`conv_transpose2d_scatter`). As its name says: the matrix of a convolution, transposed
    (`conv_transpose2d_matrix`). And here as the gradient of a convolution's input, called forward.

    The lecture's 3×3 filter with stride 2 turns 2×2 pixels into 5×5. Trimming the first row and column gives
    4×4, which is padding 1 and output_padding 1; padding 1 alone trims both sides, to 3×3.

    References
    ----------
    torch.nn.functional.conv_transpose2d; Dumoulin, Visin, "A guide to convolution arithmetic for deep
    learning", 2016, chapter 4; lectures S0, lines 740-787, S1, 1679-1715, S2, 900-952, S3, 1005-1041.

    Examples
    --------
    >>> x = np.array([[0.0, 1.0], [2.0, 3.0]]).reshape(1, 1, 2, 2)
    >>> conv_transpose2d(x, x)[0, 0].tolist()
    [[0.0, 0.0, 1.0], [0.0, 4.0, 6.0], [4.0, 12.0, 9.0]]
    """
    settings = stride, padding, output_padding, groups, dilation
    x, weight, biases, window, groups, size = check_conv_transpose2d(x, weight, bias, *settings)
    windows = window_output_size(size, weight.shape[2:], *window)
    y = conv2d_input_gradient(_append_zeros(x, windows), weight, size, *window, groups)
    if bias is not None:
        y += biases[:, None, None]
    return y


def conv_transpose2d_backward(
    dy: Array,
    x: Array,
    weight: Array,
    stride: int | Pair = 1,
    padding: int | Pair = 0,
    output_padding: int | Pair = 0,
    groups: int = 1,
    dilation: int | Pair = 1,
) -> tuple[Array, Array, Array]:
    r"""Return the gradients of a transposed convolution's input, weight and bias.

    The transpose of the transpose is the convolution itself, and the weight cannot tell which of the two
    images is called the input:

    .. math::
        dx_{n,c,h,w} = \sum_{o,i,j} W_{c,o,i,j}\; dy_{n,\,o,\,sh+di-p,\,sw+dj-p} \qquad
        dW_{c,o,i,j} = \sum_{n,h,w} x_{n,c,h,w}\; dy_{n,\,o,\,sh+di-p,\,sw+dj-p} \qquad
        db_o = \sum_{n,h,w} dy_{n,o,h,w}

    Parameters
    ----------
    dy : ndarray of shape (N, O, H', W')
        Gradient of the output.
    x, weight, stride, padding, output_padding, groups, dilation
        What `conv_transpose2d` was called with.

    Returns
    -------
    dx, dweight, dbias : ndarray
        Shaped like x, weight and bias.

    Examples
    --------
    >>> x = np.array([[0.0, 1.0], [2.0, 3.0]]).reshape(1, 1, 2, 2)
    >>> dx, dweight, dbias = conv_transpose2d_backward(np.ones((1, 1, 3, 3)), x, x)
    >>> dx[0, 0].tolist(), dweight[0, 0].tolist(), dbias.tolist()
    ([[6.0, 6.0], [6.0, 6.0]], [[6.0, 6.0], [6.0, 6.0]], [9.0])
    """
    settings = stride, padding, output_padding, groups, dilation
    x, weight, _, window, groups, size = check_conv_transpose2d(x, weight, None, *settings)
    dy = check_floating("dy", dy, (len(x), groups * weight.shape[1], *size), x.dtype)
    dx = conv2d(dy, weight, None, *window, groups)
    dweight = conv2d_weight_gradient(_append_zeros(x, dx.shape[2:]), dy, weight.shape[2:], *window, groups)
    dx = np.ascontiguousarray(dx[:, :, : x.shape[2], : x.shape[3]])
    return dx, dweight, conv2d_bias_gradient(dy)


def _append_zeros(x: Array, windows: Pair) -> Array:
    """Append zero rows and columns, which stamp nothing, until there is a pixel for each window.

    Where dilation lets output_padding exceed the stride, a convolution of the output has more windows than x
    has pixels.
    """
    rows, columns = windows[0] - x.shape[2], windows[1] - x.shape[3]
    return np.pad(x, ((0, 0), (0, 0), (0, rows), (0, columns))) if rows or columns else x


class ConvTranspose2d(Layer):
    """Transposed convolution with learned filters; see `conv_transpose2d` for the formula.

    Parameters
    ----------
    in_channels, out_channels : int
        C and O.
    kernel_size, stride, padding, output_padding, dilation : int or (int, int)
        As in `conv_transpose2d`. Kernels that are no multiple of the stride overlap unevenly, which shows as
        a checkerboard.
    groups : int
        As in `conv_transpose2d`; divides both numbers of channels.
    bias : bool
        Whether to learn a bias.
    rng : numpy.random.Generator, optional
        Draws the initial weights (He et al. 2015); the bias starts at zero. `bilinear_kernel` is another
        way to start.

    Examples
    --------
    >>> up = ConvTranspose2d(16, 3, 4, stride=2, padding=1)
    >>> up(np.zeros((2, 16, 8, 8), np.float32)).shape
    (2, 3, 16, 16)
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | Pair,
        stride: int | Pair = 1,
        padding: int | Pair = 0,
        output_padding: int | Pair = 0,
        groups: int = 1,
        bias: bool = True,
        dilation: int | Pair = 1,
        *,
        rng: np.random.Generator | None = None,
    ) -> None:
        self.stride, self.padding, self.dilation = check_window(stride, padding, dilation)
        self.output_padding = pair("output_padding", output_padding, least=0)
        check_output_padding(self.output_padding, self.stride, self.dilation)
        self.groups = check_groups(groups, "in_channels", in_channels)
        check_groups(groups, "out_channels", out_channels)
        kernel = pair("kernel_size", kernel_size, least=1)
        # What adds up in an output pixel: C / groups channels, and one of s·s phases of the kernel.
        fan_in = in_channels / self.groups * math.prod(kernel) / math.prod(self.stride)
        shape = (in_channels, int(out_channels) // self.groups, *kernel)
        self.weight = Parameter(kaiming_normal(shape, rng, fan_in=fan_in))
        self.bias = Parameter(np.zeros(self.groups * shape[1])) if bias else None

    def forward(self, x: Array) -> tuple[Array, tuple[Array]]:
        """Return the transposed convolution of x (N, C, H, W); the cache is x."""
        bias = None if self.bias is None else self.bias.value
        return conv_transpose2d(x, self.weight.value, bias, *self._settings()), (x,)

    def backward(self, dy: Array, cache: tuple[Array]) -> Array:
        """Return dx (N, C, H, W); add the gradients of weight and bias."""
        (x,) = cache
        dx, dweight, dbias = conv_transpose2d_backward(dy, x, self.weight.value, *self._settings())
        self.weight.grad += dweight
        if self.bias is not None:
            self.bias.grad += dbias
        return dx

    def _settings(self) -> tuple[Pair, Pair, Pair, int, Pair]:
        return self.stride, self.padding, self.output_padding, self.groups, self.dilation
