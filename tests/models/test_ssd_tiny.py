"""The tiny SSD: its boxes, its gradients, its arguments, and that it learns."""

import numpy as np
import pytest

from scratchcv.data import SceneDataset, to_tensor
from scratchcv.metrics import mean_average_precision
from scratchcv.models import ssd_tiny
from scratchcv.testing import check_model
from scratchcv.training import SGD, clip_grad_norm

NAMES = ["background", "cat", "dog"]


def test_four_default_boxes_a_cell():
    cells = 8 * 8 + 4 * 4 + 2 * 2 + 1
    assert ssd_tiny(NAMES, size=64).anchors.shape == (4 * cells, 4)


def test_gradients_of_ssd_tiny_with_its_loss():
    rng = np.random.default_rng(0)
    images = [rng.random((3, 64, 64), np.float32) for _ in range(2)]
    boxes = np.array([[4, 6, 30, 50], [20, 10, 60, 22]], np.float32)
    targets = [{"boxes": boxes[:1], "labels": [1]}, {"boxes": boxes, "labels": [2, 1]}]
    check_model(ssd_tiny(NAMES, size=64), images, targets, max_entries=2)


def test_names_are_torchvisions():
    names = [name for name, _ in ssd_tiny(NAMES, size=64).named_parameters()]
    assert "head.classification_head.module_list.0.weight" in names
    assert "head.regression_head.module_list.3.bias" in names


def test_same_seed_same_weights():
    first, second, other = (ssd_tiny(NAMES, size=64, seed=seed).state_dict() for seed in (5, 5, 6))
    assert all(first[name].tobytes() == second[name].tobytes() for name in first)
    assert any(first[name].tobytes() != other[name].tobytes() for name in first)


@pytest.mark.parametrize("size", [0, 32, 100])
def test_bad_sizes(size):
    with pytest.raises(ValueError, match=f"size must be a multiple of 64, got {size}"):
        ssd_tiny(NAMES, size=size)


@pytest.mark.parametrize("names", [[], ["cat", "dog"], "background"])
def test_bad_class_names(names):
    with pytest.raises(ValueError, match="class_names must be a list that begins with 'background', got"):
        ssd_tiny(names)


def test_overfits_eight_scenes():
    scenes = SceneDataset(8, size=64, seed=4)
    images = [to_tensor(image) for image, _ in scenes]
    targets = [target for _, target in scenes]
    model = ssd_tiny(scenes.class_names, size=64, scales=(0.25, 0.35, 0.5, 0.7, 0.9))
    optimizer = SGD(model.parameters(), lr=0.02, momentum=0.9)
    for _ in range(160):
        model.zero_grad()
        losses, cache = model.forward(images, targets)
        model.backward(cache)
        clip_grad_norm(model.parameters(), 10.0)
        optimizer.step()
    assert sum(losses.values()) < 0.5
    for norm in (layer for _, layer in model.named_layers() if layer.buffers):
        norm.momentum = 1.0  # the running statistics of these very images
    model.forward(images, targets)
    assert mean_average_precision(model.predict(images), targets).mean >= 0.99
