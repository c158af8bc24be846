"""Regions of interest: boxes that name their image, and where they lie on its feature map."""

import numpy as np

from scratchcv.checks import Array, as_floating, check_array


def check_rois(
    rois: Array, count: int, spatial_scale: float = 1.0, dtype: np.dtype | type[np.floating] = np.float64
) -> tuple[Array, Array]:
    """Return the image of each region and its box on the feature map, or say which region is wrong.

    Parameters
    ----------
    rois : ndarray of shape (K, 5)
        Image index, then the box `xyxy` in the original image's pixels.
    count : int
        How many images there are.
    spatial_scale : float
        Pixels of the feature map a pixel of the original image.
    dtype : dtype
        What to scale the boxes in.

    Returns
    -------
    images : ndarray of int64, shape (K,)
    boxes : ndarray of shape (K, 4)
        In the feature map's pixels. Corners beyond 2⁶⁰ count as 2⁶⁰, so that no size overflows.

    Raises
    ------
    ValueError
        When the shape differs, a number is not finite, an image does not exist, or the scale is not positive.

    Examples
    --------
    >>> images, boxes = check_rois(np.array([[1, 0, 0, 20, 30.0]]), 2, 0.1)
    >>> images.tolist(), boxes.tolist()
    ([1], [[0.0, 0.0, 2.0, 3.0]])
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
    with np.errstate(over="ignore"):
        scale = np.asarray(spatial_scale, dtype)
        if scale.ndim or not 0 < scale < np.inf:
            raise ValueError(f"spatial_scale must be a positive number, got {spatial_scale}")
        boxes = np.clip(rois[:, 1:].astype(dtype) * scale, -(2.0**60), 2.0**60)
    return images.astype(np.int64), boxes
