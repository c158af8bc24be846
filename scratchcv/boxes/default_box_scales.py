"""Scales for SSD's default boxes, read off the sizes of the objects to be found."""

import numpy as np

from scratchcv.boxes.area import box_area
from scratchcv.checks import Array


def default_box_scales(boxes: Array, image_areas: Array, levels: int) -> list[float]:
    r"""Return a scale for each feature map, so that the default boxes span the sizes of given objects.

    With :math:`r_i = \sqrt{\text{area of box } i \,/\, \text{area of its image}}`, the first scale is the 5th
    percentile of r, that of the last map the 99th, and those between form a geometric series:

    .. math:: s_k = r_{5\%} \left(\frac{r_{99\%}}{r_{5\%}}\right)^{k / (levels - 1)}

    Parameters
    ----------
    boxes : ndarray of shape (N, 4)
        Objects of the training set, in pixels.
    image_areas : ndarray of shape (N,)
        Width times height of each one's image, in pixels.
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
        When there are fewer than two levels, or the lengths differ.

    Notes
    -----
    SSD spaces its scales evenly between .2 and .9, which suits photographs with objects of all sizes. Cells
    under a microscope have one size each, and default boxes of other sizes would never match.

    References
    ----------
    Liu et al., "SSD: Single Shot MultiBox Detector", 2016, section 2.2, equation 4 (evenly spaced scales).

    Examples
    --------
    >>> boxes = np.array([[0.0, 0, 10, 10], [0.0, 0, 40, 40]])
    >>> [round(scale, 2) for scale in default_box_scales(boxes, np.full(2, 100.0**2), levels=3)]
    [0.12, 0.21, 0.4, 0.74]
    """
    if levels < 2:
        raise ValueError(f"levels must be at least 2, got {levels}")
    if len(boxes) != len(image_areas):
        raise ValueError(f"every box needs its image's area: {len(boxes)} boxes, {len(image_areas)} areas")
    low, high = 0.1, 0.8
    if len(boxes):
        sides = np.sqrt(box_area(boxes) / np.asarray(image_areas, np.float64))
        low, high = (float(side) for side in np.quantile(sides, [0.05, 0.99]))
    ratio = max(high / low, 1.1 ** (levels - 1)) ** (1 / (levels - 1))  # equal objects still need a spread
    return [low * ratio**k for k in range(levels + 1)]
