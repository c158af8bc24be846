"""Summaries of models: known numbers, shared layers and arrays, nothing left behind."""

import numpy as np
import pytest

from scratchcv.layers import (
    BatchNorm2d,
    Conv2d,
    Dropout,
    Flatten,
    Layer,
    Linear,
    MaxPool2d,
    Parameter,
    ReLU,
    Residual,
    Sequential,
)
from scratchcv.metrics import summary
from scratchcv.models import ssd_tiny

FLOAT32 = 4


def vgg16_features():
    layers, channels = [], 3
    for width, depth in ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3)):
        for _ in range(depth):
            conv = Conv2d(channels, width, 3, padding=1, rng=np.random.default_rng(0))
            layers += [conv, ReLU()]
            channels = width
        layers.append(MaxPool2d(2))
    return Sequential(*layers)


def row_of(costs, name):
    (row,) = (row for row in costs.rows if row.name == name)
    return row


def test_vgg16():
    """Its 13 convolutions have 14,714,688 parameters, and 15.35 billion multiply-adds at 224 × 224."""
    costs = summary(vgg16_features(), (1, 3, 32, 32))
    assert costs.parameters == 14_714_688
    convolutions = [row for row in costs.rows if row.kind == "Conv2d"]
    assert len(convolutions) == 13
    assert sum(row.forward_flops for row in convolutions) * (224 // 32) ** 2 == 2 * 15_346_630_656
    assert costs.rows[-1].output_shapes == [(1, 512, 1, 1)]


def test_lenet_as_convolutions():
    """S2, line 217: its fully connected layers as convolutions have 48,000, 10,080 and 840 weights."""
    head = Sequential(
        Conv2d(16, 120, 5, bias=False), Conv2d(120, 84, 1, bias=False), Conv2d(84, 10, 1, bias=False)
    )
    costs = summary(head, (1, 16, 5, 5))
    assert [row.parameters for row in costs.rows] == [48_000, 10_080, 840]
    assert [row.forward_flops for row in costs.rows] == [96_000, 20_160, 1_680]  # one position: one use each


def test_memory_by_hand():
    """Batch norm keeps x, mean and variance; ReLU its output, which the next convolution keeps too."""
    model = Sequential(
        Conv2d(3, 4, 3, padding=1), BatchNorm2d(4), ReLU(), Conv2d(4, 2, 1), Flatten(), Linear(50, 5)
    )
    costs = summary(model.astype(np.float32), (1, 3, 5, 5))
    pixels = 25
    cached = [3 * pixels, 4 * pixels + 8, 4 * pixels, 0, 0, 2 * pixels]  # the linear layer keeps a flat view
    written = [4 * pixels, 4 * pixels, 4 * pixels, 2 * pixels, 0, 5]
    assert [row.cache_bytes for row in costs.rows] == [FLOAT32 * count for count in cached]
    assert [row.output_bytes for row in costs.rows] == [FLOAT32 * count for count in written]
    assert costs.cache_bytes == FLOAT32 * sum(cached)
    assert costs.output_bytes == FLOAT32 * sum(written)


class Pyramid(Layer):
    """One head on several maps; their sum of outputs; the caches of inner calls partly thrown away."""

    def __init__(self, keep):
        self.head = Conv2d(2, 3, 1)
        self.scale = Parameter(np.ones(1, np.float32))
        self.keep = keep

    def forward(self, *maps):
        outputs, caches = zip(*(self.head.forward(x) for x in maps), strict=True)
        return list(outputs), caches[: self.keep]


def test_a_shared_head_runs_often_and_weighs_once():
    costs = summary(Pyramid(keep=3), (1, 2, 8, 8), (1, 2, 4, 4), (1, 2, 2, 2))
    head = row_of(costs, "head")
    assert head.calls == 3
    assert head.parameters == 2 * 3 + 3
    assert head.forward_flops == 2 * 2 * 3 * (64 + 16 + 4)
    assert head.output_shapes == [(1, 3, 8, 8), (1, 3, 4, 4), (1, 3, 2, 2)]
    assert head.output_bytes == FLOAT32 * 3 * (64 + 16 + 4)
    assert head.cache_bytes == FLOAT32 * 2 * (64 + 16 + 4)
    assert row_of(costs, "").parameters == 1
    assert costs.parameters == 10
    assert costs.unknown == ("Pyramid",)
    assert str(costs).endswith("Counted as 0 FLOPs, for its cost is not known: what Pyramid computes itself.")


def test_a_cache_that_is_thrown_away_costs_nothing():
    costs = summary(Pyramid(keep=1), (1, 2, 8, 8), (1, 2, 4, 4), (1, 2, 2, 2))
    assert costs.cache_bytes == FLOAT32 * 2 * 64


def test_one_layer_in_two_places_and_one_weight_in_two_layers():
    relu, conv, twin = ReLU(), Conv2d(2, 2, 1), Conv2d(2, 2, 1)
    twin.weight = conv.weight
    costs = summary(Sequential(conv, relu, twin, relu), (1, 2, 3, 3))
    assert [(row.name, row.calls) for row in costs.rows] == [("0", 1), ("1", 2), ("2", 1)]
    assert [row.parameters for row in costs.rows] == [6, 0, 2]
    assert costs.parameters == sum(p.value.size for p in Sequential(conv, twin).parameters())


def test_a_residual_block_adds():
    costs = summary(Residual(Sequential(Conv2d(2, 2, 1), ReLU())), (1, 2, 3, 3))
    assert [(row.name, row.kind, row.forward_flops) for row in costs.rows] == [
        ("", "Residual", 18),
        ("body.0", "Conv2d", 2 * 2 * 18),
        ("body.1", "ReLU", 18),
    ]


def test_a_layer_that_does_not_run_is_listed():
    class Half(Layer):
        def __init__(self):
            self.used, self.spare = Linear(2, 3), Linear(5, 7)

        def forward(self, x):
            return self.used.forward(x)

    spare = row_of(summary(Half(), (1, 2)), "spare")
    assert (spare.calls, spare.parameters, spare.forward_flops, spare.output_shapes) == (0, 42, 0, [])


def test_evaluation_costs_less():
    model = Sequential(BatchNorm2d(2), Dropout(0.5)).astype(np.float32)
    training, evaluation = summary(model, (2, 2, 4, 4)), summary(model.eval(), (2, 2, 4, 4))
    assert training.forward_flops > evaluation.forward_flops
    assert training.cache_bytes - evaluation.cache_bytes == 64  # the mask, a byte an element


def test_the_model_is_left_as_it_was():
    model = Sequential(BatchNorm2d(2), Dropout(0.5, rng=np.random.default_rng(0)))
    before, state = model.state_dict(), model[1].rng.bit_generator.state
    summary(model, (2, 2, 4, 4))
    assert all((value == before[name]).all() for name, value in model.state_dict().items())
    assert model[1].rng.bit_generator.state == state
    assert not any("forward" in vars(layer) for _, layer in model.named_layers())


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_zeros_take_the_models_dtype(dtype):
    costs = summary(Sequential(Linear(3, 5)).astype(dtype), (2, 3))
    assert costs.output_bytes == 10 * np.dtype(dtype).itemsize


def test_a_detector_with_images_and_targets():
    model = ssd_tiny(["background", "cat", "dog"], size=64)
    targets = [{"boxes": np.array([[10.0, 10, 50, 40]], np.float32), "labels": np.array([2])}]
    costs = summary(model, [np.zeros((3, 50, 80), np.float32)], targets)
    assert costs.parameters == 854_656
    first = row_of(costs, "backbone.stages.0.0.0")
    assert first.forward_flops == 2 * 16 * 64 * 64 * 27
    assert first.cache_bytes == FLOAT32 * 3 * 64 * 64
    assert costs.unknown == ("SSD", "SSDScoringHead")


def test_a_detector_by_the_shape_of_its_images():
    model = ssd_tiny(["background", "cat", "dog"], size=64)
    before = model.state_dict()
    by_shape = summary(model, (2, 3, 64, 64))
    nothing = {"boxes": np.zeros((0, 4), np.float32), "labels": np.zeros(0, np.int64)}
    by_values = summary(model, [np.zeros((3, 64, 64), np.float32)] * 2, [nothing] * 2)
    assert by_shape == by_values
    assert by_shape.parameters == 854_656
    assert row_of(by_shape, "backbone.stages.0.0.0").output_shapes == [(2, 16, 64, 64)]
    assert all((value == before[name]).all() for name, value in model.state_dict().items())
    assert not any(parameter.grad.any() for parameter in model.parameters())


def test_a_head_on_five_maps():
    """The gradient of a shared head is that of five convolutions; its table tells the first size."""
    sides = (16, 8, 4, 2, 1)
    costs = summary(Pyramid(keep=5), *((1, 2, side, side) for side in sides))
    outputs = 3 * sum(side**2 for side in sides)
    head = row_of(costs, "head")
    assert (head.calls, head.forward_flops, head.backward_flops) == (5, 4 * outputs, 9 * outputs)
    assert "5      (1, 3, 16, 16), …" in str(costs)


def test_a_forward_that_fails_leaves_the_model_as_it_was():
    class Fails(Layer):
        def __init__(self):
            self.norm, self.dropout = BatchNorm2d(2), Dropout(0.5, rng=np.random.default_rng(0))

        def forward(self, x):
            self.dropout.forward(self.norm.forward(x + 1)[0])
            raise RuntimeError("no")

    model = Fails()
    before, state = model.state_dict(), model.dropout.rng.bit_generator.state
    with pytest.raises(RuntimeError, match="no"):
        summary(model, (2, 2, 4, 4))
    assert all((value == before[name]).all() for name, value in model.state_dict().items())
    assert model.dropout.rng.bit_generator.state == state
    assert not any("forward" in vars(layer) for _, layer in model.named_layers())


def test_only_layers_have_a_summary():
    with pytest.raises(TypeError, match="model must be a Layer, got function"):
        summary(lambda x: x, (1, 2))


def test_what_was_given_is_no_output():
    """In evaluation dropout returns its input, and flattening a view of it."""
    costs = summary(Sequential(Dropout(0.5), Flatten()).eval(), (2, 3, 4))
    assert [row.output_shapes for row in costs.rows] == [[(2, 3, 4)], [(2, 12)]]
    assert costs.output_bytes == 0


def test_print():
    text = str(summary(Sequential(Conv2d(1, 4, 3), ReLU()), (1, 1, 6, 6)))
    lines = text.splitlines()
    assert lines[0].split()[:5] == ["layer", "kind", "calls", "output", "parameters"]
    assert lines[1].split() == [
        "0",
        "Conv2d",
        "1",
        "(1,",
        "4,",
        "4,",
        "4)",
        "40",
        "1,152",
        "2,368",
        "256",
        "144",
    ]
    assert lines[3].split() == ["total", "40", "1,216", "2,432", "512", "400"]
    assert "A multiply-add is 2 FLOPs" in text
    assert "not known" not in text


def test_empty_batch():
    costs = summary(Sequential(Conv2d(1, 4, 3), ReLU()), (0, 1, 6, 6))
    assert (costs.parameters, costs.forward_flops, costs.cache_bytes) == (40, 0, 0)
