"""The gradients of a convolution's input and of its filters, each by itself; `conv2d_backward` asks both."""

from collections.abc import Sequence

import numpy as np

from scratchcv.backend import active_form
from scratchcv.checks import Array, check_array, check_floating
from scratchcv.layers.conv2d_checks import check_filters, check_groups, check_window
from scratchcv.layers.linear import linear_input_gradient, linear_weight_gradient
from scratchcv.layers.patches import add_patches, as_matrix, form_for, gather_patches, groups_of
from scratchcv.layers.shapes import Pair, pair, window_output_size


def conv2d_input_gradient(
    dy: Array,
    weight: Array,
    image_size: int | Sequence[int],
    stride: int | Pair = 1,
    padding: int | Pair = 0,
    dilation: int | Pair = 1,
    groups: int = 1,
) -> Array:
    r"""Return the gradient of a convolution's input: every output stamps its filter, weighted by its dy.

    .. math:: dx_{n,c,sh+di-p,sw+dj-p} \mathrel{+}= W_{o,c,i,j}\, dy_{n,o,h,w}

    with c as in `conv2d`.

    Parameters
    ----------
    dy : ndarray of shape (N, O, H', W')
        Gradient of the output. Its dtype decides.
    weight, stride, padding, dilation, groups
        What `conv2d` was called with.
    image_size : int or (int, int)
        H and W of the convolution's input, which a stride makes ambiguous.

    Returns
    -------
    ndarray of shape (N, C, H, W)
        dx.

    Raises
    ------
    ValueError
        When the shapes do not fit.

    Notes
    -----
    Used forward, this is the transposed convolution of dy; see `conv_transpose2d`.

    References
    ----------
    torch.nn.grad.conv2d_input; Dumoulin, Visin, "A guide to convolution arithmetic", 2016, chapter 4.

    Examples
    --------
    >>> conv2d_input_gradient(np.ones((1, 1, 2, 2)), np.ones((1, 1, 2, 2)), (3, 3))[0, 0].tolist()
    [[1.0, 2.0, 1.0], [2.0, 4.0, 2.0], [1.0, 2.0, 1.0]]
    """
    window = check_window(stride, padding, dilation)
    weight, groups = check_filters(weight, groups)
    size = pair("image_size", image_size, least=1)
    output_size = window_output_size(size, weight.shape[2:], *window)
    dy = check_floating("dy", dy, ("N", len(weight), *output_size))
    weight = check_floating("weight", weight, weight.shape, dy.dtype)
    if not np.isfinite(weight).all():
        # The kernel also multiplies weights with the zeros around dy: a NaN among them would spread.
        return conv2d_input_gradient_numpy(dy, weight, size, *window, groups)
    form = form_for(conv2d_input_gradient_numpy, size, weight.shape[2:], window[1])
    dx: Array = form(dy, weight, size, *window, groups)
    return dx


def conv2d_input_gradient_numpy(
    dy: Array, weight: Array, image_size: Pair, stride: Pair, padding: Pair, dilation: Pair, groups: int
) -> Array:
    """Take the gradient of the linear layer that was applied to each patch, and add the patches up."""
    (N, O, height, width), (_, C, kh, kw) = dy.shape, weight.shape
    dy = dy.transpose(0, 2, 3, 1)  # (N, H', W', O)
    dx = np.empty((N, C * groups, *image_size), dy.dtype)
    for channels, filters in groups_of(C * groups, O, groups):
        dvectors = linear_input_gradient(as_matrix(dy[..., filters], 3), as_matrix(weight[filters], 1))
        dpatches = dvectors.reshape(N, height, width, C, kh, kw)
        dx[:, channels] = add_patches(dpatches, image_size, stride, padding, dilation)
    return dx


def conv2d_weight_gradient(
    dy: Array,
    x: Array,
    kernel_size: int | Sequence[int],
    stride: int | Pair = 1,
    padding: int | Pair = 0,
    dilation: int | Pair = 1,
    groups: int = 1,
) -> Array:
    r"""Return the gradient of a convolution's filters: the patches that each saw, weighted by dy.

    .. math:: dW_{o,c,i,j} = \sum_{n,h,w} dy_{n,o,h,w}\; x_{n,c,sh+di-p,sw+dj-p}

    with c as in `conv2d`.

    Parameters
    ----------
    dy : ndarray of shape (N, O, H', W')
        Gradient of the output.
    x, stride, padding, dilation, groups
        What `conv2d` was called with; x's dtype decides.
    kernel_size : int or (int, int)
        kh and kw.

    Returns
    -------
    ndarray of shape (O, C / groups, kh, kw)
        dweight.

    Raises
    ------
    ValueError
        When the shapes do not fit.

    References
    ----------
    torch.nn.grad.conv2d_weight.

    Examples
    --------
    >>> x = np.arange(9.0).reshape(1, 1, 3, 3)
    >>> conv2d_weight_gradient(np.ones((1, 1, 2, 2)), x, 2)[0, 0].tolist()
    [[8.0, 12.0], [20.0, 24.0]]
    """
    window = check_window(stride, padding, dilation)
    x = check_floating("x", x, ("N", "C", "H", "W"))
    kernel = pair("kernel_size", kernel_size, least=1)
    output_size = window_output_size(x.shape[2:], kernel, *window)
    O = check_array("dy", dy, (len(x), "O", *output_size)).shape[1]
    groups = check_groups(groups, "dy's O", O)
    check_groups(groups, "x's C", x.shape[1])
    dy = check_floating("dy", dy, (len(x), O, *output_size), x.dtype)
    form = form_for(conv2d_weight_gradient_numpy, x.shape[2:], kernel, window[1])
    dweight: Array = form(dy, x, kernel, *window, groups)
    if not np.isfinite(dweight).all():
        # The kernel also multiplies zeros with pixels that no window saw: a NaN there would spread.
        return conv2d_weight_gradient_numpy(dy, x, kernel, *window, groups)
    return dweight


def conv2d_weight_gradient_numpy(
    dy: Array, x: Array, kernel_size: Pair, stride: Pair, padding: Pair, dilation: Pair, groups: int
) -> Array:
    """Take the weight's gradient of the linear layer that was applied to each patch."""
    O, C = dy.shape[1], x.shape[1]
    patches = gather_patches(x, kernel_size, stride, padding, dilation)  # (N, H', W', C, kh, kw)
    dy = dy.transpose(0, 2, 3, 1)  # (N, H', W', O)
    dweight = np.empty((O, C // groups, *kernel_size), x.dtype)
    for channels, filters in groups_of(C, O, groups):
        vectors = as_matrix(patches[:, :, :, channels], 3)
        products = linear_weight_gradient(as_matrix(dy[..., filters], 3), vectors)
        dweight[filters] = products.reshape(dweight[filters].shape)
    return dweight


def conv2d_bias_gradient(dy: Array) -> Array:
    r"""Return the gradient of a convolution's bias, which took part in every output.

    .. math:: db_o = \sum_{n,h,w} dy_{n,o,h,w}

    Parameters
    ----------
    dy : ndarray of shape (N, O, H', W')
        Gradient of the output.

    Returns
    -------
    ndarray of shape (O,)
        dbias.

    Examples
    --------
    >>> conv2d_bias_gradient(np.ones((2, 1, 3, 3))).tolist()
    [18.0]
    """
    dy = check_floating("dy", dy, ("N", "O", "H'", "W'"))
    if dy.shape[2:] == (1, 1):  # as in a linear layer, to the last bit
        return conv2d_bias_gradient_numpy(dy)
    dbias: Array = active_form(conv2d_bias_gradient_numpy)(dy)
    return dbias


def conv2d_bias_gradient_numpy(dy: Array) -> Array:
    """Sum over images and positions."""
    dbias: Array = dy.sum(axis=(0, 2, 3))
    return dbias
