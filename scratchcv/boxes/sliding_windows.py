"""Sliding windows: every place that a box of one size can take, and how many of them there are."""

import numpy as np
from numpy.typing import DTypeLike

from scratchcv.checks import Array


def sliding_windows(
    image_size: tuple[int, int],
    window: tuple[int, int],
    stride: int | tuple[int, int] = 1,
    *,
    dtype: DTypeLike = np.float32,
) -> Array:
    """Enumerate the windows of one size that lie in an image.

    Parameters
    ----------
    image_size : (height, width)
        The image H × W, pixels.
    window : (height, width)
        The window h × w, pixels.
    stride : int or (vertical, horizontal)
        The step from one window to the next, pixels.
    dtype : dtype, optional
        Of the result, float32 by default.

    Returns
    -------
    ndarray of shape (P, 4)
        Windows xyxy, row by row; none where the window is larger than the image.

    Raises
    ------
    ValueError
        When a size or a step is below 1.

    References
    ----------
    Gu, Umeå 2023, lines 148-162. EE 628, lecture 12, lines 768-784: objects of 1 × 1, 1 × 2 and 2 × 2
    pixels have 4, 2 and 1 places in an image of 2 × 2.

    Examples
    --------
    >>> [len(sliding_windows((2, 2), window)) for window in [(1, 1), (1, 2), (2, 2)]]
    [4, 2, 1]
    >>> sliding_windows((4, 5), (3, 2), stride=2).tolist()
    [[0.0, 0.0, 2.0, 3.0], [2.0, 0.0, 4.0, 3.0]]
    """
    (H, W), (h, w), (step_y, step_x) = _checked(image_size, window, stride)
    ys, xs = np.arange(0, H - h + 1, step_y), np.arange(0, W - w + 1, step_x)
    y, x = (grid.reshape(-1) for grid in np.meshgrid(ys, xs, indexing="ij"))
    return np.stack([x, y, x + w, y + h], axis=1).astype(dtype)


def count_windows(
    image_size: tuple[int, int], window: tuple[int, int], stride: int | tuple[int, int] = 1
) -> int:
    r"""Count the windows of one size that lie in an image.

    .. math:: \left(\left\lfloor\frac{H - h}{s_y}\right\rfloor + 1\right)
              \left(\left\lfloor\frac{W - w}{s_x}\right\rfloor + 1\right)
              \qquad \text{at stride 1: } (H - h + 1)(W - w + 1)

    Parameters
    ----------
    image_size, window, stride
        As for `sliding_windows`.

    Returns
    -------
    int
        0 where the window is larger than the image.

    Raises
    ------
    ValueError
        When a size or a step is below 1.

    References
    ----------
    Gu, Umeå 2023, line 157.

    Examples
    --------
    >>> count_windows((600, 800), (64, 64)), count_windows((28, 28), (14, 14), stride=2)
    (395769, 64)
    """
    (H, W), (h, w), (step_y, step_x) = _checked(image_size, window, stride)
    return max((H - h) // step_y + 1, 0) * max((W - w) // step_x + 1, 0)


def count_boxes(image_size: tuple[int, int]) -> int:
    r"""Count all boxes with whole pixels that lie in an image, of every size.

    .. math:: \sum_{w=1}^W \sum_{h=1}^H (W - w + 1)(H - h + 1) = \frac{H (H + 1)}{2} \frac{W (W + 1)}{2}

    Parameters
    ----------
    image_size : (height, width)
        The image H × W, pixels.

    Returns
    -------
    int

    Raises
    ------
    ValueError
        When a size is below 1.

    Notes
    -----
    The slides say 57 million for an image of 800 × 600. It is 57,768,120,000: a thousand times more.

    References
    ----------
    Gu, Umeå 2023, lines 158-162.

    Examples
    --------
    >>> count_boxes((600, 800))
    57768120000
    """
    ((H, W),) = _checked(image_size)
    return H * (H + 1) // 2 * (W * (W + 1) // 2)


def _checked(*sizes: int | tuple[int, int]) -> list[tuple[int, int]]:
    pairs = []
    for name, size in zip(("image_size", "window", "stride"), sizes, strict=False):
        pair = np.broadcast_to(size, (2,)) if np.ndim(size) == 0 and name == "stride" else np.asarray(size)
        if pair.shape != (2,) or pair.dtype.kind not in "iu" or pair.min() < 1:
            raise ValueError(f"{name} must be two positive integers (vertical, horizontal), got {size}")
        pairs.append((int(pair[0]), int(pair[1])))
    return pairs
