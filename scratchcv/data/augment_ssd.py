"""SSD's augmentation: zooming out, patches that overlap an object enough, distorted colours, mirrors."""

from collections.abc import Sequence

import numpy as np

from scratchcv.boxes import box_iou
from scratchcv.checks import Array
from scratchcv.data.augment import Compose, RandomHorizontalFlip, check_probability
from scratchcv.data.color import adjust_brightness, adjust_contrast, adjust_hue, adjust_saturation
from scratchcv.data.crop import Window, centres_inside, crop, resized_crop
from scratchcv.data.geometry import Sample, Target

SSD_MEAN = (123, 117, 104)
"""ImageNet's mean colour, which SSD's zooming out paints around the image."""


class RandomIoUCrop:
    """Cut out a patch that overlaps at least one object by a minimum IoU, itself drawn at random.

    Parameters
    ----------
    min_scale, max_scale : float
        Width and height of the patch, each as a share of the image's.
    min_aspect_ratio, max_aspect_ratio : float
        Width / height of the patch, in pixels.
    sampler_options : sequence of float
        The minimum IoUs to draw from. 0 asks for nothing but the centre of one box in the patch; 1 and more
        keeps the whole image.
    trials : int
        Patches tried for one minimum IoU before another is drawn.

    Notes
    -----
    Objects stay whose boxes have their centre in the patch, and one of these must overlap it enough: the rule
    of the authors' program and of torchvision. (The paper's "minimum jaccard overlap with the objects" leaves
    open whether one or all.) When no patch fits, and where there are no objects, the image stays whole.

    References
    ----------
    Liu et al., "SSD: Single Shot MultiBox Detector", ECCV 2016, §2.2.
    Balasubramanian, "Deep Learning for Computer Vision", 7.2 "CNNs for Detection II", slide 20.

    Examples
    --------
    >>> image, target = np.zeros((100, 100, 3), np.uint8), {"boxes": np.array([[20.0, 20, 80, 80]])}
    >>> patch, moved = RandomIoUCrop(sampler_options=[0.5])(image, target, np.random.default_rng(0))
    >>> len(moved["boxes"]), patch.shape[0] < 100
    (1, True)
    """

    def __init__(
        self,
        min_scale: float = 0.3,
        max_scale: float = 1.0,
        min_aspect_ratio: float = 0.5,
        max_aspect_ratio: float = 2.0,
        sampler_options: Sequence[float] = (0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0),
        trials: int = 40,
    ) -> None:
        if not 0 < min_scale <= max_scale <= 1:
            raise ValueError(f"scales must be ordered within (0, 1], got {min_scale} and {max_scale}")
        self.scales = min_scale, max_scale
        self.aspect_ratios = min_aspect_ratio, max_aspect_ratio
        self.sampler_options = tuple(sampler_options)
        self.trials = trials

    def __call__(self, image: Array, target: Target, rng: np.random.Generator) -> Sample:
        """Return the patch and the objects in it."""
        boxes = target.get("boxes", np.zeros((0, 4)))
        window = self.window(image.shape[0], image.shape[1], boxes, rng)
        return (image, target) if window is None else crop(image, target, window)

    def window(self, height: int, width: int, boxes: Array, rng: np.random.Generator) -> Window | None:
        """Draw a patch of an image with these boxes; None stands for the whole image."""
        for minimum in rng.permutation(self.sampler_options):
            if minimum >= 1 or len(boxes) == 0:
                return None
            patches = self._patches(height, width, rng)
            overlaps = box_iou(patches.astype(boxes.dtype), boxes)
            best = np.where(centres_inside(boxes, patches), overlaps, -1).max(axis=1)
            fitting = np.flatnonzero(best >= minimum)
            if len(fitting):
                x1, y1, x2, y2 = patches[fitting[0]].tolist()
                return x1, y1, x2, y2
        return None

    def _patches(self, height: int, width: int, rng: np.random.Generator) -> Array:
        """Draw all trials at once; return those of allowed shape, (M, 4) int."""
        size = np.array([width, height])
        extent = (size * rng.uniform(*self.scales, (self.trials, 2))).astype(np.int64)
        corner = ((size - extent) * rng.random((self.trials, 2))).astype(np.int64)
        least, most = self.aspect_ratios
        w, h = extent.T
        allowed = (w > 0) & (h > 0) & (w >= least * h) & (w <= most * h)
        patches: Array = np.concatenate([corner, corner + extent], axis=1)[allowed]
        return patches


class RandomZoomOut:
    """Lay the image on a larger canvas with probability `p`, so that small objects become common.

    Parameters
    ----------
    fill : three numbers
        Colour of the canvas.
    side_range : (float, float)
        Least and greatest side of the canvas, as a multiple of the image's.
    p : float
        Probability.

    References
    ----------
    Liu et al., "SSD: Single Shot MultiBox Detector", ECCV 2016, §3.6.

    Examples
    --------
    >>> image, target = np.zeros((10, 20, 3), np.uint8), {"boxes": np.array([[0.0, 0, 20, 10]])}
    >>> zoom_out = RandomZoomOut(side_range=(2, 2), p=1.0)
    >>> image, target = zoom_out(image, target, np.random.default_rng(0))
    >>> image.shape, (target["boxes"][0, 2:] - target["boxes"][0, :2]).tolist()
    ((20, 40, 3), [20.0, 10.0])
    """

    def __init__(
        self, fill: Sequence[float] = (0, 0, 0), side_range: tuple[float, float] = (1.0, 4.0), p: float = 0.5
    ) -> None:
        if not 1 <= side_range[0] <= side_range[1]:
            raise ValueError(f"side_range must be ordered and at least 1, got {side_range}")
        self.fill, self.side_range, self.p = fill, side_range, check_probability(p)

    def __call__(self, image: Array, target: Target, rng: np.random.Generator) -> Sample:
        """Return the canvas with the image on it, or the image."""
        window = self.window(image.shape[0], image.shape[1], rng)
        return (image, target) if window is None else crop(image, target, window, fill=self.fill)

    def window(self, height: int, width: int, rng: np.random.Generator) -> Window | None:
        """Draw a canvas, in coordinates of the image, beyond which it reaches; None stands for no zooming."""
        if rng.random() >= self.p:
            return None
        side = rng.uniform(*self.side_range)
        canvas_height, canvas_width = int(height * side), int(width * side)
        left = int(rng.integers(canvas_width - width + 1))
        top = int(rng.integers(canvas_height - height + 1))
        return -left, -top, canvas_width - left, canvas_height - top


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
    The contrast changes before saturation and hue, or after them, as likely, which is SSD's order. SSD adds
    up to ±32 to the brightness; as in torchvision, it is multiplied here.

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
