"""Max unpooling: values go back to where the maxima of an earlier pooling stood."""

from collections.abc import Sequence

from scratchcv.checks import Array, check_array, check_floating
from scratchcv.layers.layer import Layer
from scratchcv.layers.planes import gather_planes, scatter_planes
from scratchcv.layers.shapes import Pair, pair


def max_unpool2d(
    x: Array,
    indices: Array,
    kernel_size: int | Pair,
    stride: int | Pair | None = None,
    padding: int | Pair = 0,
    output_size: int | Sequence[int] | None = None,
) -> Array:
    r"""Return images of zeros with every value at its index.

    .. math:: y_{n,c,q} = x_{n,c,h,w} \quad\text{where}\quad indices_{n,c,h,w} = q, \text{ else } 0

    Parameters
    ----------
    x : ndarray of shape (N, C, H', W')
        The values.
    indices : ndarray of int64, shape (N, C, H', W')
        Their places, row · W + column in the output: what `max_pool2d` returned.
    kernel_size, stride, padding : int or (int, int)
        Those of the pooling; they say how large the output is, unless `output_size` does.
    output_size : int, (int, int) or (N, C, int, int), optional
        The output's size, less than a stride from the default: pooling rounds down, so that it maps several
        sizes to one.

    Returns
    -------
    ndarray of shape (N, C, H, W)
        By default ``H = (H' - 1) stride - 2 padding + kernel_size``.

    Raises
    ------
    ValueError, TypeError
        When shapes differ, an index lies outside the output, or no pooling maps `output_size` to x's.

    Notes
    -----
    Where windows overlap, an index can occur twice: the last value stays, as in PyTorch on one core.

    References
    ----------
    torch.nn.functional.max_unpool2d; Noh, Hong, Han, "Learning deconvolution network for semantic
    segmentation", 2015, section 3.2.1; lecture S0, lines 691-712.

    Examples
    --------
    >>> import numpy as np
    >>> x, indices = np.array([[[[1.0, 2], [3, 4]]]]), np.array([[[[5, 2], [12, 15]]]])
    >>> max_unpool2d(x, indices, 2)[0, 0].astype(int).tolist()
    [[0, 0, 2, 0], [0, 1, 0, 0], [0, 0, 0, 0], [3, 0, 0, 4]]
    """
    indices = check_array("indices", indices, ("N", "C", "H'", "W'"))
    x = check_floating("x", x, indices.shape)
    size = _output_size(x.shape[2:], kernel_size, stride, padding, output_size)
    return scatter_planes(x, indices, (*x.shape[:2], *size), overwrite=True)


def _output_size(
    image_size: Sequence[int],
    kernel_size: int | Pair,
    stride: int | Pair | None,
    padding: int | Pair,
    output_size: int | Sequence[int] | None,
) -> Pair:
    kernel = pair("kernel_size", kernel_size, least=1)
    steps = kernel if stride is None else pair("stride", stride, least=1)
    borders = pair("padding", padding, least=0)
    sides = zip(image_size, kernel, steps, borders, strict=True)
    default = [(side - 1) * step - 2 * border + k for side, k, step, border in sides]
    if output_size is None:
        return pair("the output's size", default, least=1)
    if isinstance(output_size, Sequence) and len(output_size) == 4:  # (N, C, H, W)
        output_size = output_size[2:]
    size = pair("output_size", output_size, least=1)
    if any(abs(wanted - usual) >= step for wanted, usual, step in zip(size, default, steps, strict=True)):
        raise ValueError(f"output_size must be less than {steps} from {tuple(default)}, got {size}")
    return size


def max_unpool2d_backward(dy: Array, indices: Array) -> Array:
    r"""Return the gradient of the values: that of the places they went to.

    .. math:: dx_{n,c,h,w} = dy_{n,c,q} \quad\text{with}\quad q = indices_{n,c,h,w}

    Parameters
    ----------
    dy : ndarray of shape (N, C, H, W)
        Gradient of the unpooled images.
    indices : ndarray of int64, shape (N, C, H', W')
        What `max_unpool2d` was called with.

    Returns
    -------
    ndarray of shape (N, C, H', W')

    Notes
    -----
    Values that went to one place all get its gradient, as in PyTorch, though only the last of them is seen.

    Examples
    --------
    >>> import numpy as np
    >>> max_unpool2d_backward(np.arange(4.0).reshape(1, 1, 2, 2), np.array([[[[3]]]])).item()
    3.0
    """
    return gather_planes(check_floating("dy", dy, ("N", "C", "H", "W")), indices)


class MaxUnpool2d(Layer):
    """Max unpooling; see `max_unpool2d`.

    Parameters
    ----------
    kernel_size, stride, padding
        As in `max_unpool2d`.

    Examples
    --------
    >>> import numpy as np
    >>> MaxUnpool2d(2)(np.array([[[[7.0]]]]), np.array([[[[2]]]])).tolist()
    [[[[0.0, 0.0], [7.0, 0.0]]]]
    """

    def __init__(
        self, kernel_size: int | Pair, stride: int | Pair | None = None, padding: int | Pair = 0
    ) -> None:
        self.kernel_size = kernel_size
        self.stride = stride
        self.padding = padding

    def forward(
        self, x: Array, indices: Array, output_size: int | Sequence[int] | None = None
    ) -> tuple[Array, tuple[Array]]:
        """Return the unpooled values; the cache is the indices."""
        y = max_unpool2d(x, indices, self.kernel_size, self.stride, self.padding, output_size)
        return y, (indices,)

    def backward(self, dy: Array, cache: tuple[Array]) -> tuple[Array, None]:
        """Return dx, and None for the indices, which have no gradient."""
        (indices,) = cache
        return max_unpool2d_backward(dy, indices), None
