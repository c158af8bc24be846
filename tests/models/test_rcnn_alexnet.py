"""The paper's R-CNN, with few channels: features are AlexNet's own, and every parameter has its gradient."""

import numpy as np
import pytest

from scratchcv.backbones.alexnet import AlexNet
from scratchcv.layers import Flatten, Sequential
from scratchcv.models import rcnn_alexnet
from scratchcv.testing import assert_close, check_model

NAMES = ["background", "cat", "dog"]


def small_network(dropout=0.5):
    rng = np.random.default_rng(0)
    return AlexNet(channels=(2, 3, 3, 3, 4), hidden=6, dropout=dropout, rng=rng)


def nothing(image):
    return np.zeros((0, 4))


def test_features_are_alexnets():
    network = small_network()
    model = rcnn_alexnet(NAMES, network=network, propose=nothing).eval()
    image, boxes = np.random.default_rng(0).random((3, 50, 70), np.float32), np.array([[5.0, 6, 40, 44]])
    pooled, features = model.extract(image, boxes)
    crops = model.warp(image, boxes)
    assert crops.shape == (1, 3, 224, 224)
    pool5 = Sequential(network.features, network.avgpool, Flatten())(crops)
    assert_close(pooled, pool5)
    assert_close(features, Sequential(*network.classifier.layers[:-1])(pool5))


def test_gradients():
    rng = np.random.default_rng(1)
    model = rcnn_alexnet(NAMES, network=small_network(0.0), crop_size=63, context=4, propose=nothing)
    target = {
        "boxes": np.array([[4, 4, 30, 28]], np.float32),
        "labels": np.array([2]),
        "proposals": np.array([[5, 4, 30, 27], [20, 20, 40, 40]], np.float32),
    }
    check_model(model, [rng.random((3, 40, 40), np.float32)], [target], max_entries=2)


def test_it_fits_and_predicts():
    model = rcnn_alexnet(NAMES, network=small_network(), crop_size=63, context=4)
    model.search = lambda image: np.array([[5, 4, 30, 27], [20, 20, 40, 40], [0, 0, 9, 40]], np.float32)
    image = np.random.default_rng(0).integers(0, 256, (40, 40, 3), np.uint8)
    target = {"boxes": np.array([[4, 4, 30, 28]], np.float32), "labels": np.array([2])}
    model.fit([(image, target)])
    (prediction,) = model.predict([image.transpose(2, 0, 1).astype(np.float32) / 255])
    assert set(prediction["labels"].tolist()) <= {1, 2}
    assert len(prediction["boxes"])


def test_bad_settings_are_named():
    with pytest.raises(ValueError, match="crop_size must be at least 63 for AlexNet, got 32"):
        rcnn_alexnet(NAMES, network=small_network(), crop_size=32)
    with pytest.raises(ValueError, match="class_names must be a list that begins with 'background', got"):
        rcnn_alexnet(["cat"], network=small_network())
