"""Space to depth: fine detail stacked into channels, as YOLO v2's passthrough does."""

import numpy as np

from scratchcv.checks import Array, check_floating
from scratchcv.layers.layer import Layer

ORDERS = ("pytorch", "darknet")
"""How the channels may be ordered."""


def space_to_depth(x: Array, block_size: int = 2, order: str = "pytorch") -> Array:
    r"""Move each block of b × b neighbouring pixels into b² channels; nothing is lost.

    .. math:: y_{n,\; b^2 c + b r + s,\; i,\; j} = x_{n,\; c,\; b i + r,\; b j + s}

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W)
        Fine maps: YOLO v2's are 26 × 26 with 512 channels in the paper, with 64 in its published network.
    block_size : int
        b.
    order : {"pytorch", "darknet"}
        The formula's order of channels, or the one that darknet's published weights expect.

    Returns
    -------
    ndarray of shape (N, C·b², H / b, W / b)

    Raises
    ------
    ValueError
        When b does not divide H and W (for darknet's order also: b² does not divide C), or the order is
        unknown.

    Notes
    -----
    ``"pytorch"`` is ``torch.nn.functional.pixel_unshuffle``. darknet's reorg layer calls the inverse of
    what it is for: it reads the memory of x as if it were maps of C / b² channels and b times the sides,
    takes those apart with the offset (r, s) slowest, and reads the result's memory as the coarse maps;
    pixels that end in one cell are then not neighbours, yet a network trained with it needs just that.

    References
    ----------
    Redmon and Farhadi, "YOLO9000: Better, Faster, Stronger", 2017, section 2, "Fine-Grained Features".

    Examples
    --------
    >>> space_to_depth(np.arange(4.0).reshape(1, 1, 2, 2)).shape
    (1, 4, 1, 1)
    >>> row = np.arange(16.0).reshape(1, 4, 2, 2)
    >>> space_to_depth(row, order="darknet").ravel().astype(int).tolist()
    [0, 2, 8, 10, 1, 3, 9, 11, 4, 6, 12, 14, 5, 7, 13, 15]
    """
    x = check_floating("x", x, ("N", "C", "H", "W"))
    (N, C, H, W), b = x.shape, block_size
    _check(order, (N, C, H, W), b)
    if order == "pytorch":
        split, axes = (N, C, H // b, b, W // b, b), (0, 1, 3, 5, 2, 4)
    else:
        split, axes = (N, C // b**2, H, b, W, b), (0, 3, 5, 1, 2, 4)
    y: Array = x.reshape(split).transpose(axes).reshape(N, C * b**2, H // b, W // b)
    return y


def space_to_depth_backward(dy: Array, block_size: int = 2, order: str = "pytorch") -> Array:
    """Return the gradient of the input of `space_to_depth`: every number goes back to its place.

    Parameters
    ----------
    dy : ndarray of shape (N, C·b², H / b, W / b)
        Gradient of the output.
    block_size, order
        What `space_to_depth` was called with.

    Returns
    -------
    ndarray of shape (N, C, H, W)

    Examples
    --------
    >>> space_to_depth_backward(np.arange(4.0).reshape(1, 4, 1, 1)).tolist()
    [[[[0.0, 1.0], [2.0, 3.0]]]]
    """
    dy = check_floating("dy", dy, ("N", "C", "H", "W"))
    (N, channels, height, width), b = dy.shape, block_size
    _check_block_size(b)
    if channels % b**2:
        raise ValueError(f"dy must have a multiple of block_size² channels, got {channels} for {b}")
    C, H, W = channels // b**2, height * b, width * b
    _check(order, (N, C, H, W), b)
    if order == "pytorch":
        split, axes = (N, C, b, b, height, width), (0, 1, 4, 2, 5, 3)
    else:
        split, axes = (N, b, b, C // b**2, H, W), (0, 3, 4, 1, 5, 2)
    dx: Array = dy.reshape(split).transpose(axes).reshape(N, C, H, W)
    return dx


def _check(order: str, shape: tuple[int, int, int, int], b: int) -> None:
    """Raise unless blocks of b × b pixels fit into maps of this shape."""
    if order not in ORDERS:
        raise ValueError(f"order must be one of {', '.join(ORDERS)}, got {order!r}")
    _check_block_size(b)
    _, C, H, W = shape
    if H % b or W % b:
        raise ValueError(f"x must have sides that are multiples of {b}, got {H} × {W}")
    if order == "darknet" and C % b**2:
        raise ValueError(f"x must have a multiple of {b**2} channels for darknet's order, got {C}")


def _check_block_size(block_size: int) -> None:
    if np.ndim(block_size) or block_size != int(block_size) or block_size < 1:
        raise ValueError(f"block_size must be a positive integer, got {block_size!r}")


class SpaceToDepth(Layer):
    """Blocks of neighbouring pixels into channels; see `space_to_depth`.

    Parameters
    ----------
    block_size : int
        b, how much smaller the sides become.
    order : {"pytorch", "darknet"}
        The order of the channels.

    Examples
    --------
    >>> SpaceToDepth()(np.zeros((1, 512, 26, 26), np.float32)).shape
    (1, 2048, 13, 13)
    """

    def __init__(self, block_size: int = 2, order: str = "pytorch") -> None:
        self.block_size = block_size
        self.order = order

    def forward(self, x: Array) -> tuple[Array, None]:
        """Return the coarse maps; nothing is kept."""
        return space_to_depth(x, self.block_size, self.order), None

    def backward(self, dy: Array, cache: None) -> Array:
        """Return dy, every number back in its place."""
        return space_to_depth_backward(dy, self.block_size, self.order)
