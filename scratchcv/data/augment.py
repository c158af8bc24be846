"""Random changes of where things are: flips, turns, crops, resizing, one after another or now and then.

A transform is called as ``transform(image, target, rng)`` and returns the changed image and target; all that
is random in it comes from `rng`. What a target may hold, and how it moves, says `scratchcv.data.geometry`.
Results may share memory with the arguments, which are never written to.
"""

import math
from collections.abc import Callable, Sequence

import numpy as np

from scratchcv.checks import Array
from scratchcv.data.crop import Window, resize, resized_crop
from scratchcv.data.geometry import Sample, Target, horizontal_flip, rotate90, vertical_flip

Transform = Callable[[Array, Target, np.random.Generator], Sample]


class Compose:
    """Apply transforms one after another.

    Parameters
    ----------
    transforms : sequence of callable
        Each ``transform(image, target, rng)``.

    Examples
    --------
    >>> transform = Compose([RandomHorizontalFlip(), Resize((300, 300))])
    >>> image, target = transform(np.zeros((480, 640, 3), np.uint8), {}, np.random.default_rng(0))
    >>> image.shape
    (300, 300, 3)
    """

    def __init__(self, transforms: Sequence[Transform]) -> None:
        self.transforms = tuple(transforms)

    def __call__(self, image: Array, target: Target, rng: np.random.Generator) -> Sample:
        """Return image and target after all transforms."""
        for transform in self.transforms:
            image, target = transform(image, target, rng)
        return image, target


class RandomApply(Compose):
    """Apply transforms one after another with probability `p`, else none.

    Examples
    --------
    >>> transform = RandomApply([Resize((30, 40))], p=0.0)
    >>> image, target = transform(np.zeros((3, 4, 3), np.uint8), {}, np.random.default_rng(0))
    >>> image.shape
    (3, 4, 3)
    """

    def __init__(self, transforms: Sequence[Transform], p: float = 0.5) -> None:
        super().__init__(transforms)
        self.p = check_probability(p)

    def __call__(self, image: Array, target: Target, rng: np.random.Generator) -> Sample:
        """Return image and target, changed or not."""
        return super().__call__(image, target, rng) if rng.random() < self.p else (image, target)


class RandomHorizontalFlip:
    """Mirror left and right with probability `p`.

    Parameters
    ----------
    p : float
        Probability.
    keypoint_flip_pairs : sequence of (int, int)
        Keypoints that swap, see `horizontal_flip`.

    Examples
    --------
    >>> image, target = np.zeros((4, 10, 3), np.uint8), {"boxes": np.array([[0.0, 0, 3, 1]])}
    >>> RandomHorizontalFlip(p=1.0)(image, target, np.random.default_rng(0))[1]["boxes"].tolist()
    [[7.0, 0.0, 10.0, 1.0]]
    """

    def __init__(self, p: float = 0.5, *, keypoint_flip_pairs: Sequence[tuple[int, int]] = ()) -> None:
        self.p = check_probability(p)
        self.keypoint_flip_pairs = tuple(keypoint_flip_pairs)

    def __call__(self, image: Array, target: Target, rng: np.random.Generator) -> Sample:
        """Return image and target, mirrored or not."""
        if rng.random() >= self.p:
            return image, target
        return horizontal_flip(image, target, keypoint_flip_pairs=self.keypoint_flip_pairs)


class RandomVerticalFlip:
    """Mirror top and bottom with probability `p`; parameters as of `RandomHorizontalFlip`.

    Examples
    --------
    >>> image, target = np.zeros((4, 10, 3), np.uint8), {"boxes": np.array([[0.0, 0, 3, 1]])}
    >>> RandomVerticalFlip(p=1.0)(image, target, np.random.default_rng(0))[1]["boxes"].tolist()
    [[0.0, 3.0, 3.0, 4.0]]
    """

    def __init__(self, p: float = 0.5, *, keypoint_flip_pairs: Sequence[tuple[int, int]] = ()) -> None:
        self.p = check_probability(p)
        self.keypoint_flip_pairs = tuple(keypoint_flip_pairs)

    def __call__(self, image: Array, target: Target, rng: np.random.Generator) -> Sample:
        """Return image and target, mirrored or not."""
        if rng.random() >= self.p:
            return image, target
        return vertical_flip(image, target, keypoint_flip_pairs=self.keypoint_flip_pairs)


class RandomRotate90:
    """Turn by 0, 90, 180 or 270 degrees, each as likely: for what has no upright, such as cells.

    Examples
    --------
    >>> image, target = RandomRotate90()(np.zeros((4, 10, 3), np.uint8), {}, np.random.default_rng(0))
    >>> sorted(image.shape)
    [3, 4, 10]
    """

    def __call__(self, image: Array, target: Target, rng: np.random.Generator) -> Sample:
        """Return image and target, turned."""
        return rotate90(image, target, int(rng.integers(4)))


class Resize:
    """Stretch every image to one size = (height, width).

    Examples
    --------
    >>> image, target = np.zeros((4, 10, 3), np.uint8), {"boxes": np.array([[0.0, 0, 3, 1]])}
    >>> Resize((8, 20))(image, target)[1]["boxes"].tolist()
    [[0.0, 0.0, 6.0, 2.0]]
    """

    def __init__(self, size: tuple[int, int]) -> None:
        self.size = size

    def __call__(self, image: Array, target: Target, rng: np.random.Generator | None = None) -> Sample:
        """Return image and target in the new size."""
        return resize(image, target, self.size)


class RandomResizedCrop:
    """Cut out a window of random size, shape and place, and stretch it to one size.

    Parameters
    ----------
    size : (int, int)
        Height and width of the result.
    scale : (float, float)
        Least and greatest share of the image's area.
    ratio : (float, float)
        Least and greatest width / height of the window, drawn evenly on a logarithmic scale.

    Notes
    -----
    Objects stay whose boxes have their centre in the window, see `crop`. When ten windows did not fit into
    the image, the largest central one within `ratio` is taken (torchvision's rule).

    Examples
    --------
    >>> transform = RandomResizedCrop((200, 200), scale=(0.1, 1.0), ratio=(0.5, 2.0))
    >>> image, target = transform(np.zeros((480, 640, 3), np.uint8), {}, np.random.default_rng(0))
    >>> image.shape
    (200, 200, 3)
    """

    def __init__(
        self,
        size: tuple[int, int],
        scale: tuple[float, float] = (0.08, 1.0),
        ratio: tuple[float, float] = (3 / 4, 4 / 3),
    ) -> None:
        if not (0 < scale[0] <= scale[1] and 0 < ratio[0] <= ratio[1]):
            raise ValueError(f"scale and ratio must be positive and ordered, got {scale} and {ratio}")
        self.size, self.scale, self.ratio = size, scale, ratio

    def __call__(self, image: Array, target: Target, rng: np.random.Generator) -> Sample:
        """Return the window and its target in the new size."""
        window = self._window(image.shape[0], image.shape[1], rng)
        return resized_crop(image, target, window, self.size)

    def _window(self, height: int, width: int, rng: np.random.Generator) -> Window:
        for _ in range(10):
            area = height * width * rng.uniform(*self.scale)
            ratio = math.exp(rng.uniform(math.log(self.ratio[0]), math.log(self.ratio[1])))
            w, h = round(math.sqrt(area * ratio)), round(math.sqrt(area / ratio))
            if 0 < w <= width and 0 < h <= height:
                x, y = int(rng.integers(width - w + 1)), int(rng.integers(height - h + 1))
                return x, y, x + w, y + h
        w = max(1, min(width, round(height * self.ratio[1])))
        h = max(1, min(height, round(width / self.ratio[0])))
        x, y = (width - w) // 2, (height - h) // 2
        return x, y, x + w, y + h


def check_probability(p: float) -> float:
    """Return `p`, or say that it is no probability.

    Examples
    --------
    >>> check_probability(1.5)
    Traceback (most recent call last):
    ValueError: p must be within [0, 1], got 1.5
    """
    if not 0 <= p <= 1:
        raise ValueError(f"p must be within [0, 1], got {p}")
    return p
