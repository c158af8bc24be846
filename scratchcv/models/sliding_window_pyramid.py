"""An image pyramid: the image in several sizes, so that a window of one size fits objects of many."""

from collections.abc import Sequence

import numpy as np

from scratchcv.boxes import sliding_windows
from scratchcv.checks import Array
from scratchcv.data import resize_image


def pyramid_sides(window: int, scales: Sequence[float], stride: int) -> list[int]:
    r"""Return the sides that an image gets so that a window covers the wanted parts of it.

    .. math:: N_s \approx W / s, \qquad N_s = W + \text{stride} \cdot n

    Rounded in steps of the stride, so that the last window ends where the image does.

    Parameters
    ----------
    window : int
        W, side of the window in pixels.
    scales : sequence of float
        s, sides of the wanted objects relative to the image, above 0 and at most 1.
    stride : int
        Pixels from one window to the next.

    Raises
    ------
    ValueError
        When there is no scale, or one is out of range.

    Examples
    --------
    >>> pyramid_sides(32, [0.25, 0.5, 1], stride=4)
    [128, 64, 32]
    """
    if not len(scales) or not all(0 < scale <= 1 for scale in scales):
        raise ValueError(f"scales must be numbers above 0 and at most 1, at least one, got {list(scales)}")
    return [window + stride * round((window / scale - window) / stride) for scale in scales]


def pyramid_windows(window: int, sides: Sequence[int], stride: int) -> Array:
    """Return the windows of all levels as boxes (P, 4) relative to the image, level by level, row by row.

    Examples
    --------
    >>> pyramid_windows(2, [4, 2], stride=2).tolist()[3:]
    [[0.5, 0.5, 1.0, 1.0], [0.0, 0.0, 1.0, 1.0]]
    """
    levels = [sliding_windows((side, side), (window, window), stride) / side for side in sides]
    return np.concatenate(levels).astype(np.float32)


def image_pyramid(image: Array, sides: Sequence[int]) -> list[Array]:
    """Return an image (3, H, W), stretched to squares (3, side, side) of every size.

    Examples
    --------
    >>> [level.shape for level in image_pyramid(np.zeros((3, 20, 30), np.float32), [24, 12])]
    [(3, 24, 24), (3, 12, 12)]
    """
    return [resize_image(image, (side, side)) for side in sides]


def cut_windows(level: Array, window: int, stride: int) -> Array:
    """Return views (rows, columns, 3, W, W) of all windows of a level (3, side, side); nothing is copied.

    Examples
    --------
    >>> cut_windows(np.zeros((3, 24, 24)), 16, 4).shape
    (3, 3, 3, 16, 16)
    """
    views = np.lib.stride_tricks.sliding_window_view(level, (window, window), axis=(1, 2))
    return views[:, ::stride, ::stride].transpose(1, 2, 0, 3, 4)
