"""Transposed and depthwise convolution, forward and backward."""

from functools import partial
from typing import Any, NamedTuple

from scratchcv.layers import conv_transpose2d, conv_transpose2d_backward
from tests.benchmarks import conv2d
from tests.benchmarks.draw import generator, label, normal, shrink
from tests.benchmarks.row import Group, Inputs, Row, both_ways


class Transposed(NamedTuple):
    """A transposed convolution of images (N, C, H, W) to O channels, k×k filters, stride 2, padding 1."""

    N: int
    C: int
    H: int
    W: int
    O: int
    k: int
    output_padding: int = 0

    def __str__(self) -> str:
        return f"transposed {label(self[:4])}, {self.O} filters {self.k}×{self.k}, stride 2"


def draw(transposed: Transposed, short: bool) -> Inputs:
    """Draw images, filters, and the gradient of the output, which is twice as large as the images."""
    rng = generator()
    N, C, H, W = shrink(transposed[:4], short)
    O = min(transposed.O, 5) if short else transposed.O
    return {
        "x": normal(rng, N, C, H, W),
        "weight": normal(rng, C, O, transposed.k, transposed.k),
        "bias": normal(rng, O),
        "dy": normal(rng, N, O, 2 * H, 2 * W),
        "settings": {"stride": 2, "padding": 1, "output_padding": transposed.output_padding},
    }


def forward(given: Inputs) -> Any:
    return conv_transpose2d(given["x"], given["weight"], given["bias"], **given["settings"])


def backward(given: Inputs) -> Any:
    return conv_transpose2d_backward(given["dy"], given["x"], given["weight"], **given["settings"])


def torch_forward(given: Inputs, x: Any, weight: Any, bias: Any) -> Any:
    import torch

    return torch.nn.functional.conv_transpose2d(x, weight, bias, **given["settings"])


def rows(transposed: Transposed) -> tuple[Row, Row]:
    """Return the rows of one transposed convolution."""
    differentiated = ("x", "weight", "bias")
    inputs = partial(draw, transposed)
    return both_ways(str(transposed), inputs, forward, backward, torch_forward, differentiated)


GROUP = Group(
    "conv_transpose2d",
    "ConvTranspose2d and depthwise Conv2d",
    (
        *rows(Transposed(8, 64, 28, 28, 32, k=4)),
        *rows(Transposed(8, 64, 28, 28, 32, k=3, output_padding=1)),
        *rows(Transposed(8, 128, 28, 28, 64, k=4)),
        *conv2d.rows(conv2d.Convolution(8, 128, 56, 56, 128, 3, 1, 1, groups=128)),
        *conv2d.rows(conv2d.Convolution(8, 512, 14, 14, 512, 3, 1, 1, groups=512)),
    ),
    mean_limit=1.2,
)
