"""Layers that compute little and move much: batch norm, ReLU, pooling, unpooling, up-sampling."""

from functools import partial
from typing import Any

from scratchcv.layers import (
    batch_norm2d,
    batch_norm2d_backward,
    interpolate,
    interpolate_backward,
    max_pool2d,
    max_pool2d_backward,
    max_unpool2d,
    max_unpool2d_backward,
    relu,
    relu_backward,
)
from tests.benchmarks.draw import generator, label, normal, shrink
from tests.benchmarks.row import Group, Inputs, Row, both_ways

Shape = tuple[int, int, int, int]

BILINEAR = {"scale_factor": 2, "mode": "bilinear", "align_corners": False}


def relu_rows(shape: Shape) -> tuple[Row, Row]:
    def draw(short: bool) -> Inputs:
        rng, small = generator(), shrink(shape, short)
        return {"x": normal(rng, *small), "dy": normal(rng, *small)}

    def torch_forward(given: Inputs, x: Any) -> Any:
        return x.relu()

    return both_ways(
        f"ReLU {label(shape)}",
        draw,
        lambda given: relu(given["x"]),
        lambda given: relu_backward(given["dy"], given["x"]),
        torch_forward,
    )


def batch_norm2d_rows(shape: Shape) -> tuple[Row, Row]:
    def draw(short: bool) -> Inputs:
        rng, small = generator(), shrink(shape, short)
        x, weight, bias = normal(rng, *small), normal(rng, small[1]), normal(rng, small[1])
        statistics = x.mean(axis=(0, 2, 3)), x.var(axis=(0, 2, 3))
        return {"x": x, "weight": weight, "bias": bias, "dy": normal(rng, *small), "statistics": statistics}

    def torch_forward(given: Inputs, x: Any, weight: Any, bias: Any) -> Any:
        import torch

        return torch.nn.functional.batch_norm(x, None, None, weight, bias, training=True)

    return both_ways(
        f"BatchNorm2d {label(shape)}",
        draw,
        lambda given: batch_norm2d(given["x"], given["weight"], given["bias"])[0],
        lambda given: batch_norm2d_backward(given["dy"], given["x"], given["weight"], *given["statistics"]),
        torch_forward,
        differentiated=("x", "weight", "bias"),
    )


def draw_pooling(shape: Shape, kernel_size: int, padding: int, short: bool) -> Inputs:
    """Draw images, the places of their windows' maxima, and the gradient of the pooled images."""
    rng, window = generator(), {"kernel_size": kernel_size, "stride": 2, "padding": padding}
    x = normal(rng, *shrink(shape, short))
    pooled, indices = max_pool2d(x, **window)
    return {"x": x, "window": window, "indices": indices, "dy": normal(rng, *pooled.shape)}


def max_pool2d_rows(shape: Shape, kernel_size: int, padding: int) -> tuple[Row, Row]:
    def torch_forward(given: Inputs, x: Any) -> Any:
        import torch

        return torch.nn.functional.max_pool2d(x, **given["window"], return_indices=True)

    return both_ways(
        f"MaxPool2d {kernel_size}×{kernel_size}, stride 2, {label(shape)}",
        partial(draw_pooling, shape, kernel_size, padding),
        lambda given: max_pool2d(given["x"], **given["window"]),
        lambda given: max_pool2d_backward(given["dy"], given["indices"], given["x"].shape[2:]),
        torch_forward,
    )


def max_unpool2d_rows(shape: Shape) -> tuple[Row, Row]:
    """Return the rows of putting the maxima of 2×2 windows of images of this shape back where they stood."""

    def draw(short: bool) -> Inputs:
        pooling = draw_pooling((2, 4, 8, 8) if short else shape, 2, 0, short)
        return {"x": pooling["dy"], "indices": pooling["indices"], "dy": pooling["x"]}

    def torch_forward(given: Inputs, x: Any) -> Any:
        import torch

        return torch.nn.functional.max_unpool2d(x, torch.from_numpy(given["indices"]), 2)

    return both_ways(
        f"MaxUnpool2d 2×2 to {label(shape)}",
        draw,
        lambda given: max_unpool2d(given["x"], given["indices"], 2),
        lambda given: max_unpool2d_backward(given["dy"], given["indices"]),
        torch_forward,
    )


def bilinear_rows(shape: Shape) -> tuple[Row, Row]:
    def draw(short: bool) -> Inputs:
        rng, (N, C, H, W) = generator(), shrink(shape, short)
        return {"x": normal(rng, N, C, H, W), "dy": normal(rng, N, C, 2 * H, 2 * W)}

    def torch_forward(given: Inputs, x: Any) -> Any:
        import torch

        return torch.nn.functional.interpolate(x, **BILINEAR)

    return both_ways(
        f"bilinear ×2 of {label(shape)}",
        draw,
        lambda given: interpolate(given["x"], **BILINEAR),
        lambda given: interpolate_backward(given["dy"], given["x"].shape[2:], **BILINEAR),
        torch_forward,
    )


GROUP = Group(
    "elementwise",
    "BatchNorm2d, ReLU, pooling, up-sampling",
    (
        *batch_norm2d_rows((8, 64, 56, 56)),
        *batch_norm2d_rows((32, 32, 64, 64)),
        *relu_rows((8, 64, 56, 56)),
        *relu_rows((32, 32, 64, 64)),
        *max_pool2d_rows((8, 64, 112, 112), kernel_size=2, padding=0),
        *max_pool2d_rows((8, 64, 112, 112), kernel_size=3, padding=1),
        *max_unpool2d_rows((8, 64, 112, 112)),
        *bilinear_rows((8, 64, 56, 56)),
    ),
    mean_limit=0.6,
)
