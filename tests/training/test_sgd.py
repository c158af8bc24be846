from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scratchcv.layers.layer import Parameter
from scratchcv.training import SGD

GOLDEN = Path(__file__).parents[1] / "golden" / "optimizers.npz"
CONFIGURATIONS: dict[str, dict[str, Any]] = {
    "sgd": {},
    "sgd_decay": {"weight_decay": 0.1},
    "sgd_momentum": {"momentum": 0.9, "weight_decay": 0.01},
    "sgd_nesterov": {"momentum": 0.8, "weight_decay": 0.01, "nesterov": True},
}


def test_two_steps_by_hand() -> None:
    w = Parameter([10.0])
    optimizer = SGD([w], lr=0.5, momentum=0.5, weight_decay=0.25)
    w.grad[:] = 1.5
    optimizer.step()  # g = 1.5 + .25·10 = 4, v = 4, w = 10 − .5·4
    assert w.value.tolist() == [8.0]
    optimizer.step()  # g = 1.5 + .25·8 = 3.5, v = .5·4 + 3.5 = 5.5, w = 8 − .5·5.5
    assert w.value.tolist() == [5.25]


def test_nesterov_by_hand() -> None:
    w = Parameter([10.0])
    optimizer = SGD([w], lr=0.5, momentum=0.5, nesterov=True)
    w.grad[:] = 4.0
    optimizer.step()  # v = 4, w = 10 − .5·(4 + .5·4)
    assert w.value.tolist() == [7.0]
    optimizer.step()  # v = 6, w = 7 − .5·(4 + .5·6)
    assert w.value.tolist() == [3.5]


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_path_is_that_of_pytorch(name: str) -> None:
    golden = np.load(GOLDEN)
    parameters = [Parameter(golden[f"start.{i}"], np.float64) for i in range(2)]
    optimizer = SGD(parameters, lr=1.0, **CONFIGURATIONS[name])
    for step, lr in enumerate(golden["lr"]):
        for i, parameter in enumerate(parameters):
            parameter.grad[...] = golden[f"gradients.{i}"][step]
        optimizer.step(lr)
        for i, parameter in enumerate(parameters):
            np.testing.assert_allclose(parameter.value, golden[f"{name}.{i}"][step], rtol=1e-13, atol=1e-14)


@given(
    seed=st.integers(0, 2**32 - 1),
    lr=st.floats(0, 2),
    momentum=st.floats(0, 1),
    weight_decay=st.floats(0, 1),
    nesterov=st.booleans(),
)
@settings(deadline=None, max_examples=50)
def test_pytorch_alive(seed: int, lr: float, momentum: float, weight_decay: float, nesterov: bool) -> None:
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(seed)
    options = {"momentum": momentum, "weight_decay": weight_decay, "nesterov": nesterov and momentum > 0}
    ours, theirs = (
        Parameter(rng.standard_normal((2, 3)), np.float64),
        torch.nn.Parameter(torch.empty(2, 3).double()),
    )
    theirs.data[:] = torch.tensor(ours.value)
    optimizer, oracle = SGD([ours], lr, **options), torch.optim.SGD([theirs], lr, **options)
    for _ in range(4):
        ours.grad[:] = rng.standard_normal((2, 3))
        theirs.grad = torch.tensor(ours.grad)
        optimizer.step()
        oracle.step()
    np.testing.assert_allclose(ours.value, theirs.detach().numpy(), rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize("options", [{}, {"momentum": 0.9}, {"momentum": 0.9, "nesterov": True}])
def test_reaches_the_minimum_of_a_quadratic(options: dict[str, Any]) -> None:
    hessian, minimum = np.array([[3.0, 1.0], [1.0, 2.0]]), np.array([4.0, -5.0])
    w = Parameter(np.zeros(2), np.float64)
    optimizer = SGD([w], lr=0.1, **options)
    for _ in range(400):
        w.grad[:] = hessian @ (w.value - minimum)
        optimizer.step()
    np.testing.assert_allclose(w.value, minimum, atol=1e-8)


def test_nesterov_needs_momentum() -> None:
    with pytest.raises(ValueError, match="nesterov needs a momentum above 0"):
        SGD([Parameter([1.0])], lr=0.1, nesterov=True)
    with pytest.raises(ValueError, match=r"momentum must be finite and at least 0, got -0.5"):
        SGD([Parameter([1.0])], lr=0.1, momentum=-0.5)
