"""Six layers of convolution, batch norm and ReLU, a linear classifier, and one step of training them."""

from typing import Any

import numpy as np

from scratchcv.layers import AdaptiveAvgPool2d, BatchNorm2d, Conv2d, Flatten, Linear, ReLU, Sequential
from scratchcv.losses import cross_entropy
from scratchcv.training import SGD
from tests.benchmarks.draw import generator, normal
from tests.benchmarks.row import Call, Inputs

LAYERS = ((3, 32, 1), (32, 32, 1), (32, 64, 2), (64, 64, 1), (64, 128, 2), (128, 128, 1))
"""Channels in, channels out, stride."""

CLASSES = 10
LEARNING_RATE = 0.1


def network(rng: np.random.Generator) -> Sequential:
    """Return the network; PyTorch's twin has the same names."""
    blocks = [
        Sequential(
            Conv2d(inside, outside, 3, stride=stride, padding=1, bias=False, rng=rng),
            BatchNorm2d(outside),
            ReLU(),
        )
        for inside, outside, stride in LAYERS
    ]
    return Sequential(*blocks, AdaptiveAvgPool2d(1), Flatten(), Linear(LAYERS[-1][1], CLASSES, rng=rng))


def draw(short: bool, batch: int = 32) -> Inputs:
    """Draw images, labels and the first weights."""
    rng = generator()
    N, side = (2, 16) if short else (batch, 64)
    return {
        "x": normal(rng, N, 3, side, side),
        "labels": rng.integers(0, CLASSES, N),
        "weights": network(rng).state_dict(),
    }


def ours(given: Inputs) -> Call:
    """Return one step of training; each call takes another one, and returns the loss before it."""
    net = network(generator())
    net.load_state_dict(given["weights"])
    optimizer = SGD(net.parameters(), LEARNING_RATE)

    def step() -> Any:
        net.zero_grad()
        logits, cache = net.forward(given["x"])
        loss, dlogits = cross_entropy(logits, given["labels"])
        net.backward(dlogits, cache)
        optimizer.step()
        return loss

    return step


def theirs(given: Inputs) -> Call:
    from tests.benchmarks.torch_networks import six_layer_step

    return six_layer_step(given)


def theirs_channels_last(given: Inputs) -> Call:
    from tests.benchmarks.torch_networks import six_layer_step

    return six_layer_step(given, channels_last=True)
