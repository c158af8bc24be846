"""Samples small enough to be kept by the dozen, for pictures of many."""

from scratchcv.checks import Array
from scratchcv.data.crop import resize
from scratchcv.data.geometry import Sample, Target

LONGEST_SIDE = 640
"""Pixels; a picture on a sheet has fewer."""


def shrink(image: Array, target: Target, *, longest_side: int = LONGEST_SIDE) -> Sample:
    """Scale a large image down, and its target with it; a small one is returned as it is.

    Parameters
    ----------
    image : ndarray of shape (H, W, 3), uint8
    target : dict
        Truth or prediction: what `resize` moves, other entries are kept.
    longest_side : int
        Pixels that the longer side has at most.

    Returns
    -------
    image : ndarray of shape (H', W', 3)
    target : dict

    Raises
    ------
    ValueError
        When `longest_side` is not positive.

    Notes
    -----
    A sheet of 48 photographs of 12 megapixels needs 1.7 GB before and 40 MB afterwards.

    Examples
    --------
    >>> import numpy as np
    >>> photo, target = np.zeros((3000, 4000, 3), np.uint8), {"boxes": np.array([[1000.0, 0, 4000, 3000]])}
    >>> image, target = shrink(photo, target)
    >>> image.shape, target["boxes"].tolist()
    ((480, 640, 3), [[160.0, 0.0, 640.0, 480.0]])
    """
    if longest_side < 1:
        raise ValueError(f"longest_side must be at least 1, got {longest_side}")
    height, width = image.shape[:2]
    if max(height, width) <= longest_side:
        return image, target
    scale = longest_side / max(height, width)
    return resize(image, target, (max(1, round(height * scale)), max(1, round(width * scale))))
