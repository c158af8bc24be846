import numpy as np
import pytest

from scratchcv.data import (
    Compose,
    RandomApply,
    RandomHorizontalFlip,
    RandomResizedCrop,
    RandomRotate90,
    RandomVerticalFlip,
    Resize,
    horizontal_flip,
    resize,
    rotate90,
    vertical_flip,
)


def rng(seed=0):
    return np.random.default_rng(seed)


def assert_same(one, other):
    np.testing.assert_array_equal(one[0], other[0])
    assert one[1].keys() == other[1].keys()
    for name in one[1]:
        np.testing.assert_array_equal(one[1][name], other[1][name], err_msg=name)


@pytest.mark.parametrize(
    ("transform", "move"), [(RandomHorizontalFlip, horizontal_flip), (RandomVerticalFlip, vertical_flip)]
)
def test_flips(transform, move, full_sample):
    sample = full_sample()
    pairs = [(0, 1)]
    flipped = move(*sample, keypoint_flip_pairs=pairs)
    assert_same(transform(1.0, keypoint_flip_pairs=pairs)(*sample, rng()), flipped)
    assert_same(transform(0.0)(*sample, rng()), sample)
    generator = rng()
    half = [transform(0.5)(*sample, generator)[0] is not sample[0] for _ in range(400)]
    assert 160 < sum(half) < 240


def test_rotate90_takes_every_turn(full_sample):
    sample = full_sample()
    seen = set()
    for seed in range(40):
        turned = RandomRotate90()(*sample, rng(seed))
        turns = [t for t in range(4) if turned[0].shape == rotate90(*sample, t)[0].shape]
        same = [t for t in turns if np.array_equal(turned[0], rotate90(*sample, t)[0])]
        assert len(same) == 1
        assert_same(turned, rotate90(*sample, same[0]))
        seen.add(same[0])
    assert seen == {0, 1, 2, 3}


def test_resize(full_sample):
    sample = full_sample()
    assert_same(Resize((5, 7))(*sample), resize(*sample, (5, 7)))


def test_compose_applies_in_order(full_sample):
    image, target = full_sample()
    composed = Compose([RandomHorizontalFlip(1.0), Resize((6, 6))])
    assert_same(composed(image, target, rng()), resize(*horizontal_flip(image, target), (6, 6)))
    assert_same(Compose([])(image, target, rng()), (image, target))


def test_random_apply(full_sample):
    sample = full_sample()
    flip = [RandomHorizontalFlip(1.0)]
    assert_same(RandomApply(flip, 1.0)(*sample, rng()), horizontal_flip(*sample))
    assert_same(RandomApply(flip, 0.0)(*sample, rng()), sample)


@pytest.mark.parametrize("p", [-0.1, 1.1, float("nan")])
def test_probabilities_are_checked(p):
    for make in (RandomHorizontalFlip, RandomVerticalFlip, lambda p: RandomApply([], p)):
        with pytest.raises(ValueError, match=r"p must be within \[0, 1\]"):
            make(p)


def test_resized_crop_windows_keep_to_scale_and_ratio():
    transform = RandomResizedCrop((8, 8), scale=(0.2, 0.6), ratio=(0.5, 2.0))
    generator = rng()
    windows = np.array([transform._window(300, 400, generator) for _ in range(500)])
    width, height = windows[:, 2] - windows[:, 0], windows[:, 3] - windows[:, 1]
    assert (windows[:, :2] >= 0).all()
    assert (windows[:, 2:] <= [400, 300]).all()
    area = width * height / (300 * 400)
    assert 0.19 < area.min() < 0.25
    assert 0.55 < area.max() < 0.61
    assert 0.49 < (width / height).min() < 0.6
    assert 1.7 < (width / height).max() < 2.01
    # Evenly on a logarithmic scale: as often wider as higher.
    assert 0.4 < (width > height).mean() < 0.6


def test_resized_crop_falls_back_to_the_centre():
    transform = RandomResizedCrop((8, 8), scale=(1.0, 1.0), ratio=(1.0, 1.0))
    assert transform._window(10, 30, rng()) == (10, 0, 20, 10)
    assert transform._window(30, 10, rng()) == (0, 10, 10, 20)
    assert transform._window(1, 1, rng()) == (0, 0, 1, 1)


def test_resized_crop_moves_the_target(full_sample):
    image, target = full_sample(40, 60, objects=5)
    patch, moved = RandomResizedCrop((16, 24))(image, target, rng())
    assert patch.shape == (16, 24, 3)
    assert moved["masks"].shape[1:] == moved["semantic"].shape == (16, 24)
    assert len(moved["labels"]) == len(moved["boxes"]) == len(moved["keypoints"]) <= 5


def test_resized_crop_checks_its_ranges():
    for scale, ratio in [((0, 1), (1, 1)), ((0.5, 0.1), (1, 1)), ((0.1, 1), (2, 1))]:
        with pytest.raises(ValueError, match="scale and ratio must be positive and ordered"):
            RandomResizedCrop((8, 8), scale, ratio)
