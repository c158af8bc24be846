import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scratchcv.boxes import box_iou
from scratchcv.data import (
    Compose,
    RandomHorizontalFlip,
    RandomIoUCrop,
    RandomPhotometricDistort,
    RandomZoomOut,
    Resize,
    SceneDataset,
    crop,
    ssd_augmentation,
)


def rng(seed=0):
    return np.random.default_rng(seed)


def random_boxes(generator, count, width=200, height=150):
    near = generator.random((count, 2)) * [width - 20, height - 20]
    return np.concatenate([near, near + 5 + generator.random((count, 2)) * 15], axis=1).astype(np.float32)


@given(st.integers(0, 10_000), st.integers(1, 6), st.sampled_from([0.0, 0.1, 0.3, 0.5, 0.7, 0.9]))
@settings(max_examples=150, deadline=None)
def test_patches_keep_all_of_ssds_conditions(seed, count, minimum):
    boxes = random_boxes(rng(seed), count)
    boxes[0] = [30, 20, 180, 140]  # large enough for every minimum
    window = RandomIoUCrop(sampler_options=[minimum], trials=400).window(150, 200, boxes, rng(seed + 1))
    if window is None:  # no patch of 400 fitted
        assert minimum >= 0.7
        return
    x1, y1, x2, y2 = window
    width, height = x2 - x1, y2 - y1
    assert 0 <= x1 < x2 <= 200
    assert 0 <= y1 < y2 <= 150
    assert 0.5 <= width / height <= 2
    assert 0.3 * 200 - 1 <= width <= 200
    assert 0.3 * 150 - 1 <= height <= 150
    centres = (boxes[:, :2] + boxes[:, 2:]) / 2
    inside = ((centres > [x1, y1]) & (centres < [x2, y2])).all(axis=1)
    assert inside.any()
    assert box_iou(np.array([window], np.float32), boxes[inside]).max() >= minimum


def test_every_option_is_drawn():
    boxes = np.array([[20.0, 10, 180, 140]])
    transform = RandomIoUCrop(sampler_options=[0.0, 1.0])
    drawn = [transform.window(150, 200, boxes, rng(seed)) is None for seed in range(200)]
    assert 70 < sum(drawn) < 130


def test_crop_keeps_centres_and_clips(full_sample):
    image, target = full_sample(60, 80, objects=6)
    transform = RandomIoUCrop(sampler_options=[0.0])
    window = transform.window(60, 80, target["boxes"], rng(3))
    patch, moved = transform(image, target, rng(3))
    expected, expected_target = crop(image, target, window)
    np.testing.assert_array_equal(patch, expected)
    assert len(moved["boxes"]) >= 1
    for name, value in expected_target.items():
        np.testing.assert_array_equal(moved[name], value)


def test_images_without_objects_and_impossible_demands_stay_whole():
    image = np.zeros((50, 50, 3), np.uint8)
    for target in ({}, {"boxes": np.zeros((0, 4), np.float32)}):
        assert RandomIoUCrop()(image, target, rng())[0] is image
    tiny = {"boxes": np.array([[10.0, 10, 11, 11]])}
    assert RandomIoUCrop(sampler_options=[0.9])(image, tiny, rng())[0] is image


def test_scales_are_checked():
    with pytest.raises(ValueError, match="scales must be ordered"):
        RandomIoUCrop(min_scale=0.9, max_scale=0.5)
    with pytest.raises(ValueError, match="side_range must be ordered"):
        RandomZoomOut(side_range=(0.5, 2))


def test_zoom_out(full_sample):
    image, target = full_sample()
    generator, sides = rng(), []
    for _ in range(100):
        larger, moved = RandomZoomOut(fill=(1, 2, 3), p=1.0)(image, target, generator)
        sides.append(larger.shape[1] / 20)
        # The image is in it, whole, where the semantic map says.
        x, y = (moved["boxes"] - target["boxes"])[0, :2].astype(int)
        np.testing.assert_array_equal(larger[y : y + 12, x : x + 20], image)
        np.testing.assert_array_equal(moved["semantic"][y : y + 12, x : x + 20], target["semantic"])
        assert (larger.reshape(-1, 3) == [1, 2, 3]).all(axis=1).sum() >= larger.shape[0] * larger.shape[
            1
        ] - 240
        assert len(moved["labels"]) == 3
    assert 1 <= min(sides) < 1.2
    assert 3.8 < max(sides) <= 4
    assert RandomZoomOut(p=0.0)(image, target, generator)[0] is image


def test_photometric_distort_leaves_target_and_shape(full_sample):
    image, target = full_sample()
    changed, same = RandomPhotometricDistort(p=1.0)(image, target, rng())
    assert same is target
    assert changed.shape == image.shape
    assert changed.dtype == np.uint8
    assert not np.array_equal(changed, image)
    assert RandomPhotometricDistort(p=0.0)(image, target, rng())[0] is image


def test_channels_are_permuted_only_when_allowed():
    image = np.full((2, 2, 3), [10, 20, 30], np.uint8)
    plain = {"brightness": (1, 1), "contrast": (1, 1), "saturation": (1, 1), "hue": (0, 0), "p": 1.0}
    seen = {tuple(RandomPhotometricDistort(**plain)(image, {}, rng(seed))[0][0, 0]) for seed in range(60)}
    assert len(seen) == 6
    assert {tuple(sorted(color)) for color in seen} == {(10, 20, 30)}
    still = RandomPhotometricDistort(**plain, permute_channels=False)
    assert all(np.array_equal(still(image, {}, rng(seed))[0], image) for seed in range(20))


def test_preset_moves_targets_as_its_parts_do(full_sample):
    parts = [
        RandomZoomOut(fill=(123, 117, 104)),
        RandomIoUCrop(),
        Resize((30, 40)),
        RandomHorizontalFlip(keypoint_flip_pairs=[(0, 1)]),
        RandomPhotometricDistort(permute_channels=False),
    ]
    step_by_step = Compose(parts)
    at_once = ssd_augmentation((30, 40), keypoint_flip_pairs=[(0, 1)])
    for seed in range(40):
        sample = full_sample(48, 64, objects=seed % 5, seed=seed)
        image, target = at_once(*sample, rng(seed))
        expected, expected_target = step_by_step(*sample, rng(seed))
        assert image.shape == expected.shape == (30, 40, 3)
        for name in target:
            np.testing.assert_allclose(target[name], expected_target[name], atol=1e-4, err_msg=name)


def test_preset_on_scenes_is_a_function_of_the_generator():
    scenes = SceneDataset(3, size=96)
    transform = ssd_augmentation((64, 64))
    for index in range(3):
        one, two = (transform(*scenes[index], rng(index)) for _ in range(2))
        np.testing.assert_array_equal(one[0], two[0])
        np.testing.assert_array_equal(one[1]["boxes"], two[1]["boxes"])
        assert (one[1]["boxes"][:, 2:] > one[1]["boxes"][:, :2]).all()
