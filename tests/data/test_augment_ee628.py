import numpy as np
import pytest

from scratchcv.data import ColorJitter, ee628_augmentation


def grey(value=100):
    return np.full((4, 4, 3), value, np.uint8)


def test_brightness_covers_its_range():
    rng = np.random.default_rng(0)
    values = [int(ColorJitter(brightness=0.5)(grey(), {}, rng)[0][0, 0, 0]) for _ in range(300)]
    assert min(values) in range(49, 53)
    assert max(values) in range(147, 151)


def test_nothing_asked_nothing_done(full_sample):
    image, target = full_sample()
    same, same_target = ColorJitter()(image, target, np.random.default_rng(0))
    assert same is image
    assert same_target is target


def test_factors_do_not_go_below_zero():
    rng = np.random.default_rng(0)
    for _ in range(50):
        ColorJitter(brightness=3.0, contrast=3.0, saturation=3.0, hue=0.5)(grey(), {}, rng)


@pytest.mark.parametrize("arguments", [{"brightness": -1}, {"hue": 0.6}, {"hue": -0.1}])
def test_bad_ranges(arguments):
    with pytest.raises(ValueError, match="must not be negative, hue within"):
        ColorJitter(**arguments)


def test_preset(full_sample):
    sample = full_sample(48, 64, objects=4)
    transform = ee628_augmentation((20, 30), keypoint_flip_pairs=[(0, 1)])
    images = []
    for seed in range(10):
        image, target = transform(*sample, np.random.default_rng(seed))
        again, _ = transform(*sample, np.random.default_rng(seed))
        np.testing.assert_array_equal(image, again)
        assert image.shape == (20, 30, 3)
        assert image.dtype == np.uint8
        assert target["masks"].shape[1:] == target["semantic"].shape == (20, 30)
        assert (target["boxes"] >= 0).all()
        assert (target["boxes"] <= [30, 20, 30, 20]).all()
        images.append(image.tobytes())
    assert len(set(images)) == 10
