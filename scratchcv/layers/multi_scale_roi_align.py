"""RoIAlign on a feature pyramid: each region is read from the level that fits its size."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from scratchcv.checks import Array, as_floating, check_array
from scratchcv.layers.layer import Layer
from scratchcv.layers.roi_align import roi_align, roi_align_backward
from scratchcv.layers.shapes import Pair, pair

Sizes = Sequence[tuple[int, int]]

EPSILON = 1e-6
"""Added to k before it is rounded down, so that a region of exactly 224 × 224 pixels lies on its level."""


def roi_levels(
    rois: Array, first: int, last: int, *, canonical_scale: float = 224, canonical_level: int = 4
) -> Array:
    r"""Return the pyramid's level of each region: a region half as wide lies one level lower.

    .. math:: k = \left\lfloor k_0 + \log_2 \frac{\sqrt{wh}}{224} \right\rfloor, \qquad first \le k \le last

    Parameters
    ----------
    rois : ndarray of shape (K, 5)
        Image index, then the box `xyxy` in the image's pixels.
    first, last : int
        The finest and the coarsest level that exist; level k has stride 2ᵏ.
    canonical_scale : float
        224, the side of the images on which backbones are trained.
    canonical_level : int
        k₀, the level of a region of that size.

    Returns
    -------
    ndarray of int64, shape (K,)
        A region without area lies on the first level.

    References
    ----------
    Lin, Dollár, Girshick, He, Hariharan, Belongie, "Feature Pyramid Networks for Object Detection", 2017,
    equation 1; torchvision.ops.poolers.LevelMapper.

    Examples
    --------
    >>> sides = np.array([28, 111, 112, 223, 224, 800.0])
    >>> roi_levels(np.stack([sides * 0, sides * 0, sides * 0, sides, sides], axis=1), 2, 5).tolist()
    [2, 2, 3, 3, 4, 5]
    """
    rois = as_floating(check_array("rois", rois, ("K", 5)))
    area = np.maximum((rois[:, 3] - rois[:, 1]) * (rois[:, 4] - rois[:, 2]), 0)
    with np.errstate(divide="ignore"):
        k = np.floor(canonical_level + np.log2(np.sqrt(area) / canonical_scale) + EPSILON)
    levels: Array = np.clip(k, first, last).astype(np.int64)
    return levels


def infer_scales(features: Sequence[Array], image_sizes: Sizes) -> list[float]:
    """Return what a pixel of the image measures on each feature map: the nearest power of two.

    Parameters
    ----------
    features : sequence of ndarray (N, C, H, W)
        The feature maps of a batch that was padded to its largest image, and perhaps a little more.
    image_sizes : sequence of (int, int)
        Height and width of each image, without padding.

    Returns
    -------
    list of float
        1/4 for a feature map of stride 4.

    References
    ----------
    torchvision.ops.poolers._infer_scale, which asks the heights alone, as here.

    Examples
    --------
    >>> infer_scales([np.zeros((1, 8, 25, 40)), np.zeros((1, 8, 13, 20))], [(100, 150)])
    [0.25, 0.125]
    """
    height = max((size[0] for size in image_sizes), default=0)
    if not height:  # a batch without images has no regions
        return [1.0] * len(features)
    return [2.0 ** round(math.log2(feature.shape[2] / height)) for feature in features]


class MultiScaleRoIAlign(Layer):
    """RoIAlign from a feature pyramid, each region from its level; with one feature map, plain RoIAlign.

    Parameters
    ----------
    output_size : int or (int, int)
        Bins of each region.
    sampling_ratio : int
        Samples a side of a bin; for 0 and below about one a pixel.
    canonical_scale, canonical_level
        As for `roi_levels`.

    References
    ----------
    Lin et al., "Feature Pyramid Networks for Object Detection", 2017, section 4.2;
    torchvision.ops.MultiScaleRoIAlign. See `roi_levels`, `infer_scales` and `roi_align`.

    Examples
    --------
    >>> pyramid = [np.ones((1, 8, 64, 64)), np.full((1, 8, 32, 32), 2.0)]  # strides 4 and 8
    >>> rois = np.array([[0, 0, 0, 100, 100], [0, 0, 0, 200, 200.0]])
    >>> y = MultiScaleRoIAlign(7, sampling_ratio=2)(pyramid, rois, [(256, 256)])
    >>> y.shape, y[:, 0, 3, 3].tolist()
    ((2, 8, 7, 7), [1.0, 2.0])
    """

    def __init__(
        self,
        output_size: int | Pair,
        sampling_ratio: int,
        *,
        canonical_scale: float = 224,
        canonical_level: int = 4,
    ) -> None:
        self.output_size = pair("output_size", output_size, least=1)
        self.sampling_ratio = sampling_ratio
        self.canonical_scale = canonical_scale
        self.canonical_level = canonical_level

    def forward(
        self, features: Sequence[Array], rois: Array, image_sizes: Sizes
    ) -> tuple[Array, tuple[Any, ...]]:
        """Return the regions' features, and the cache: regions, levels, scales, shapes.

        Parameters
        ----------
        features : sequence of ndarray (N, C, H, W)
            Feature maps, fine to coarse.
        rois : ndarray of shape (K, 5)
            Image index, then the box `xyxy` in that image's pixels.
        image_sizes : sequence of (int, int)
            Height and width of each image, from which the scale of each map is inferred.

        Returns
        -------
        y : ndarray of shape (K, C, H', W')
        cache : tuple
        """
        rois, scales = as_floating(check_array("rois", rois, ("K", 5))), infer_scales(features, image_sizes)
        levels = self._levels(rois, scales)
        y = np.zeros((len(rois), features[0].shape[1], *self.output_size), features[0].dtype)
        for level, (feature, scale) in enumerate(zip(features, scales, strict=True)):
            here = levels == level
            y[here] = roi_align(feature, rois[here], self.output_size, scale, self.sampling_ratio)
        return y, (rois, levels, scales, [feature.shape for feature in features])

    def backward(self, dy: Array, cache: tuple[Any, ...]) -> list[Array]:
        """Return the gradient of each feature map; the regions are constants, as in torchvision."""
        rois, levels, scales, shapes = cache
        dfeatures = []
        for level, (shape, scale) in enumerate(zip(shapes, scales, strict=True)):
            here = levels == level
            dfeatures.append(
                roi_align_backward(dy[here], rois[here], shape, self.output_size, scale, self.sampling_ratio)
            )
        return dfeatures

    def _levels(self, rois: Array, scales: list[float]) -> Array:
        """Return which feature map each region is read from."""
        if len(scales) == 1:
            return np.zeros(len(rois), np.int64)
        first, last = (int(-math.log2(scale)) for scale in (scales[0], scales[-1]))
        levels = roi_levels(
            rois, first, last, canonical_scale=self.canonical_scale, canonical_level=self.canonical_level
        )
        return levels - first
