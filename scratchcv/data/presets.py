"""The overlaid augmentations of the lectures, ready for use: EE 628's and SSD's."""

from collections.abc import Sequence

import numpy as np

from scratchcv.checks import Array
from scratchcv.data.augment import Compose, RandomHorizontalFlip, RandomResizedCrop
from scratchcv.data.augment_color import ColorJitter, RandomPhotometricDistort
from scratchcv.data.augment_ssd import RandomIoUCrop, RandomZoomOut
from scratchcv.data.crop import resized_crop
from scratchcv.data.geometry import Sample, Target

SSD_MEAN = (123, 117, 104)
"""ImageNet's mean colour, which SSD's zooming out paints around the image."""


def ee628_augmentation(
    size: tuple[int, int] = (200, 200), *, keypoint_flip_pairs: Sequence[tuple[int, int]] = ()
) -> Compose:
    """Return the lecture's overlaid methods: flip, crop of 10 to 100 % of the area, half of every colour.

    Parameters
    ----------
    size : (int, int)
        Height and width of the result.
    keypoint_flip_pairs : sequence of (int, int)
        Keypoints that swap, see `horizontal_flip`.

    References
    ----------
    EE 628 Deep Learning, "Image Augmentation"; Zhang et al., "Dive into Deep Learning", §14.1, for the numbers.

    Examples
    --------
    >>> transform = ee628_augmentation((64, 64))
    >>> image, target = transform(np.zeros((480, 640, 3), np.uint8), {}, np.random.default_rng(0))
    >>> image.shape
    (64, 64, 3)
    """
    return Compose(
        [
            RandomResizedCrop(size, scale=(0.1, 1.0), ratio=(0.5, 2.0)),
            RandomHorizontalFlip(keypoint_flip_pairs=keypoint_flip_pairs),
            ColorJitter(brightness=0.5, contrast=0.5, saturation=0.5, hue=0.5),
        ]
    )


def ssd_augmentation(
    size: tuple[int, int] = (300, 300),
    *,
    fill: Sequence[float] = SSD_MEAN,
    keypoint_flip_pairs: Sequence[tuple[int, int]] = (),
) -> Compose:
    """Return SSD's augmentation: zoom out, patch of a minimum IoU, stretch to `size`, flip, colours.

    Parameters
    ----------
    size : (int, int)
        Height and width of the result.
    fill : three numbers
        Colour around images that are zoomed out.
    keypoint_flip_pairs : sequence of (int, int)
        Keypoints that swap, see `horizontal_flip`.

    Notes
    -----
    SSD changes the colours first. Here they come last, when the image has its final, mostly smaller size; the
    only difference is that `fill` changes too. Channels are not permuted, as in the authors' settings.

    References
    ----------
    Liu et al., "SSD: Single Shot MultiBox Detector", ECCV 2016, §2.2 and §3.6.

    Examples
    --------
    >>> transform = ssd_augmentation((300, 300))
    >>> image, target = transform(np.zeros((480, 640, 3), np.uint8), {}, np.random.default_rng(0))
    >>> image.shape
    (300, 300, 3)
    """
    return Compose(
        [
            _ZoomCropResize(RandomZoomOut(fill=fill), RandomIoUCrop(), size),
            RandomHorizontalFlip(keypoint_flip_pairs=keypoint_flip_pairs),
            RandomPhotometricDistort(permute_channels=False),
        ]
    )


class _ZoomCropResize:
    """Zoom out, cut a patch and stretch it, in one step that never stores the canvas."""

    def __init__(self, zoom_out: RandomZoomOut, iou_crop: RandomIoUCrop, size: tuple[int, int]) -> None:
        self.zoom_out, self.iou_crop, self.size = zoom_out, iou_crop, size

    def __call__(self, image: Array, target: Target, rng: np.random.Generator) -> Sample:
        height, width = image.shape[:2]
        canvas = self.zoom_out.window(height, width, rng) or (0, 0, width, height)
        left, top, right, bottom = canvas
        boxes = target.get("boxes", np.zeros((0, 4)))
        boxes = boxes - np.array([left, top, left, top], boxes.dtype)
        patch = self.iou_crop.window(bottom - top, right - left, boxes, rng)
        if patch is not None:
            canvas = (left + patch[0], top + patch[1], left + patch[2], top + patch[3])
        return resized_crop(image, target, canvas, self.size, fill=self.zoom_out.fill)
