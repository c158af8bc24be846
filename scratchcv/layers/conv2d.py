"""Two-dimensional convolution: the weighted sum of each patch, and its gradients."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from scratchcv.backend import active_form
from scratchcv.checks import Array, check_array, check_floating
from scratchcv.layers.initialise import kaiming_normal
from scratchcv.layers.layer import Layer, Parameter
from scratchcv.layers.shapes import Pair, pair, window_output_size


def conv2d(
    x: Array, weight: Array, bias: Array | None = None, stride: int | Pair = 1, padding: int | Pair = 0
) -> Array:
    r"""Return the convolution of a batch of images with a bank of filters.

    .. math:: y_{n,o,h,w} = b_o + \sum_{c,i,j} W_{o,c,i,j}\; x_{n,\,c,\,sh+i-p,\,sw+j-p}

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W)
        The images; zero outside their borders. Its dtype decides: the others are converted to it.
    weight : ndarray of shape (O, C, kh, kw)
        One filter an output channel, not flipped: the field's convolution is a cross-correlation.
    bias : ndarray of shape (O,), optional
        Added to every position.
    stride, padding : int or (int, int)
        Step between patches, and zeros added on each side, in pixels (vertical, horizontal).

    Returns
    -------
    ndarray of shape (N, O, H', W')
        With ``H' = (H + 2 padding - kh) // stride + 1``, W' alike.

    Raises
    ------
    ValueError
        When the shapes do not fit, or the kernel is larger than the padded image.

    References
    ----------
    torch.nn.functional.conv2d; lecture S0, lines 725-757 (strided convolution).

    Examples
    --------
    >>> x = np.arange(9.0).reshape(1, 1, 3, 3)
    >>> conv2d(x, np.ones((1, 1, 2, 2))).tolist()
    [[[[8.0, 12.0], [20.0, 24.0]]]]
    """
    stride, padding = pair("stride", stride, least=1), pair("padding", padding, least=0)
    x, weight = _check(x, weight, stride, padding)
    bias = np.zeros(len(weight)) if bias is None else bias
    bias = check_floating("bias", bias, (len(weight),), x.dtype)
    return active_form(conv2d_numpy)(x, weight, bias, stride, padding)


def conv2d_numpy(x: Array, weight: Array, bias: Array, stride: Pair, padding: Pair) -> Array:
    """Gather every patch and multiply all of them with all filters at once."""
    patches = _patches(x, weight.shape[2:], stride, padding)  # (N, C, H', W', kh, kw), a view
    y = np.tensordot(patches, weight, axes=((1, 4, 5), (1, 2, 3)))  # (N, H', W', O)
    return np.ascontiguousarray(y.transpose(0, 3, 1, 2) + bias[:, None, None])


def conv2d_backward(
    dy: Array, x: Array, weight: Array, stride: int | Pair = 1, padding: int | Pair = 0
) -> tuple[Array, Array, Array]:
    r"""Return the gradients of a convolution's input, weight and bias.

    Each output is a sum of products, so each factor's gradient is the other factor times dy, summed over all
    outputs in which it took part:

    .. math::
        dx_{n,c,sh+i-p,sw+j-p} \mathrel{+}= W_{o,c,i,j}\, dy_{n,o,h,w} \qquad
        dW_{o,c,i,j} = \sum_{n,h,w} dy_{n,o,h,w}\; x_{n,c,sh+i-p,sw+j-p} \qquad
        db_o = \sum_{n,h,w} dy_{n,o,h,w}

    Parameters
    ----------
    dy : ndarray of shape (N, O, H', W')
        Gradient of the loss with respect to the output.
    x, weight, stride, padding
        What `conv2d` was called with.

    Returns
    -------
    dx, dweight, dbias : ndarray
        Shaped like x, weight and bias.

    Examples
    --------
    >>> x, weight = np.arange(9.0).reshape(1, 1, 3, 3), np.ones((1, 1, 2, 2))
    >>> dx, dweight, dbias = conv2d_backward(np.ones((1, 1, 2, 2)), x, weight)
    >>> dx[0, 0].tolist(), dweight[0, 0].tolist(), dbias.tolist()
    ([[1.0, 2.0, 1.0], [2.0, 4.0, 2.0], [1.0, 2.0, 1.0]], [[8.0, 12.0], [20.0, 24.0]], [4.0])
    """
    stride, padding = pair("stride", stride, least=1), pair("padding", padding, least=0)
    x, weight = _check(x, weight, stride, padding)
    height, width = window_output_size(x.shape[2:], weight.shape[2:], stride, padding)
    dy = check_floating("dy", dy, (len(x), len(weight), height, width), x.dtype)
    return active_form(conv2d_backward_numpy)(dy, x, weight, stride, padding)


def conv2d_backward_numpy(
    dy: Array, x: Array, weight: Array, stride: Pair, padding: Pair
) -> tuple[Array, Array, Array]:
    """Multiply dy with the patches, and add its products with the filters back where each patch was read."""
    patches = _patches(x, weight.shape[2:], stride, padding)  # (N, C, H', W', kh, kw)
    dbias = dy.sum(axis=(0, 2, 3))
    dweight = np.tensordot(dy, patches, axes=((0, 2, 3), (0, 2, 3)))  # (O, C, kh, kw)
    dpatches = np.tensordot(weight, dy, axes=(0, 1))  # (C, kh, kw, N, H', W')

    (N, C, H, W), (height, width) = x.shape, dy.shape[2:]
    dpadded = np.zeros((N, C, H + 2 * padding[0], W + 2 * padding[1]), x.dtype)
    for i, j in np.ndindex(weight.shape[2:]):
        rows = slice(i, i + stride[0] * height, stride[0])
        columns = slice(j, j + stride[1] * width, stride[1])
        dpadded[:, :, rows, columns] += dpatches[:, i, j].transpose(1, 0, 2, 3)  # overlaps add
    dx = dpadded[:, :, padding[0] : padding[0] + H, padding[1] : padding[1] + W]
    return np.ascontiguousarray(dx), dweight, dbias


def _patches(x: Array, kernel_size: tuple[int, ...], stride: Pair, padding: Pair) -> Array:
    """Return all patches as a view of the padded images: (N, C, H', W', kh, kw)."""
    padded = np.pad(x, ((0, 0), (0, 0), (padding[0], padding[0]), (padding[1], padding[1])))
    return sliding_window_view(padded, kernel_size, axis=(2, 3))[:, :, :: stride[0], :: stride[1]]


def _check(x: Array, weight: Array, stride: Pair, padding: Pair) -> tuple[Array, Array]:
    weight = check_array("weight", weight, ("O", "C", "kh", "kw"))
    x = check_floating("x", x, ("N", weight.shape[1], "H", "W"))
    window_output_size(x.shape[2:], weight.shape[2:], stride, padding)
    return x, check_floating("weight", weight, weight.shape, x.dtype)


class Conv2d(Layer):
    """Convolution with learned filters; see `conv2d` for the formula.

    Parameters
    ----------
    in_channels, out_channels : int
        C and O.
    kernel_size, stride, padding : int or (int, int)
        As in `conv2d`.
    bias : bool
        Whether to learn a bias; a batch norm that follows makes it useless.
    rng : numpy.random.Generator, optional
        Draws the initial weights (He et al. 2015); the bias starts at zero.

    Examples
    --------
    >>> conv = Conv2d(3, 16, 3, padding=1)
    >>> conv(np.zeros((2, 3, 8, 8), np.float32)).shape
    (2, 16, 8, 8)
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | Pair,
        stride: int | Pair = 1,
        padding: int | Pair = 0,
        bias: bool = True,
        *,
        rng: np.random.Generator | None = None,
    ) -> None:
        shape = (out_channels, in_channels, *pair("kernel_size", kernel_size, least=1))
        self.weight = Parameter(kaiming_normal(shape, rng))
        self.bias = Parameter(np.zeros(out_channels)) if bias else None
        self.stride = pair("stride", stride, least=1)
        self.padding = pair("padding", padding, least=0)

    def forward(self, x: Array) -> tuple[Array, tuple[Array]]:
        """Return the convolution of x (N, C, H, W); the cache is x."""
        bias = None if self.bias is None else self.bias.value
        return conv2d(x, self.weight.value, bias, self.stride, self.padding), (x,)

    def backward(self, dy: Array, cache: tuple[Array]) -> Array:
        """Return dx (N, C, H, W); add the gradients of weight and bias."""
        (x,) = cache
        dx, dweight, dbias = conv2d_backward(dy, x, self.weight.value, self.stride, self.padding)
        self.weight.grad += dweight
        if self.bias is not None:
            self.bias.grad += dbias
        return dx
