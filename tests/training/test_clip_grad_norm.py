import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scratchcv.layers.layer import Parameter
from scratchcv.training import clip_grad_norm


def parameters_with(*gradients: list[float]) -> list[Parameter]:
    parameters = [Parameter(np.zeros(len(gradient)), np.float64) for gradient in gradients]
    for parameter, gradient in zip(parameters, gradients, strict=True):
        parameter.grad[:] = gradient
    return parameters


def test_the_norm_is_over_all_gradients() -> None:
    parameters = parameters_with([1.0, 2.0], [2.0])
    assert clip_grad_norm(parameters, 1.5) == 3.0
    np.testing.assert_allclose(parameters[0].grad, [0.5, 1.0], rtol=1e-6)
    np.testing.assert_allclose(parameters[1].grad, [1.0], rtol=1e-6)


@pytest.mark.parametrize("max_norm", [5.1, math.inf])
def test_a_small_gradient_stays(max_norm: float) -> None:
    (w,) = parameters_with([3.0, 4.0])
    assert clip_grad_norm([w], max_norm) == 5.0
    assert w.grad.tolist() == [3.0, 4.0]


@pytest.mark.parametrize("bad", [math.inf, math.nan])
def test_what_is_not_finite_stays_visible(bad: float) -> None:
    (w,) = parameters_with([bad, 4.0])
    assert not math.isfinite(clip_grad_norm([w], 1.0))
    assert w.grad[1] == 4.0


def test_large_float32_gradients_do_not_overflow() -> None:
    w = Parameter(np.zeros(2, np.float32))
    w.grad[:] = [3e30, 4e30]
    assert clip_grad_norm([w, w], 1.0) == pytest.approx(5e30)
    np.testing.assert_allclose(w.grad, [0.6, 0.8], rtol=1e-6)


def test_empty() -> None:
    assert clip_grad_norm([], 1.0) == 0.0
    assert clip_grad_norm([Parameter(np.zeros((0, 3)))], 1.0) == 0.0


def test_bad_max_norm() -> None:
    for max_norm in (-1.0, math.nan):
        with pytest.raises(ValueError, match="max_norm must be at least 0"):
            clip_grad_norm([], max_norm)


@given(seed=st.integers(0, 2**32 - 1), scale=st.sampled_from([1e-9, 1.0, 1e6]), max_norm=st.floats(0, 10))
@settings(deadline=None, max_examples=50)
def test_pytorch_alive(seed: int, scale: float, max_norm: float) -> None:
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(seed)
    ours = parameters_with(list(scale * rng.standard_normal(3)), list(scale * rng.standard_normal(5)))
    theirs = [torch.nn.Parameter(torch.zeros(p.grad.size).double()) for p in ours]
    for parameter, tensor in zip(ours, theirs, strict=True):
        tensor.grad = torch.tensor(parameter.grad)
    norm = torch.nn.utils.clip_grad_norm_(theirs, max_norm)
    assert clip_grad_norm(ours, max_norm) == pytest.approx(float(norm), rel=1e-13)
    for parameter, tensor in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(parameter.grad, tensor.grad.numpy(), rtol=1e-12, atol=1e-300)
