"""The tiny YOLO v1: its arguments, its two heads, and that it learns."""

import numpy as np
import pytest

from scratchcv.data import SceneDataset, to_tensor
from scratchcv.metrics import mean_average_precision
from scratchcv.models import build_model, yolo_v1_tiny
from scratchcv.training import SGD, clip_grad_norm, cosine, warm_up

NAMES = ["background", "cat", "dog"]


@pytest.mark.parametrize("head", ["conv", "linear"])
def test_the_configuration_rebuilds_it(head):
    model = yolo_v1_tiny(NAMES, size=64, seed=3, head=head)
    first, second = model.state_dict(), build_model(model.config).state_dict()
    assert all(first[name].tobytes() == second[name].tobytes() for name in first)
    other = yolo_v1_tiny(NAMES, size=64, seed=4, head=head).state_dict()
    assert any(first[name].tobytes() != other[name].tobytes() for name in first)
    assert model.boxes_an_image == 4 * 4 * 2
    losses, cache = model.forward(
        [np.zeros((3, 50, 70), np.float32)], [{"boxes": [[5, 5, 40, 30]], "labels": [1]}]
    )
    model.backward(cache)
    assert all(parameter.grad is not None for parameter in model.parameters())
    assert losses["classification"] > 0


def test_with_linear_layers_each_cell_sees_the_whole_image():
    """S4, line 82, says that there are only convolutions: the paper's network ends in two linear layers."""
    rng = np.random.default_rng(0)
    image = rng.random((1, 3, 128, 128), np.float32)
    changed = image.copy()
    changed[..., 112:, 112:] = 1 - changed[..., 112:, 112:]
    for head, sees in (("conv", False), ("linear", True)):
        network = yolo_v1_tiny(NAMES, head=head).network.eval()
        corner = network(image)[..., 0, 0], network(changed)[..., 0, 0]
        assert bool(np.abs(corner[0] - corner[1]).max() > 0) == sees


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"size": 100}, "size must be a multiple of 16, got 100"),
        ({"head": "fc"}, "head must be one of conv, linear, got 'fc'"),
        ({"boxes_per_cell": 0}, "boxes_per_cell must be at least 1, got 0"),
        ({"class_names": ["cat"]}, "class_names must be a list that begins with 'background'"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        yolo_v1_tiny(**{"class_names": NAMES, **arguments})


@pytest.mark.slow
@pytest.mark.parametrize("head", ["conv", "linear"])
def test_overfits_eight_scenes(head):
    scenes = SceneDataset(8, size=64, seed=2)  # scenes in which each object has a cell of its own
    images = [to_tensor(image) for image, _ in scenes]
    targets = [target for _, target in scenes]
    model, steps = yolo_v1_tiny(scenes.class_names, size=64, head=head), 300
    _, cells = model.encode(targets, (64, 64))
    assert np.count_nonzero(cells) == sum(len(target["labels"]) for target in targets)
    optimizer, schedule = SGD(model.parameters(), lr=0.02, momentum=0.9), warm_up(cosine(0.02, steps), 30)
    for step in range(steps):
        optimizer.lr = schedule(step)
        model.zero_grad()
        _, cache = model.forward(images, targets)
        model.backward(cache)
        clip_grad_norm(model.parameters(), 10.0)
        optimizer.step()
    for norm in (layer for _, layer in model.named_layers() if layer.buffers):
        norm.momentum = 1.0  # the running statistics of these very images
    model.forward(images, targets)
    assert mean_average_precision(model.predict(images), targets).mean >= 0.99
