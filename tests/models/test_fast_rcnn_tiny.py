"""The tiny Fast R-CNN: its gradients, its arguments, and that it learns."""

import numpy as np
import pytest

from scratchcv.data import SceneDataset, to_tensor
from scratchcv.layers import MultiScaleRoIAlign
from scratchcv.metrics import mean_average_precision
from scratchcv.models import FastRCNNRoIPool, fast_rcnn_tiny
from scratchcv.models.fast_rcnn_tiny import roi_pooling
from scratchcv.proposals import selective_search
from scratchcv.testing import check_model
from scratchcv.training import SGD, clip_grad_norm

NAMES = ["background", "cat", "dog"]


def test_gradients():
    rng = np.random.default_rng(0)
    image, boxes = rng.random((3, 32, 32), np.float32), np.array([[4, 5, 20, 25]], np.float32)
    proposals = np.array([[3, 4, 21, 24], [8, 0, 30, 9], [0, 16, 30, 31]], np.float32)
    target = {"boxes": boxes, "labels": np.array([2]), "proposals": proposals}
    check_model(fast_rcnn_tiny(NAMES, size=32), [image], [target], max_entries=1)


def test_pooling_is_an_argument():
    assert isinstance(roi_pooling("pool", 7), FastRCNNRoIPool)
    assert isinstance(roi_pooling("align", 7), MultiScaleRoIAlign)
    with pytest.raises(ValueError, match="pooling must be 'pool' or 'align', got 'mean'"):
        fast_rcnn_tiny(NAMES, pooling="mean")


def test_proposals_are_selective_searchs():
    model = fast_rcnn_tiny(NAMES, size=64)
    image = SceneDataset(1, size=64, seed=0)[0][0]
    expected = selective_search(image)[: model.max_proposals]
    assert model.proposals_of(to_tensor(image)).tolist() == expected.tolist()


def test_same_seed_same_weights():
    first, second, other = (fast_rcnn_tiny(NAMES, seed=seed).state_dict() for seed in (5, 5, 6))
    assert all(first[name].tobytes() == second[name].tobytes() for name in first)
    assert any(first[name].tobytes() != other[name].tobytes() for name in first)


@pytest.mark.parametrize("size", [0, 30])
def test_bad_sizes(size):
    with pytest.raises(ValueError, match=f"size must be a multiple of 8, got {size}"):
        fast_rcnn_tiny(NAMES, size=size)


@pytest.mark.parametrize("names", [[], ["cat", "dog"], "background"])
def test_bad_class_names(names):
    with pytest.raises(ValueError, match="class_names must be a list that begins with 'background', got"):
        fast_rcnn_tiny(names)


@pytest.mark.slow
@pytest.mark.parametrize("pooling", ["pool", "align"])
def test_overfits_eight_scenes(pooling):
    scenes = SceneDataset(8, size=128, seed=4)
    images = [to_tensor(image) for image, _ in scenes]
    targets = [{**target, "proposals": selective_search(image)} for image, target in scenes]
    model = fast_rcnn_tiny(scenes.class_names, pooling=pooling)
    optimizer = SGD(model.parameters(), lr=0.02, momentum=0.9)
    for step in range(160):
        optimizer.lr = 0.02 if step < 120 else 0.004
        model.zero_grad()
        _, cache = model.forward(images, targets)
        model.backward(cache)
        clip_grad_norm(model.parameters(), 10.0)
        optimizer.step()
    for norm in (layer for _, layer in model.named_layers() if layer.buffers):
        norm.momentum = 1.0  # the running statistics of these very images
    model.forward(images, targets)
    assert mean_average_precision(model.predict(images), targets).mean >= 0.99
