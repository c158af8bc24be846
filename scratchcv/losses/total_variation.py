"""Total variation: how much neighbouring pixels differ."""

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.checks import Array, as_floating, check_array

REDUCTIONS = ("mean", "sum")


def total_variation_loss(x: ArrayLike, *, power: int = 1, reduction: str = "mean") -> tuple[float, Array]:
    r"""Return half the absolute difference of vertical neighbours plus half that of horizontal ones.

    .. math:: L = \frac{1}{2} \left( \operatorname{mean} |x_{h+1,w} - x_{h,w}|^q
                  + \operatorname{mean} |x_{h,w+1} - x_{h,w}|^q \right)

    Parameters
    ----------
    x : array_like (N, C, H, W)
        Images.
    power : {1, 2}
        q: absolute differences, which keep edges, or squared ones, which prefer smooth slopes.
    reduction : {"mean", "sum"}
        Over the neighbours in each direction; by default the mean.

    Returns
    -------
    loss : float
    dx : ndarray
        Like `x`.

    Raises
    ------
    ValueError
        When the shape differs or an option is unknown.

    Notes
    -----
    The default is d2l's. Mahendran and Vedaldi's, for their β = 2, is twice that with ``power=2,
    reduction="sum"``. At equal neighbours the absolute value has a kink; its gradient there is 0. An image
    of one row or column has no neighbours in that direction, whose mean is then 0.

    References
    ----------
    A. Zhang et al., "Dive into Deep Learning", section 14.12; A. Mahendran, A. Vedaldi, "Understanding Deep
    Image Representations by Inverting Them", 2015, section 2; lecture S3, line 46, names style transfer and
    has no formula.

    Examples
    --------
    >>> loss, dx = total_variation_loss([[[[0.0, 1.0, 5.0]]]])  # half the mean of 1 and 4
    >>> loss, dx.tolist()
    (1.25, [[[[-0.25, 0.0, 0.25]]]])
    """
    if power not in (1, 2):
        raise ValueError(f"power must be 1 or 2, got {power}")
    if reduction not in REDUCTIONS:
        raise ValueError(f"reduction must be one of {', '.join(REDUCTIONS)}, got {reduction!r}")
    x = as_floating(check_array("x", x, ("N", "C", "H", "W")))
    loss, dx = 0.0, np.zeros_like(x)
    for axis in (2, 3):
        difference = np.diff(x, axis=axis)
        scale = 0.5 / max(difference.size, 1) if reduction == "mean" else 0.5
        loss += scale * float((abs(difference) ** power).sum(dtype=np.float64))
        slope = scale * (np.sign(difference) if power == 1 else 2 * difference)
        after, before = [slice(None)] * 4, [slice(None)] * 4
        after[axis], before[axis] = slice(1, None), slice(None, -1)
        dx[tuple(after)] += slope
        dx[tuple(before)] -= slope
    return loss, dx
