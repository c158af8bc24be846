"""Data sets: what the lectures name needs a download; what they teach runs on procedural scenes."""

import numpy as np

from scratchcv.data import CLASS_NAMES, KEYPOINT_NAMES, SceneDataset


def test_01_scenes_have_every_kind_of_label():
    """S3, line 803 (Pikachu), and all lectures' sets: boxes, labels, masks, keypoints, pixels, by a seed."""
    data = SceneDataset(4, seed=7)
    for image, target in data:
        assert image.dtype == np.uint8
        objects = len(target["labels"])
        assert target["masks"].shape == (objects, *image.shape[:2])
        assert target["keypoints"].shape == (objects, len(KEYPOINT_NAMES), 3)
        assert target["semantic"].shape == image.shape[:2]
        assert set(target["labels"].tolist()) <= set(range(1, len(CLASS_NAMES) + 1))
    np.testing.assert_array_equal(SceneDataset(4, seed=7)[2][0], data[2][0])
