"""Distance transform: how far each pixel is from the nearest marked one."""

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.backend import active_form
from scratchcv.checks import Array, check_array


def distance_transform_numpy(masks: Array) -> Array:
    """Return what `distance_transform` does: columns first, then rows, a step farther each time.

    Examples
    --------
    >>> distance_transform_numpy(np.array([[[True, False, False]]])).tolist()
    [[[0.0, 1.0, 2.0]]]
    """
    _, H, W = masks.shape
    row = np.arange(H)[:, None]
    above = np.maximum.accumulate(np.where(masks, row, -np.inf), axis=1)
    below = np.minimum.accumulate(np.where(masks, row, np.inf)[:, ::-1], axis=1)[:, ::-1]
    vertical = np.minimum(row - above, below - row) ** 2  # squared distance within the column
    squares = vertical.copy()
    for step in range(1, W):
        if step**2 >= squares.max(initial=0):  # nothing farther can be nearer
            break
        left, right = squares[:, :, step:], squares[:, :, :-step]
        np.minimum(left, vertical[:, :, :-step] + step**2, out=left)
        np.minimum(right, vertical[:, :, step:] + step**2, out=right)
    distances: Array = np.sqrt(squares)
    return distances


def distance_transform(mask: ArrayLike) -> Array:
    r"""Return each pixel's Euclidean distance to the nearest pixel of a mask, exactly.

    .. math:: d(x, y)^2 = \min_{(x', y') \in \text{mask}} (x - x')^2 + (y - y')^2
              = \min_{x'} \left[ (x - x')^2 + \min_{y' : (x', y') \in \text{mask}} (y - y')^2 \right]

    The square splits into a part along columns and one along rows: each is a small problem.

    Parameters
    ----------
    mask : array_like of bool (H, W) or (N, H, W)
        The pixels to measure from.

    Returns
    -------
    ndarray of float64, like `mask`
        Between the middles of pixels: 0 within the mask, 1 beside it. Infinite where a mask is empty.

    Raises
    ------
    ValueError
        When the shape differs.
    TypeError
        When the mask is not boolean.

    Notes
    -----
    SciPy's ``distance_transform_edt`` measures from the zeros: there, pass ``~mask``; of a mask without any
    pixel its result has no meaning.

    References
    ----------
    P. Felzenszwalb, D. Huttenlocher, "Distance Transforms of Sampled Functions", 2012.

    Examples
    --------
    >>> mask = np.zeros((3, 4), bool)
    >>> mask[1, 0] = True
    >>> distance_transform(mask).round(3).tolist()
    [[1.0, 1.414, 2.236, 3.162], [0.0, 1.0, 2.0, 3.0], [1.0, 1.414, 2.236, 3.162]]
    """
    mask = np.asarray(mask)
    masks = mask if mask.ndim == 3 else check_array("mask", mask, ("H", "W"))[None]
    if mask.dtype != bool:
        raise TypeError(f"mask must be boolean, got {mask.dtype}")
    distances = active_form(distance_transform_numpy)(np.ascontiguousarray(masks))
    return distances if mask.ndim == 3 else distances[0]
