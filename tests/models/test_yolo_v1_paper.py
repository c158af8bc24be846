"""YOLO v1 at the paper's scale: figure 3, layer by layer, and its gradients when it is narrow."""

import numpy as np
import pytest

from scratchcv.layers import Conv2d, Linear, MaxPool2d
from scratchcv.models import build_model, yolo_v1_448
from scratchcv.models.yolo_v1_paper import CONVOLUTIONS, POOL, YOLOv1Network
from scratchcv.testing import check_layer
from scratchcv.testing.numerical_gradient import STEP

VOC = ["background", *"abcdefghijklmnopqrst"]


def test_twenty_four_convolutions_and_figure_3s_maps():
    assert sum(kernel_size != POOL for kernel_size, _, _ in CONVOLUTIONS) == 24
    network = YOLOv1Network(30, 7, width=1 / 64).eval()
    x, halved = np.zeros((1, 3, 448, 448), np.float32), []
    for layer in network.features.layers:
        before, x = x.shape[-1], layer(x)
        if x.shape[-1] != before:
            halved.append((type(layer), x.shape[-1]))
    pools = [(MaxPool2d, side) for side in (112, 56, 28, 14)]
    assert halved == [(Conv2d, 224), *pools, (Conv2d, 7)]
    assert network(np.zeros((2, 3, 448, 448), np.float32)).shape == (2, 30, 7, 7)


def test_the_papers_number_of_parameters():
    """By figure 3: kernel² · in · out + out a convolution, and (7 · 7 · 1024 + 1) · 4096, 4097 · 1470."""
    convolutions, channels = 0, 3
    for kernel_size, filters, _ in CONVOLUTIONS:
        if kernel_size != POOL:
            convolutions += (kernel_size**2 * channels + 1) * filters
            channels = filters
    linear = (7 * 7 * 1024 + 1) * 4096 + 4097 * 1470
    assert (convolutions, linear) == (60_155_968, 211_547_582)
    narrow = YOLOv1Network(30, 7, width=1 / 32)
    shapes = [
        layer.weight.value.shape for _, layer in narrow.named_layers() if isinstance(layer, Conv2d | Linear)
    ]
    assert [shape[0] for shape in shapes] == [
        *(filters // 32 for kernel_size, filters, _ in CONVOLUTIONS if kernel_size != POOL),
        128,
        1470,
    ]


def test_gradients():
    network = YOLOv1Network(8, 1, width=1 / 128, rng=np.random.default_rng(0)).eval()
    rng = np.random.default_rng(1)
    for layer in network.features.layers:
        if isinstance(layer, Conv2d):  # so that no layer is all at its kink, where a narrow one would end
            layer.bias.value[:] = rng.choice([-1, 1], len(layer.bias.value)) * rng.uniform(0.5, 1)
    x = rng.random((1, 3, 64, 64))
    check_layer(network, x, max_entries=4, eps=STEP / 16, empty_batch=False)


def test_the_configuration_rebuilds_it():
    model = yolo_v1_448(VOC, size=64, width=1 / 64, seed=2)
    first, second = model.state_dict(), build_model(model.config).state_dict()
    assert all(first[name].tobytes() == second[name].tobytes() for name in first)
    target = {"boxes": np.array([[5, 5, 40, 30.0]]), "labels": np.array([20])}
    losses, cache = model.forward([np.zeros((3, 50, 70), np.float32)], [target])
    model.backward(cache)
    assert all(np.isfinite(list(losses.values())))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"size": 100}, "size must be a multiple of 64, got 100"),
        ({"boxes_per_cell": 0}, "boxes_per_cell must be at least 1, got 0"),
        ({"width": 0}, "width must be positive and finite, got 0"),
        ({"class_names": ["cat"]}, "class_names must be a list that begins with 'background'"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        yolo_v1_448(**{"class_names": VOC, "width": 1 / 64, **arguments})
