"""Darknets: tables counted by hand, the paper's operations, the same network in torch, gradients."""

from functools import partial
from itertools import pairwise

import numpy as np
import pytest

from scratchcv.backbones import (
    DARKNET19,
    DARKNET_REFERENCE,
    TINY_DARKNET,
    Darknet,
    DarknetBody,
    conv_norm_leaky,
    darknet19,
    darknet_reference,
    tiny_darknet,
)
from scratchcv.layers import BatchNorm2d, Conv2d, LeakyReLU, MaxPool2d
from scratchcv.metrics import summary
from scratchcv.testing import assert_close, check_layer

SMALL = (((4, 3),), ((6, 3), (3, 1), (5, 3)))


def count(network):
    return sum(parameter.value.size for parameter in network.parameters())


def kinds(network, kind):
    return [layer for _, layer in network.named_layers() if isinstance(layer, kind)]


def test_darknet19_counted_by_hand():
    """Weights of table 6's convolutions, scale and shift of each batch norm, the classifier."""
    weights = 9 * (3 * 32 + 32 * 64 + 64 * 128 + 64 * 128 + 128 * 256 + 128 * 256 + 256 * 512)
    weights += 9 * (256 * 512 + 256 * 512 + 512 * 1024 + 512 * 1024 + 512 * 1024)
    weights += 128 * 64 + 256 * 128 + 512 * 256 + 512 * 256 + 1024 * 512 + 1024 * 512
    norms = 2 * (32 + 64 + 128 + 64 + 128 + 256 + 128 + 256 + 512 + 256 + 512 + 256 + 512)
    norms += 2 * (1024 + 512 + 1024 + 512 + 1024)
    network = darknet19()
    assert count(network) == weights + norms + 1024 * 1000 + 1000 == 20_842_376
    assert len(kinds(network, Conv2d)) == 19
    assert len(kinds(network, MaxPool2d)) == 5
    assert len(kinds(network, BatchNorm2d)) == len(kinds(network, LeakyReLU)) == 18
    assert {layer.negative_slope for layer in kinds(network, LeakyReLU)} == {0.1}


def test_the_papers_operations():
    """Section 3: Darknet-19 needs 5.58 billion operations for an image of 224 pixels."""
    costs = summary(darknet19().eval(), (1, 3, 224, 224))
    convolutions = sum(row.forward_flops for row in costs.rows if row.kind == "Conv2d")
    assert round(convolutions / 1e9, 2) == 5.58
    assert costs.unknown == ()


def test_the_smaller_ones_counted_by_hand():
    channels = (3, 16, 32, 64, 128, 256, 512, 1024)
    weights = sum(9 * a * b for a, b in pairwise(channels))
    assert count(darknet_reference()) == weights + 2 * sum(channels[1:]) + 1024 * 1000 + 1000
    weights = 9 * (3 * 16 + 16 * 32 + 2 * 16 * 128 + 2 * 32 * 256 + 2 * 64 * 512)
    weights += 32 * 16 + 128 * 16 + 128 * 32 + 256 * 32 + 256 * 64 + 512 * 64 + 512 * 128
    norms = 2 * (16 + 32 + 2 * (16 + 128) + 2 * (32 + 256) + 2 * (64 + 512) + 128)
    assert count(tiny_darknet()) == weights + norms + 128 * 1000 + 1000


@pytest.mark.parametrize(
    ("stages", "strides"), [(DARKNET19, 32), (DARKNET_REFERENCE, 64), (TINY_DARKNET, 16)]
)
def test_bodies_hand_out_their_last_maps(stages, strides):
    body = DarknetBody(stages, first_output=len(stages) - 2)
    fine, coarse = body(np.zeros((1, 3, 64, 128), np.float32))
    assert fine.shape == (1, body.out_channels[0], 128 // strides, 256 // strides)
    assert coarse.shape == (1, body.out_channels[1], 64 // strides, 128 // strides)


def test_sides_of_the_detector():
    body = DarknetBody(first_output=4)
    assert body.out_channels == (512, 1024)
    assert [x.shape[2:] for x in body(np.zeros((1, 3, 96, 96), np.float32))] == [(6, 6), (3, 3)]


def test_odd_sides_are_pooled_rounding_up():
    assert [x.shape[2:] for x in DarknetBody(SMALL, 0)(np.zeros((1, 3, 7, 5)))] == [(7, 5), (4, 3)]


def test_gradients(backend):
    check_layer(Darknet(SMALL, 3, rng=np.random.default_rng(0)), (2, 3, 5, 6), max_entries=2)


def test_gradients_of_both_maps(backend):
    check_layer(DarknetBody(SMALL, 0, rng=np.random.default_rng(0)), (2, 3, 4, 6), max_entries=2)


def test_same_seed_same_weights():
    first, second = (Darknet(SMALL, 3, rng=np.random.default_rng(1)).state_dict() for _ in range(2))
    assert all(first[name].tobytes() == second[name].tobytes() for name in first)


def in_torch(torch, stages, num_classes):
    """The same network, written as the paper's table reads."""
    nn, layers, channels = torch.nn, [], 3
    for number, stage in enumerate(stages):
        layers += [nn.MaxPool2d(2, ceil_mode=True)] if number else []
        for width, kernel_size in stage:
            conv = nn.Conv2d(channels, width, kernel_size, padding=kernel_size // 2, bias=False)
            layers += [conv, nn.BatchNorm2d(width), nn.LeakyReLU(0.1)]
            channels = width
    return nn.Sequential(*layers, nn.Conv2d(channels, num_classes, 1), nn.AdaptiveAvgPool2d(1), nn.Flatten())


@pytest.mark.parametrize("stages", [SMALL, TINY_DARKNET])
@pytest.mark.parametrize("training", [False, True])
def test_torch_agrees(stages, training):
    torch = pytest.importorskip("torch", reason="torch is not installed")
    ours = Darknet(stages, 7, rng=np.random.default_rng(0)).astype(np.float64).train(training)
    theirs = in_torch(torch, stages, 7).double().train(training)
    for _, buffer in ours.named_buffers():
        if buffer.ndim:
            buffer[...] = np.random.default_rng(1).uniform(0.5, 1.5, buffer.shape)
    state = [torch.from_numpy(np.array(value)) for value in ordered(ours)]
    theirs.load_state_dict(dict(zip(theirs.state_dict(), state, strict=True)))
    x = torch.tensor(np.random.default_rng(2).standard_normal((2, 3, 33, 48)), requires_grad=True)
    dy = np.random.default_rng(3).standard_normal((2, 7))
    y = theirs(x)
    y.backward(torch.from_numpy(dy))
    logits, cache = ours.forward(x.detach().numpy())
    assert_close(logits, y.detach().numpy(), rtol=1e-9, atol=1e-12)
    assert_close(ours.backward(dy, cache), x.grad.numpy(), rtol=1e-8, atol=1e-12)


def ordered(network):
    """Values layer by layer, parameters before statistics, as PyTorch lists them."""
    for _, layer in network.named_layers():
        if isinstance(layer, Conv2d | BatchNorm2d):
            yield from (value for value in layer.state_dict().values())


def test_a_block_by_hand():
    block = conv_norm_leaky(1, 1, 1).astype(np.float64).eval()
    conv, norm, _ = block.layers
    conv.weight.value[...] = 2
    norm.weight.value[...], norm.bias.value[...] = 3, 1
    norm.running_mean[...], norm.running_var[...] = 5, 4
    x = np.array([[[[0.0, 6.0]]]])
    wanted = [0.1 * (3 * -5 / (4 + 1e-5) ** 0.5 + 1), 3 * 7 / (4 + 1e-5) ** 0.5 + 1]
    assert_close(block(x)[0, 0, 0], wanted)


@pytest.mark.parametrize("build", [darknet19, darknet_reference, tiny_darknet])
def test_classes(build):
    network = partial(build, 3)(rng=np.random.default_rng(0)).eval()
    assert network(np.zeros((1, 3, 32, 64), np.float32)).shape == (1, 3)
    assert network(np.zeros((0, 3, 32, 32), np.float32)).shape == (0, 3)
