"""Augmentation, and the losses of style transfer and of SVMs."""

import numpy as np
import pytest

from scratchcv.data import SceneDataset, adjust_brightness, crop, horizontal_flip, vertical_flip
from scratchcv.losses import content_loss, gram_matrix, style_loss, total_variation_loss
from scratchcv.testing import check_loss


@pytest.mark.parametrize("flip", [horizontal_flip, vertical_flip])
def test_01_a_flip_undoes_itself_and_moves_the_target(flip):
    """S3, lines 48-121: flip."""
    image, target = SceneDataset(1, seed=3)[0]
    flipped, moved = flip(image, target)
    again, back = flip(flipped, moved)
    np.testing.assert_array_equal(again, image)
    for name in ("boxes", "masks", "keypoints"):
        np.testing.assert_allclose(back[name], target[name], atol=1e-5)
        assert not np.array_equal(moved[name], target[name])


def test_01_crop_and_colour():
    """S3, lines 77-121: crop, change colour, overlay both."""
    image, target = SceneDataset(1, seed=3)[0]
    part, _ = crop(image, target, (10, 20, 74, 84))
    np.testing.assert_array_equal(part, image[20:84, 10:74])
    darker = adjust_brightness(part, 0.5)
    np.testing.assert_allclose(darker, part / 2, atol=1)


def test_03_style_is_a_gram_matrix():
    """S3, line 46, names style transfer; d2l: Gram / (c h w), squared differences, total variation."""
    rng = np.random.default_rng(0)
    features, style = rng.standard_normal((2, 1, 3, 4, 5))
    X = features.reshape(3, 20)
    np.testing.assert_allclose(gram_matrix(features)[0], X @ X.T / 60, rtol=1e-12)
    target = gram_matrix(style)
    loss, _ = style_loss(features, target)
    assert loss == pytest.approx(((gram_matrix(features) - target) ** 2).mean(), rel=1e-12)
    check_loss(style_loss, features, target, empty_batch=False)
    check_loss(content_loss, features, style, empty_batch=False)
    check_loss(total_variation_loss, features, empty_batch=False)
