"""The tiny Faster R-CNN: its parts, its arguments, and that it learns."""

import numpy as np
import pytest

from scratchcv.data import SceneDataset, to_tensor
from scratchcv.metrics import mean_average_precision
from scratchcv.models import SingleStageRCNN, build_model, faster_rcnn_tiny
from scratchcv.models.faster_rcnn_tiny import TINY_STRIDES
from scratchcv.training import SGD, clip_grad_norm, cosine, warm_up

NAMES = ["background", "cat", "dog"]


@pytest.mark.parametrize("fpn", [True, False])
@pytest.mark.parametrize("second_stage", [True, False])
def test_with_and_without_its_parts(fpn, second_stage):
    model = faster_rcnn_tiny(NAMES, size=64, fpn=fpn, second_stage=second_stage)
    assert isinstance(model, SingleStageRCNN) != second_stage
    features = model.backbone(np.zeros((1, 3, 64, 64), np.float32))
    strides = TINY_STRIDES if fpn else TINY_STRIDES[:1]
    assert [feature.shape[2] for feature in features] == [64 // stride for stride in strides]
    image, target = np.zeros((3, 50, 70), np.float32), {"boxes": [[5, 5, 40, 30]], "labels": [1]}
    losses, cache = model.forward([image], [target])
    model.backward(cache)
    assert len(losses) == (4 if second_stage else 2)
    assert any(parameter.grad.any() for parameter in model.parameters())
    again = build_model(model.config)
    assert [name for name, _ in again.named_parameters()] == [name for name, _ in model.named_parameters()]


def test_anchors_have_the_scales_that_were_asked_for():
    model = faster_rcnn_tiny(NAMES, size=128, scales=(0.1, 0.2, 0.4, 0.8))
    np.testing.assert_allclose(model.rpn.sizes, [[12.8, 18.1], [25.6, 36.2], [51.2, 72.4]], atol=0.01)
    single = faster_rcnn_tiny(NAMES, size=128, fpn=False, scales=(0.1, 0.2, 0.4, 0.8))
    np.testing.assert_allclose(single.rpn.sizes, [np.ravel(model.rpn.sizes)])


def test_same_seed_same_weights():
    first, second, other = (faster_rcnn_tiny(NAMES, seed=seed).state_dict() for seed in (5, 5, 6))
    assert all(first[name].tobytes() == second[name].tobytes() for name in first)
    assert any(first[name].tobytes() != other[name].tobytes() for name in first)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"size": 100}, "size must be a multiple of 32, got 100"),
        ({"class_names": ["cat"]}, "class_names must be a list that begins with 'background', got"),
        ({"scales": (0.1, 0.2)}, "scales must be 4 numbers, got"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        faster_rcnn_tiny(**{"class_names": NAMES, **arguments})


@pytest.mark.slow
@pytest.mark.parametrize("fpn", [True, False])
@pytest.mark.parametrize(("second_stage", "lr", "steps"), [(True, 0.05, 250), (False, 0.15, 500)])
def test_overfits_eight_scenes(fpn, second_stage, lr, steps):
    """A single stage takes longer: it has no second look."""
    scenes = SceneDataset(8, size=128, seed=4)
    images = [to_tensor(image) for image, _ in scenes]
    targets = [target for _, target in scenes]
    model = faster_rcnn_tiny(scenes.class_names, fpn=fpn, second_stage=second_stage)
    optimizer, schedule = SGD(model.parameters(), lr=lr, momentum=0.9), warm_up(cosine(lr, steps), 30)
    for step in range(steps):
        optimizer.lr = schedule(step)
        model.zero_grad()
        _, cache = model.forward(images, targets)
        model.backward(cache)
        clip_grad_norm(model.parameters(), 10.0)
        optimizer.step()
    assert mean_average_precision(model.predict(images), targets).mean >= 0.99
