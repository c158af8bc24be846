"""An image pyramid: the image in several sizes, so that a window of one size fits objects of many."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import DTypeLike

from scratchcv.boxes import count_windows, sliding_windows
from scratchcv.checks import Array
from scratchcv.data import GeneralizedRCNNTransform


class ImagePyramid:
    r"""The sizes that images are seen in, and the windows in them.

    A level for objects of scale s shows the image, stretched to a square, with a side of

    .. math:: N_s \approx W / s, \qquad N_s = W + \text{stride} \cdot n,

    so that a window of W pixels covers s of it. Rounding in steps of the stride lets the last window end
    where the image does.

    Parameters
    ----------
    window : int
        W, side of the windows in pixels.
    scales : sequence of float
        s, sides of objects relative to the image, above 0 and at most 1; a level for each.
    stride : int
        Pixels from one window to the next.

    Attributes
    ----------
    sides : list of int
        N of each level.
    windows : ndarray of shape (P, 4)
        All windows, xyxy relative to the image: level by level, row by row.

    Raises
    ------
    ValueError
        When there is no scale, or one is out of range.

    References
    ----------
    E. H. Adelson et al., "Pyramid methods in image processing", 1984; Sermanet et al., "OverFeat", 2014,
    section 3.3.

    Examples
    --------
    >>> pyramid = ImagePyramid(window=32, scales=[0.25, 0.5, 1], stride=4)
    >>> pyramid.sides, len(pyramid.windows), 25**2 + 9**2 + 1
    ([128, 64, 32], 707, 707)
    >>> pyramid.windows[-1].tolist()
    [0.0, 0.0, 1.0, 1.0]
    >>> [level.shape for level in pyramid.levels([np.zeros((3, 50, 80), np.float32)])]
    [(1, 3, 128, 128), (1, 3, 64, 64), (1, 3, 32, 32)]
    """

    def __init__(self, window: int, scales: Sequence[float], stride: int) -> None:
        if not len(scales) or not all(0 < scale <= 1 for scale in scales):
            raise ValueError(f"scales must be one number or more, above 0, at most 1, got {list(scales)}")
        self.window, self.stride = window, stride
        self.sides = [window + stride * round((window / scale - window) / stride) for scale in scales]
        sizes = [(side, side) for side in self.sides]
        self.counts = [count_windows(size, (window, window), stride) for size in sizes]
        relative = [sliding_windows(size, (window, window), stride) / np.float32(size[0]) for size in sizes]
        self.windows = np.concatenate(relative)
        self._transforms = [
            GeneralizedRCNNTransform(fixed_size=size, size_divisible=size[0], antialias=True)
            for size in sizes
        ]

    def levels(self, images: Sequence[Array], dtype: DTypeLike = np.float32) -> list[Array]:
        """Return images (3, H, W), normalised, as a batch (N, 3, side, side) for each level."""
        return [transform.to_batch(images, dtype)[0] for transform in self._transforms]

    def views(self, level: Array) -> Array:
        """Return all windows of one image's level (3, side, side) as (rows, columns, 3, W, W), uncopied."""
        every = np.lib.stride_tricks.sliding_window_view(level, (self.window, self.window), axis=(1, 2))
        return every[:, :: self.stride, :: self.stride].transpose(1, 2, 0, 3, 4)

    def cut(self, levels: Sequence[Array], indices: Array) -> Array:
        """Return some windows of one image's levels as pixels (M, 3, W, W): `indices` into `windows`."""
        crops = np.zeros((len(indices), 3, self.window, self.window), levels[0].dtype)
        start = 0
        for level, count in zip(levels, self.counts, strict=True):
            here = np.flatnonzero((indices >= start) & (indices < start + count))
            views = self.views(level)
            crops[here] = views[np.divmod(indices[here] - start, views.shape[1])]
            start += count
        return crops
