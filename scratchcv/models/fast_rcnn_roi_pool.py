"""RoI pooling as `RoIHeads` asks for it: of the one feature map that Fast R-CNN has."""

from collections.abc import Sequence
from typing import Any

from scratchcv.checks import Array
from scratchcv.layers import Layer, RoIPool, infer_scales
from scratchcv.layers.shapes import Pair

Sizes = Sequence[tuple[int, int]]


class FastRCNNRoIPool(Layer):
    """RoI pooling with the scale inferred from the images, in place of `MultiScaleRoIAlign`.

    Parameters
    ----------
    output_size : int or (int, int)
        Bins of each region.

    References
    ----------
    R. Girshick, "Fast R-CNN", 2015, section 2.1; lecture S1, lines 659-678. See `scratchcv.layers.roi_pool`.

    Examples
    --------
    >>> import numpy as np
    >>> x, rois = np.arange(16.0).reshape(1, 1, 4, 4), np.array([[0, 0, 0, 8, 8.0]])
    >>> FastRCNNRoIPool(2)([x], rois, [(16, 16)])[0, 0].tolist()  # 8 pixels of 16: rows 0 to 2 of 4
    [[5.0, 6.0], [9.0, 10.0]]
    """

    def __init__(self, output_size: int | Pair) -> None:
        self.output_size = output_size

    def forward(
        self, features: Sequence[Array], rois: Array, image_sizes: Sizes
    ) -> tuple[Array, tuple[RoIPool, Any]]:
        """Return the maxima (K, C, H', W') of rois (K, 5) in the images' pixels, and the cache."""
        (feature,) = features
        pool = RoIPool(self.output_size, *infer_scales(features, image_sizes))
        y, cache = pool.forward(feature, rois)
        return y, (pool, cache)

    def backward(self, dy: Array, cache: tuple[RoIPool, Any]) -> list[Array]:
        """Return the gradient of the feature map, in a list as it came."""
        pool, pool_cache = cache
        return [pool.backward(dy, pool_cache)[0]]
