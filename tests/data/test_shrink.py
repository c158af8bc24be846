import numpy as np
import pytest

from scratchcv.data import shrink


def test_everything_shrinks_together(full_sample):
    image, target = full_sample(120, 200)
    small, moved = shrink(image, target, longest_side=50)
    assert small.shape == (30, 50, 3)
    np.testing.assert_allclose(moved["boxes"], target["boxes"] / 4, rtol=1e-6)
    np.testing.assert_allclose(moved["keypoints"][:, :2, :2], target["keypoints"][:, :2, :2] / 4, rtol=1e-6)
    assert moved["masks"].shape == (3, 30, 50)
    assert moved["semantic"].shape == (30, 50)
    assert moved["labels"].tolist() == [1, 2, 3]


def test_a_prediction_shrinks_like_its_image():
    prediction = {"boxes": np.array([[0, 8, 16, 24]], np.float32), "scores": np.array([0.5])}
    small, moved = shrink(np.zeros((32, 16, 3), np.uint8), prediction, longest_side=8)
    assert small.shape == (8, 4, 3)
    assert moved["boxes"].tolist() == [[0, 2, 4, 6]]
    assert moved["scores"].tolist() == [0.5]


def test_small_images_stay_as_they_are(full_sample):
    image, target = full_sample()
    assert shrink(image, target)[0] is image
    assert shrink(image, target, longest_side=20)[1] is target


def test_thin_images_and_no_objects(full_sample):
    image, target = full_sample(1, 2000, 0)
    small, moved = shrink(image, target)
    assert small.shape == (1, 640, 3)
    assert moved["boxes"].shape == (0, 4)
    assert moved["masks"].shape == (0, 1, 640)


def test_bad_side():
    with pytest.raises(ValueError, match="longest_side must be at least 1, got 0"):
        shrink(np.zeros((2, 2, 3), np.uint8), {}, longest_side=0)
