"""From images of any sizes to one padded batch, and boxes there and back: how two-stage detectors begin."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import DTypeLike

from scratchcv.checks import Array
from scratchcv.data.image import resize_image
from scratchcv.layers import interpolate

Size = tuple[int, int]
"""Height and width, pixels."""

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)
"""Of red, green and blue of ImageNet's photographs: what published weights expect."""


class GeneralizedRCNNTransform:
    r"""Normalise images, resize them, and pad them to one batch.

    With m and M the shorter and the longer side of an image, it is scaled by

    .. math:: s = \min\left(\frac{min\_size}{m}, \frac{max\_size}{M}\right), \qquad
              (H', W') = (\lfloor s H \rfloor, \lfloor s W \rfloor)

    and zeros are added right and below, until all images have the largest one's size, rounded up to
    `size_divisible`.

    Parameters
    ----------
    min_size, max_size : int
        What the shorter side becomes, unless the longer one would exceed the other number; pixels.
    size_divisible : int
        The batch's height and width are multiples of this, so that every stride of a backbone divides them.
    fixed_size : (height, width), optional
        Stretch every image to this size instead, whatever its shape.
    image_mean, image_std : sequence of 3 float
        Of the red, green and blue of the images, values from 0 to 1; by default ImageNet's.
    antialias : bool
        Whether a smaller image averages over all pixels that it covers. torchvision's detectors take four.

    Raises
    ------
    ValueError
        When a size is below 1, or a standard deviation is not positive.

    Notes
    -----
    Sizes, pixels and boxes are those of torchvision's class of this name, where a `fixed_size` is (width,
    height) and `min_size` may be a list to draw from.

    References
    ----------
    S. Ren et al., "Faster R-CNN", 2015, section 3.3: "we re-scale the images such that their shorter side is
    s = 600 pixels".

    Examples
    --------
    >>> transform = GeneralizedRCNNTransform(min_size=64, max_size=100)
    >>> images = [np.zeros((3, 32, 40), np.float32), np.zeros((3, 20, 80), np.float32)]
    >>> batch, sizes = transform.to_batch(images)
    >>> batch.shape, sizes
    ((2, 3, 64, 128), [(64, 80), (25, 100)])
    >>> boxes = transform.to_batch_boxes([[10, 10, 20, 30]], (32, 40), sizes[0])
    >>> boxes.tolist(), transform.to_image_boxes(boxes, (32, 40), sizes[0]).tolist()
    ([[20.0, 20.0, 40.0, 60.0]], [[10.0, 10.0, 20.0, 30.0]])
    """

    def __init__(
        self,
        min_size: int = 800,
        max_size: int = 1333,
        *,
        size_divisible: int = 32,
        fixed_size: Size | None = None,
        image_mean: Sequence[float] = IMAGENET_MEAN,
        image_std: Sequence[float] = IMAGENET_STD,
        antialias: bool = False,
    ) -> None:
        for name, number in (
            ("min_size", min_size),
            ("max_size", max_size),
            ("size_divisible", size_divisible),
            ("fixed_size", 1 if fixed_size is None else min(fixed_size)),
        ):
            if number < 1:
                raise ValueError(f"{name} must be at least 1, got {number}")
        if not min(image_std) > 0:
            raise ValueError(f"image_std must be positive, got {image_std}")
        self.min_size, self.max_size = min_size, max_size
        self.size_divisible = size_divisible
        self.fixed_size = fixed_size
        self.image_mean, self.image_std = tuple(image_mean), tuple(image_std)
        self.antialias = antialias

    def resized_size(self, image_size: Size) -> Size:
        """Return height and width of an image of this size after resizing.

        Examples
        --------
        >>> GeneralizedRCNNTransform().resized_size((480, 640))
        (800, 1066)
        """
        if self.fixed_size is not None:
            return self.fixed_size
        height, width = image_size
        scale = min(self.min_size / min(height, width), self.max_size / max(height, width))
        return max(math.floor(height * scale), 1), max(math.floor(width * scale), 1)

    def to_batch(self, images: Sequence[Array], dtype: DTypeLike = np.float32) -> tuple[Array, list[Size]]:
        """Return the batch, and the size that each image has in its upper left corner.

        Parameters
        ----------
        images : sequence of ndarray (3, H, W)
            Values in [0, 1], any sizes.
        dtype : dtype
            Of the batch.

        Returns
        -------
        batch : ndarray of shape (N, 3, H', W')
        sizes : list of (height, width)
        """
        mean, std = (np.array(values, dtype)[:, None, None] for values in (self.image_mean, self.image_std))
        resized = [self._resize((image.astype(dtype, copy=False) - mean) / std) for image in images]
        sizes = [(image.shape[1], image.shape[2]) for image in resized]
        least = self.fixed_size or (1, 1)  # what a batch of no images has
        height, width = (
            _round_up(max(sides, default=side), self.size_divisible)
            for sides, side in zip(_columns(sizes), least, strict=True)
        )
        batch = np.zeros((len(images), 3, height, width), dtype)
        for n, (image, (h, w)) in enumerate(zip(resized, sizes, strict=True)):
            batch[n, :, :h, :w] = image
        return batch, sizes

    def to_batch_boxes(self, boxes: Array | Sequence[Sequence[float]], image_size: Size, size: Size) -> Array:
        """Take boxes (R, 4) from an image of `image_size` to the same image resized to `size`."""
        return _rescale(np.asarray(boxes), image_size, size)

    def to_image_boxes(self, boxes: Array | Sequence[Sequence[float]], image_size: Size, size: Size) -> Array:
        """Take boxes (R, 4) from the image resized to `size` back to its own `image_size`."""
        return _rescale(np.asarray(boxes), size, image_size)

    def to_batch_targets(
        self,
        targets: Sequence[Mapping[str, Array]],
        images: Sequence[Array],
        sizes: Sequence[Size],
        dtype: DTypeLike = np.float32,
    ) -> list[dict[str, Array]]:
        """Return each target's boxes in the batch's pixels, and its labels; other entries are left out."""
        return [
            {
                "boxes": self.to_batch_boxes(np.asarray(target["boxes"], dtype), image.shape[1:], size),
                "labels": np.asarray(target["labels"], np.int64),
            }
            for target, image, size in zip(targets, images, sizes, strict=True)
        ]

    def postprocess(
        self,
        predictions: Sequence[Mapping[str, Array]],
        images: Sequence[Array],
        sizes: Sequence[Size],
    ) -> list[dict[str, Array]]:
        """Return each image's prediction with its boxes in that image's own pixels."""
        return [
            {**prediction, "boxes": self.to_image_boxes(prediction["boxes"], image.shape[1:], size)}
            for prediction, image, size in zip(predictions, images, sizes, strict=True)
        ]

    @property
    def size(self) -> int:
        """Side of the images that are wanted, the shorter one: others are resized."""
        return min(self.fixed_size or (self.min_size,))

    def _resize(self, image: Array) -> Array:
        size = self.resized_size((image.shape[1], image.shape[2]))
        if self.antialias:
            return resize_image(image, size)
        resized: Array = interpolate(image[None], size, mode="bilinear")[0]
        return resized


def _rescale(boxes: Array, before: Size, after: Size) -> Array:
    """Multiply x and y by the ratios of two sizes, in the boxes' own precision (float32 for integers)."""
    dtype = boxes.dtype if boxes.dtype.kind == "f" else np.dtype(np.float32)
    ratio_y, ratio_x = np.array(after, dtype) / np.array(before, dtype)
    rescaled: Array = boxes.astype(dtype, copy=False) * np.array([ratio_x, ratio_y] * 2, dtype)
    return rescaled


def _round_up(side: int, multiple: int) -> int:
    return -(-side // multiple) * multiple


def _columns(sizes: Sequence[Size]) -> tuple[list[int], list[int]]:
    return [height for height, _ in sizes], [width for _, width in sizes]
