"""Scales for SSD's default boxes, read off the sizes of the objects to be found."""

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.checks import check_array


def default_box_scales(relative_sizes: ArrayLike, levels: int) -> list[float]:
    r"""Return a scale for each feature map, so that the default boxes span the sizes of given objects.

    With r the relative sizes, the first scale is their 5th percentile, that of the last map their 99th, and
    those between form a geometric series:

    .. math:: s_k = r_{5\%} \left(\frac{r_{99\%}}{r_{5\%}}\right)^{k / (levels - 1)}

    Parameters
    ----------
    relative_sizes : array_like of shape (N,)
        For each object of the training set the root of its box's area over its image's: 0 to 1.
    levels : int
        Number of feature maps, at least 2.

    Returns
    -------
    list of float
        ``levels + 1`` scales relative to the image's side; the last one, of the map that would follow, is for
        the last map's second square (see `ssd_default_boxes`). Without any object the range is .1 to .8.

    Raises
    ------
    ValueError
        When there are fewer than two levels, or a size is not finite and above 0.

    Notes
    -----
    SSD spaces its scales evenly between .2 and .9, which suits photographs with objects of all sizes. Cells
    under a microscope have one size each, and default boxes of other sizes would never match.

    References
    ----------
    Liu et al., "SSD: Single Shot MultiBox Detector", 2016, section 2.2, equation 4 (evenly spaced scales).

    Examples
    --------
    >>> [round(scale, 2) for scale in default_box_scales([0.1, 0.4], levels=3)]
    [0.12, 0.21, 0.4, 0.74]
    """
    if levels < 2:
        raise ValueError(f"levels must be at least 2, got {levels}")
    sizes = check_array("relative_sizes", relative_sizes, ("N",))
    for row in np.flatnonzero(~((sizes > 0) & (sizes < np.inf)))[:1]:
        raise ValueError(f"relative_sizes[{row}] must be finite and above 0, got {sizes[row]}")
    low, high = (float(size) for size in np.quantile(sizes, [0.05, 0.99])) if sizes.size else (0.1, 0.8)
    ratio = max(high / low, 1.1 ** (levels - 1)) ** (1 / (levels - 1))  # equal objects still need a spread
    return [low * ratio**k for k in range(levels + 1)]
