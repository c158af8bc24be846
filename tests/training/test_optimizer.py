import math
from typing import Any, cast

import numpy as np
import pytest

from scratchcv.layers.layer import Layer, Parameter
from scratchcv.training import SGD, Adam, Optimizer

OPTIMIZERS: list[Any] = [
    pytest.param(lambda parameters: SGD(parameters, 0.1, momentum=0.9, weight_decay=0.1), id="sgd"),
    pytest.param(lambda parameters: Adam(parameters, 0.1, weight_decay=0.1), id="adam"),
    pytest.param(lambda parameters: Adam(parameters, 0.1, weight_decay=0.1, decoupled=True), id="adamw"),
]


class TwoWeights(Layer):
    def __init__(self) -> None:
        self.weight, self.bias = Parameter(np.ones((2, 3))), Parameter(np.ones(2))


def train(model: TwoWeights, optimizer: Optimizer, steps: range) -> None:
    for step in steps:
        rng = np.random.default_rng(step)
        for parameter in model.parameters():
            parameter.grad[...] = rng.standard_normal(parameter.value.shape)
        optimizer.step()


@pytest.mark.parametrize("build", OPTIMIZERS)
def test_state_goes_on_bitwise(build: Any) -> None:
    whole = TwoWeights()
    train(whole, build(whole.parameters()), range(6))
    half = TwoWeights()
    optimizer = build(half.parameters())
    train(half, optimizer, range(3))
    fresh = TwoWeights()
    fresh.load_state_dict(half.state_dict())
    resumed = build(fresh.parameters())
    resumed.load_state_dict(optimizer.state_dict())
    train(fresh, resumed, range(3, 6))
    assert fresh.weight.value.tobytes() == whole.weight.value.tobytes()
    assert fresh.bias.value.tobytes() == whole.bias.value.tobytes()


@pytest.mark.parametrize("build", OPTIMIZERS)
def test_state_is_a_copy(build: Any) -> None:
    model = TwoWeights()
    optimizer = build(model.parameters())
    train(model, optimizer, range(1))
    state = optimizer.state_dict()
    before = {name: array.copy() for name, array in state.items()}
    train(model, optimizer, range(1, 3))
    for name, array in state.items():
        np.testing.assert_array_equal(array, before[name])


@pytest.mark.parametrize("build", OPTIMIZERS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_follows_its_model_to_another_dtype(build: Any, dtype: Any) -> None:
    model = TwoWeights()
    optimizer = build(model.parameters())
    model.astype(dtype)
    train(model, optimizer, range(2))
    assert {parameter.value.dtype for parameter in model.parameters()} == {np.dtype(dtype)}
    averages = [array for name, array in optimizer.state_dict().items() if name != "steps"]
    assert {array.dtype for array in averages} == {np.dtype(dtype)}


@pytest.mark.parametrize("build", OPTIMIZERS)
def test_float32_stays_float32_with_a_numpy_learning_rate(build: Any) -> None:
    model = TwoWeights().astype(np.float32)
    optimizer = build(model.parameters())
    optimizer.step(np.float64(0.1))
    assert model.weight.value.dtype == np.float32


def test_step_keeps_the_array_that_views_share() -> None:
    w = Parameter([1.0])
    array = w.value
    w.grad[:] = 1.0
    SGD([w], lr=0.5).step()
    assert array.tolist() == [0.5]
    assert w.value is array


def test_a_shared_parameter_is_updated_once() -> None:
    w = Parameter([1.0])
    w.grad[:] = 1.0
    SGD([w, w], lr=0.25).step()
    assert w.value.tolist() == [0.75]


@pytest.mark.parametrize("build", [SGD, Adam])
def test_factors_scale_the_learning_rate_and_zero_leaves_a_parameter_out(build: Any) -> None:
    models = [TwoWeights() for _ in range(3)]
    for model, factors in zip(models, ([1, 0.5], [1, 0], None), strict=True):
        train(model, build(model.parameters(), 0.1, weight_decay=0.1, factors=factors), range(1))
    half, frozen, full = models
    assert half.weight.value.tobytes() == frozen.weight.value.tobytes() == full.weight.value.tobytes()
    np.testing.assert_allclose(half.bias.value - 1, (full.bias.value - 1) / 2, rtol=1e-5)
    assert frozen.bias.value.tolist() == [1, 1]


def test_a_decoupled_decay_has_its_factor_too() -> None:
    model = TwoWeights()
    Adam(model.parameters(), 0.5, weight_decay=1.0, decoupled=True, factors=[0.5, 1]).step()
    assert model.weight.value.tolist() == [[0.75] * 3] * 2


def test_nesterov_has_its_factor_too() -> None:
    w, v = Parameter([1.0]), Parameter([1.0])
    w.grad[:] = v.grad[:] = 1.0
    SGD([w, v], 0.25, momentum=0.5, nesterov=True, factors=[1, 0.5]).step()
    assert (w.value.item(), v.value.item()) == (1 - 0.375, 1 - 0.1875)


def test_frozen_parameters_have_no_averages_and_factors_are_told() -> None:
    model = TwoWeights()
    optimizer = SGD(model.parameters(), 0.1, factors=[0, 0.1])
    assert optimizer.parameters == [model.bias]
    assert set(optimizer.state_dict()) == {"velocity.0", "steps"}
    assert optimizer.config["factors"] == [0, 0.1]
    assert "factors" not in SGD(model.parameters(), 0.1).config


@pytest.mark.parametrize(
    ("factors", "message"),
    [
        ([1], "factors must be one for each of 2 parameters, got 1"),
        ([1, -1], r"factors\[1\] must be finite and at least 0, got -1"),
        ([1, math.nan], r"factors\[1\] must be finite and at least 0, got nan"),
        ([0, 0], "factors must leave at least one Parameter to train, got only zeros"),
    ],
)
def test_bad_factors(factors: list[float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        SGD(TwoWeights().parameters(), 0.1, factors=factors)


@pytest.mark.parametrize(("decay_1d", "bias"), [(True, 0.5), (False, 1.0)])
def test_biases_need_not_decay(decay_1d: bool, bias: float) -> None:
    for build in (
        lambda parameters: SGD(parameters, 0.5, weight_decay=1.0, decay_1d=decay_1d),
        lambda parameters: Adam(parameters, 0.5, weight_decay=1.0, decoupled=True, decay_1d=decay_1d),
    ):
        model = TwoWeights()
        build(model.parameters()).step()  # the gradients are 0: what moves is the decay
        assert model.weight.value.tolist() == [[0.5] * 3] * 2
        assert model.bias.value.tolist() == [bias] * 2


def test_zero_grad() -> None:
    w = Parameter([1.0])
    w.grad[:] = 7.0
    SGD([w], lr=0.1).zero_grad()
    assert w.grad.tolist() == [0.0]


def test_state_of_another_optimizer_is_refused() -> None:
    model = TwoWeights()
    sgd, adam = SGD(model.parameters(), 0.1), Adam(model.parameters())
    with pytest.raises(
        ValueError, match=r"another optimizer or model: mean\.0, mean\.1, .*velocity\.1 on one side"
    ):
        adam.load_state_dict(sgd.state_dict())


def test_state_of_another_shape_is_refused_whole() -> None:
    one, other = (
        SGD([Parameter([1.0]), Parameter([1.0])], 0.1),
        SGD([Parameter([1.0]), Parameter([1.0, 2.0])], 0.1),
    )
    state = one.state_dict() | {"velocity.0": np.array([5.0])}
    with pytest.raises(ValueError, match=r"velocity\.1 must have shape \(2,\), got \(1,\)"):
        other.load_state_dict(state)
    assert other.velocity[0].tolist() == [0.0]


def test_bad_arguments() -> None:
    with pytest.raises(ValueError, match="at least one Parameter, got none"):
        SGD([], lr=0.1)
    with pytest.raises(TypeError, match="parameters must be Parameter objects, got Layer"):
        SGD(cast("Any", [Layer()]), lr=0.1)
    for lr in (-1.0, float("nan"), float("inf")):
        with pytest.raises(ValueError, match="lr must be finite and at least 0"):
            SGD([Parameter([1.0])], lr=lr)
        with pytest.raises(ValueError, match="lr must be finite and at least 0"):
            SGD([Parameter([1.0])], lr=0.1).step(lr)


def test_a_layer_is_not_its_parameters():
    with pytest.raises(TypeError, match=r"got a layer: pass its .parameters\(\)"):
        SGD(Layer(), 0.1)
