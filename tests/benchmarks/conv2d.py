"""Convolution, forward and backward, at the sizes of a ResNet's layers and of a small net's."""

from functools import partial
from typing import Any, NamedTuple

from scratchcv.layers import conv2d, conv2d_backward, window_output_size
from tests.benchmarks.draw import generator, label, normal, shrink
from tests.benchmarks.row import Group, Inputs, Row, both_ways


class Convolution(NamedTuple):
    """A convolution of images (N, C, H, W) with O filters of k×k."""

    N: int
    C: int
    H: int
    W: int
    O: int
    k: int
    stride: int
    padding: int
    groups: int = 1

    def __str__(self) -> str:
        filters = "depthwise" if self.groups == self.C > 1 else f"{self.O} filters"
        return f"{label(self[:4])}, {filters} {self.k}×{self.k}, stride {self.stride}"


def draw(convolution: Convolution, short: bool) -> Inputs:
    """Draw images, filters, and the output's gradient."""
    rng = generator()
    _, _, _, _, O, k, stride, padding, groups = convolution
    N, C, H, W = shrink(convolution[:4], short)
    if short:
        O, groups = (C, C) if groups > 1 else (min(O, 5), 1)
    size = window_output_size((H, W), (k, k), stride, padding)
    return {
        "x": normal(rng, N, C, H, W),
        "weight": normal(rng, O, C // groups, k, k),
        "bias": normal(rng, O),
        "dy": normal(rng, N, O, *size),
        "settings": {"stride": stride, "padding": padding, "groups": groups},
    }


def forward(given: Inputs) -> Any:
    return conv2d(given["x"], given["weight"], given["bias"], **given["settings"])


def backward(given: Inputs) -> Any:
    return conv2d_backward(given["dy"], given["x"], given["weight"], **given["settings"])


def torch_forward(given: Inputs, x: Any, weight: Any, bias: Any) -> Any:
    import torch

    return torch.nn.functional.conv2d(x, weight, bias, **given["settings"])


def rows(convolution: Convolution, name: str | None = None, **options: Any) -> tuple[Row, Row]:
    """Return the rows of one convolution."""
    differentiated = ("x", "weight", "bias")
    name = name or str(convolution)
    return both_ways(
        name, partial(draw, convolution), forward, backward, torch_forward, differentiated, **options
    )


GROUP = Group(
    "conv2d",
    "Conv2d",
    tuple(
        row
        for convolution in [
            Convolution(8, 3, 224, 224, 64, 7, 2, 3),
            Convolution(8, 64, 56, 56, 64, 3, 1, 1),
            Convolution(8, 128, 28, 28, 128, 3, 1, 1),
            Convolution(8, 256, 14, 14, 256, 3, 1, 1),
            Convolution(8, 512, 7, 7, 512, 3, 1, 1),
            Convolution(8, 64, 56, 56, 256, 1, 1, 0),
            Convolution(8, 128, 56, 56, 128, 3, 2, 1),
            Convolution(32, 16, 32, 32, 32, 3, 1, 1),
            Convolution(1, 64, 300, 300, 64, 3, 1, 1),
        ]
        for row in rows(convolution)
    ),
    mean_limit=1.0,
    row_limit=1.35,
)
