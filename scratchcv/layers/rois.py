"""Regions of interest: boxes that name their image."""

import numpy as np

from scratchcv.checks import Array, as_floating, check_array


def check_rois(rois: Array, count: int) -> tuple[Array, Array]:
    """Return the image of each region and its box, or say which region is wrong.

    Parameters
    ----------
    rois : ndarray of shape (K, 5)
        Image index, then the box `xyxy`.
    count : int
        How many images there are.

    Returns
    -------
    images : ndarray of int64, shape (K,)
    boxes : ndarray of shape (K, 4)
        In the regions' dtype.

    Raises
    ------
    ValueError
        When the shape differs, a number is not finite, or an image does not exist.

    Examples
    --------
    >>> images, boxes = check_rois(np.array([[1, 0, 0, 20, 30.0]]), 2)
    >>> images.tolist(), boxes.tolist()
    ([1], [[0.0, 0.0, 20.0, 30.0]])
    """
    rois = as_floating(check_array("rois", rois, ("K", 5)))
    finite = np.isfinite(rois).all(axis=1)
    if not finite.all():
        row = int(np.argmin(finite))
        raise ValueError(f"rois[{row}] has a number that is not finite: {rois[row].tolist()}")
    images = rois[:, 0]
    known = (images >= 0) & (images < count) & (images == np.floor(images))
    if not known.all():
        row = int(np.argmin(known))
        raise ValueError(f"rois[{row}] is on image {images[row]:g}, of a batch of {count} images")
    return images.astype(np.int64), rois[:, 1:]
