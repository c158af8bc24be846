"""Work without a limit, for orientation."""

from functools import partial
from typing import Any

import numpy as np

from scratchcv.layers import linear, linear_backward
from scratchcv.losses import cross_entropy
from scratchcv.metrics import mask_iou
from tests.benchmarks import conv2d, tiny_ssd
from tests.benchmarks.draw import generator, normal
from tests.benchmarks.row import Call, Group, Inputs, Row, both_ways


def draw_linear(short: bool) -> Inputs:
    rng = generator()
    N, D, M = (3, 5, 4) if short else (256, 2048, 1000)
    arrays = {"x": (N, D), "weight": (M, D), "bias": (M,), "dy": (N, M)}
    return {name: normal(rng, *shape) for name, shape in arrays.items()}


def torch_linear(given: Inputs, x: Any, weight: Any, bias: Any) -> Any:
    import torch

    return torch.nn.functional.linear(x, weight, bias)


def cross_entropy_row(count: int, classes: int) -> Row:
    """Return the row of the loss and its gradient, which this library computes together."""

    def draw(short: bool) -> Inputs:
        rng, number = generator(), 8 if short else count
        return {"logits": normal(rng, number, classes), "labels": rng.integers(0, classes, number)}

    def theirs(given: Inputs) -> Call:
        import torch

        logits, labels = torch.from_numpy(given["logits"]).requires_grad_(), torch.from_numpy(given["labels"])

        def loss_and_gradient() -> Any:
            loss = torch.nn.functional.cross_entropy(logits, labels)
            return loss, torch.autograd.grad(loss, logits)

        return loss_and_gradient

    def ours(given: Inputs) -> Call:
        return lambda: cross_entropy(given["logits"], given["labels"])

    return Row(f"softmax cross-entropy of {count:,} × {classes}, with gradient", draw, ours, theirs)


def ellipses(rng, count, size):
    """Draw masks as objects have them: one ellipse each, of any size and place."""
    center = rng.uniform(0, size, (2, count, 1, 1))
    radius = rng.uniform(size / 32, size / 3, (2, count, 1, 1))
    row, column = np.arange(size)[:, None], np.arange(size)
    return ((row - center[0]) / radius[0]) ** 2 + ((column - center[1]) / radius[1]) ** 2 < 1


def mask_iou_row(count1: int, count2: int, side: int) -> Row:
    """Return the row of the overlaps of masks; PyTorch's is a product of matrices of zeros and ones."""

    def draw(short: bool) -> Inputs:
        rng = generator()
        counts, size = ((3, 2), 8) if short else ((count1, count2), side)
        return {f"masks{i}": ellipses(rng, n, size) for i, n in enumerate(counts, start=1)}

    def theirs(given: Inputs) -> Call:
        import torch

        masks1, masks2 = torch.from_numpy(given["masks1"]), torch.from_numpy(given["masks2"])

        def overlaps() -> Any:
            flat1, flat2 = masks1.flatten(1).float(), masks2.flatten(1).float()
            intersections = flat1 @ flat2.T
            return intersections / (flat1.sum(1)[:, None] + flat2.sum(1) - intersections)

        return overlaps

    def ours(given: Inputs) -> Call:
        return lambda: mask_iou(given["masks1"], given["masks2"])

    return Row(f"mask IoU, {count1} × {count2} masks of {side}×{side}", draw, ours, theirs)


tiny = conv2d.Convolution(1, 8, 8, 8, 8, 3, 1, 1)

GROUP = Group(
    "others",
    "Without a limit",
    (
        *both_ways(
            "Linear, 256×2048 to 1000",
            draw_linear,
            lambda given: linear(given["x"], given["weight"], given["bias"]),
            lambda given: linear_backward(given["dy"], given["x"], given["weight"]),
            torch_linear,
            ("x", "weight", "bias"),
        ),
        cross_entropy_row(16_384, 21),
        mask_iou_row(100, 100, 256),
        *conv2d.rows(tiny, name="a tiny convolution, all overhead"),
        Row(
            "tiny SSD, detections of one image",
            partial(tiny_ssd.draw, batch=1),
            tiny_ssd.our_detections,
            tiny_ssd.their_detections,
            tiny_ssd.same_best_scores,
        ),
    ),
)
