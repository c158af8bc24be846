"""Data sets, image files, augmentation and batches: what models see, and in which order."""

from scratchcv.data.augment import (
    Compose,
    RandomHorizontalFlip,
    RandomRotate90,
    RandomVerticalFlip,
    Resize,
)
from scratchcv.data.batch import BatchLoader
from scratchcv.data.image import load_image, resize_image, to_tensor
from scratchcv.data.voc import VocDataset

__all__ = [
    "BatchLoader",
    "Compose",
    "RandomHorizontalFlip",
    "RandomRotate90",
    "RandomVerticalFlip",
    "Resize",
    "VocDataset",
    "load_image",
    "resize_image",
    "to_tensor",
]
