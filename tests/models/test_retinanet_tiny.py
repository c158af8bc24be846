"""The tiny RetinaNet: its parts, its arguments, and that it learns."""

import numpy as np
import pytest

from scratchcv.data import SceneDataset, to_tensor
from scratchcv.metrics import mean_average_precision
from scratchcv.models import build_model, retinanet_tiny
from scratchcv.models.retinanet_tiny import TINY_STRIDES
from scratchcv.training import SGD, clip_grad_norm, cosine, warm_up

NAMES = ["background", "cat", "dog"]


def test_nine_anchors_on_each_of_three_levels():
    model = retinanet_tiny(NAMES, size=64, scales=(0.1, 0.2, 0.4, 0.8))
    features = model.backbone(np.zeros((1, 3, 64, 64), np.float32))
    assert [feature.shape[2] for feature in features] == [64 // stride for stride in TINY_STRIDES]
    anchors, counts = model.anchors(features, (64, 64))
    assert counts == [9 * 64, 9 * 16, 9 * 4]
    assert len(anchors) == model.boxes_an_image == 756
    np.testing.assert_allclose(
        model.sizes, [[6.4, 8.06, 10.16], [12.8, 16.13, 20.32], [25.6, 32.25, 40.64]], atol=0.01
    )


def test_a_training_step_and_a_copy_from_the_configuration():
    model = retinanet_tiny(NAMES, size=64, loss="mining")
    image, target = np.zeros((3, 50, 70), np.float32), {"boxes": [[5, 5, 40, 30]], "labels": [1]}
    losses, cache = model.forward([image], [target])
    model.backward(cache)
    assert set(losses) == {"classification", "box"}
    assert all(parameter.grad.any() for parameter in model.head.parameters())
    again = build_model(model.config)
    assert again.loss == "mining"
    assert all(np.array_equal(again.state_dict()[name], value) for name, value in model.state_dict().items()
               if "running" not in name and "num_batches" not in name)  # fmt: skip


def test_same_seed_same_weights():
    first, second, other = (retinanet_tiny(NAMES, seed=seed).state_dict() for seed in (5, 5, 6))
    assert all(first[name].tobytes() == second[name].tobytes() for name in first)
    assert any(first[name].tobytes() != other[name].tobytes() for name in first)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"size": 100}, "size must be a multiple of 32, got 100"),
        ({"class_names": ["cat"]}, "class_names must be a list that begins with 'background', got"),
        ({"scales": (0.1, 0.2)}, "scales must be 4 numbers, got"),
        ({"loss": "none"}, "loss must be one of focal, balanced, cross_entropy, mining, got 'none'"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        retinanet_tiny(**{"class_names": NAMES, **arguments})


def overfit(loss, lr=0.03, steps=150):
    """Return the mean AP of eight scenes that were trained on."""
    scenes = SceneDataset(8, size=64, seed=4)
    images, targets = [to_tensor(image) for image, _ in scenes], [target for _, target in scenes]
    model = retinanet_tiny(scenes.class_names, size=64, loss=loss)
    optimizer, schedule = SGD(model.parameters(), lr=lr, momentum=0.9), warm_up(cosine(lr, steps), 20)
    for step in range(steps):
        optimizer.lr = schedule(step)
        model.zero_grad()
        _, cache = model.forward(images, targets)
        model.backward(cache)
        clip_grad_norm(model.parameters(), 10.0)
        optimizer.step()
    return mean_average_precision(model.predict(images), targets).mean


@pytest.mark.slow
def test_overfits_eight_scenes():
    assert overfit("focal") >= 0.99


@pytest.mark.slow
@pytest.mark.parametrize("loss", ["balanced", "cross_entropy", "mining"])
def test_overfits_eight_scenes_with_the_other_losses(loss):
    assert overfit(loss) >= 0.99
