"""EE 628's augmentation: random colours, and the overlay of flip, crop and colour."""

from collections.abc import Callable, Sequence

import numpy as np

from scratchcv.checks import Array
from scratchcv.data.augment import Compose, RandomHorizontalFlip, RandomResizedCrop
from scratchcv.data.color import adjust_brightness, adjust_contrast, adjust_hue, adjust_saturation
from scratchcv.data.geometry import Sample, Target


class ColorJitter:
    """Change brightness, contrast, saturation and hue by random amounts, in random order.

    Parameters
    ----------
    brightness, contrast, saturation : float
        The factor is drawn from [max(0, 1 − value), 1 + value].
    hue : float
        The turn is drawn from [−value, value], at most 0.5.

    Examples
    --------
    >>> jitter = ColorJitter(brightness=0.5, hue=0.1)
    >>> image, target = jitter(np.full((2, 2, 3), 100, np.uint8), {}, np.random.default_rng(0))
    >>> bool(50 <= image.min() and image.max() <= 150)
    True
    """

    def __init__(
        self, brightness: float = 0.0, contrast: float = 0.0, saturation: float = 0.0, hue: float = 0.0
    ) -> None:
        if min(brightness, contrast, saturation, hue) < 0 or hue > 0.5:
            raise ValueError("brightness, contrast, saturation must not be negative, hue within [0, 0.5]")
        self.changes: list[tuple[Callable[[Array, float], Array], float, float]] = [
            (adjust_brightness, max(0.0, 1 - brightness), 1 + brightness),
            (adjust_contrast, max(0.0, 1 - contrast), 1 + contrast),
            (adjust_saturation, max(0.0, 1 - saturation), 1 + saturation),
            (adjust_hue, -hue, hue),
        ]

    def __call__(self, image: Array, target: Target, rng: np.random.Generator) -> Sample:
        """Return the image in other colours, and the target itself."""
        for number in rng.permutation(len(self.changes)):
            adjust, low, high = self.changes[number]
            if low < high:
                image = adjust(image, rng.uniform(low, high))
        return image, target


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
    EE 628 Deep Learning, "Image Augmentation"; Zhang et al., "Dive into Deep Learning", §14.1 (numbers).

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
