"""Random changes of colour; boxes, masks and keypoints stay where they are."""

from collections.abc import Callable

import numpy as np

from scratchcv.checks import Array
from scratchcv.data.augment import check_probability
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


class RandomPhotometricDistort:
    """Change brightness, contrast, saturation, hue and the order of the channels, each with probability `p`.

    Parameters
    ----------
    brightness, contrast, saturation, hue : (float, float)
        Ranges of the factors of `adjust_brightness` and its like.
    p : float
        Probability of each change by itself.
    permute_channels : bool
        Whether the channels may be permuted.

    Notes
    -----
    The contrast changes before saturation and hue, or after them, as likely, which is SSD's order. SSD adds up
    to ±32 to the brightness; as in torchvision, it is multiplied here.

    References
    ----------
    Howard, "Some Improvements on Deep CNN Based Image Classification", 2013, whom SSD (§2.2) follows.

    Examples
    --------
    >>> distort = RandomPhotometricDistort(p=0.0)
    >>> distort(np.full((1, 1, 3), 7, np.uint8), {}, np.random.default_rng(0))[0].tolist()
    [[[7, 7, 7]]]
    """

    def __init__(
        self,
        brightness: tuple[float, float] = (0.875, 1.125),
        contrast: tuple[float, float] = (0.5, 1.5),
        saturation: tuple[float, float] = (0.5, 1.5),
        hue: tuple[float, float] = (-0.05, 0.05),
        p: float = 0.5,
        *,
        permute_channels: bool = True,
    ) -> None:
        self.brightness, self.contrast, self.saturation, self.hue = brightness, contrast, saturation, hue
        self.p = check_probability(p)
        self.permute_channels = permute_channels

    def __call__(self, image: Array, target: Target, rng: np.random.Generator) -> Sample:
        """Return the image in other colours, and the target itself."""
        contrast = (adjust_contrast, self.contrast)
        changes = [(adjust_saturation, self.saturation), (adjust_hue, self.hue)]
        changes.insert(0 if rng.random() < 0.5 else 2, contrast)
        for adjust, bounds in [(adjust_brightness, self.brightness), *changes]:
            if rng.random() < self.p:
                image = adjust(image, rng.uniform(*bounds))
        if self.permute_channels and rng.random() < self.p:
            image = np.ascontiguousarray(image[..., rng.permutation(3)])
        return image, target
