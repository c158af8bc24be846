"""Checks of masks: what was wanted, what came."""

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.checks import Array, check_array


def check_masks(name: str, masks: ArrayLike) -> Array:
    """Return masks as a bool array (N, H, W); integers are inside where they are not 0.

    Raises
    ------
    ValueError
        When the shape differs, or the masks are floats: a threshold must be chosen first.

    Examples
    --------
    >>> check_masks("masks", [[[.2, .9]]])
    Traceback (most recent call last):
    ValueError: masks must be bool, got float64: compare probabilities with a threshold first
    """
    array = check_array(name, masks, ("N", "H", "W"))
    if array.size and not (array.dtype == bool or np.issubdtype(array.dtype, np.integer)):
        raise ValueError(
            f"{name} must be bool, got {array.dtype}: compare probabilities with a threshold first"
        )
    return array if array.dtype == bool else array != 0
