"""Augmentation, fine-tuning, and the losses of style transfer and of SVMs."""

import numpy as np
import pytest

from scratchcv.data import SceneDataset, adjust_brightness, crop, horizontal_flip, vertical_flip
from scratchcv.losses import content_loss, gram_matrix, style_loss, total_variation_loss
from scratchcv.models import classifier_tiny
from scratchcv.testing import check_loss
from scratchcv.training import SGD, Recipe, copy_matching_weights, learning_rate_factors, train_detector


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


def test_02_fine_tuning_copies_all_but_the_output_layer():
    """S3, lines 193-220: the target replicates the source, except for an output layer of its own, random."""
    source, target = classifier_tiny(["background", *"abcdefgh"]), classifier_tiny(["background", "chair"])
    before = target.fc.weight.value.copy()
    report = copy_matching_weights(source.state_dict(), target, exclude=["fc"])
    assert report.kept == ("fc.weight", "fc.bias")
    np.testing.assert_array_equal(target.fc.weight.value, before)
    for name, value in source.backbone.state_dict().items():
        np.testing.assert_array_equal(target.backbone.state_dict()[name], value)


def test_02_the_output_layer_learns_ten_times_as_fast_as_the_rest():
    """S3, lines 193-220, leave the rates out; d2l: the output layer's is ten times the other layers'."""
    model = classifier_tiny(["background", "chair"])
    factors = learning_rate_factors(model, {"backbone": 0.1})
    optimizer = SGD(model.parameters(), 0.01, factors=factors)
    before = {name: parameter.value.copy() for name, parameter in model.named_parameters()}
    for parameter in model.parameters():
        parameter.grad[...] = 1
    optimizer.step()
    steps = {name: before[name] - parameter.value for name, parameter in model.named_parameters()}
    for name, step in steps.items():
        np.testing.assert_allclose(step, 0.01 if name.startswith("fc.") else 0.001, rtol=1e-3, atol=1e-6)


def test_02_frozen_weights_do_not_change():
    """S3, lines 193-220, and d2l's exercise: the parameters below the output layer are constants."""
    model = classifier_tiny(["background", "chair"], size=64)
    before = model.state_dict()
    rng = np.random.default_rng(0)
    crops = [(rng.integers(0, 256, (64, 64, 3), np.uint8), {"labels": np.array([n % 2])}) for n in range(4)]
    train_detector(model, crops, Recipe(size=64, steps=2, augmentation="none", backbone_rate=0))
    after = model.state_dict()
    changed = {name for name in before if before[name].tobytes() != after[name].tobytes()}
    assert changed == {"fc.weight", "fc.bias"}


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
