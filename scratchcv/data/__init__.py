"""What models see, and in which order: data sets, image files, augmentation, batches."""

from scratchcv.data.augment import (
    Compose,
    RandomApply,
    RandomHorizontalFlip,
    RandomResizedCrop,
    RandomRotate90,
    RandomVerticalFlip,
    Resize,
)
from scratchcv.data.augment_ee628 import ColorJitter, ee628_augmentation
from scratchcv.data.augment_ssd import (
    RandomIoUCrop,
    RandomPhotometricDistort,
    RandomZoomOut,
    ssd_augmentation,
)
from scratchcv.data.batch import BatchLoader
from scratchcv.data.color import adjust_brightness, adjust_contrast, adjust_hue, adjust_saturation
from scratchcv.data.color_spaces import COLOR_SPACES, to_color_space
from scratchcv.data.crop import crop, resize, resized_crop
from scratchcv.data.gaussian import gaussian_blur, gaussian_gradient
from scratchcv.data.geometry import horizontal_flip, rotate90, vertical_flip
from scratchcv.data.image import image_size, load_image, resize_image, to_tensor
from scratchcv.data.object_crops import ObjectCrops
from scratchcv.data.rcnn_transform import IMAGENET_MEAN, IMAGENET_STD, GeneralizedRCNNTransform
from scratchcv.data.scenes import SEMANTIC_NAMES, SceneDataset, scene
from scratchcv.data.shrink import shrink
from scratchcv.data.source import open_dataset
from scratchcv.data.targets import check_images, check_targets
from scratchcv.data.textures import STUFF_NAMES
from scratchcv.data.things import CLASS_NAMES, KEYPOINT_FLIP_PAIRS, KEYPOINT_NAMES
from scratchcv.data.voc import VocDataset
from scratchcv.data.voc_segmentation import voc_colormap
from scratchcv.data.warp import warp_regions, warped_boxes

__all__ = [
    "CLASS_NAMES",
    "COLOR_SPACES",
    "IMAGENET_MEAN",
    "IMAGENET_STD",
    "KEYPOINT_FLIP_PAIRS",
    "KEYPOINT_NAMES",
    "SEMANTIC_NAMES",
    "STUFF_NAMES",
    "BatchLoader",
    "ColorJitter",
    "Compose",
    "GeneralizedRCNNTransform",
    "ObjectCrops",
    "RandomApply",
    "RandomHorizontalFlip",
    "RandomIoUCrop",
    "RandomPhotometricDistort",
    "RandomResizedCrop",
    "RandomRotate90",
    "RandomVerticalFlip",
    "RandomZoomOut",
    "Resize",
    "SceneDataset",
    "VocDataset",
    "adjust_brightness",
    "adjust_contrast",
    "adjust_hue",
    "adjust_saturation",
    "check_images",
    "check_targets",
    "crop",
    "ee628_augmentation",
    "gaussian_blur",
    "gaussian_gradient",
    "horizontal_flip",
    "image_size",
    "load_image",
    "open_dataset",
    "resize",
    "resize_image",
    "resized_crop",
    "rotate90",
    "scene",
    "shrink",
    "ssd_augmentation",
    "to_color_space",
    "to_tensor",
    "vertical_flip",
    "voc_colormap",
    "warp_regions",
    "warped_boxes",
]
