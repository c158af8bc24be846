from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scratchcv.layers.layer import Parameter
from scratchcv.training import Adam

GOLDEN = Path(__file__).parents[1] / "golden" / "optimizers.npz"
CONFIGURATIONS: dict[str, dict[str, Any]] = {
    "adam": {},
    "adam_decay": {"weight_decay": 0.1, "betas": (0.8, 0.95), "eps": 1e-6},
    "adamw": {"weight_decay": 0.1, "decoupled": True},
}


def test_two_steps_by_hand() -> None:
    w = Parameter([1.0], np.float64)
    optimizer = Adam([w], lr=0.1, betas=(0.5, 0.75), eps=0.0)
    w.grad[:] = 3.0
    optimizer.step()  # m = 1.5, v = 2.25; corrected 3 and 9: a step of lr·3/√9
    assert w.value.tolist() == pytest.approx([0.9], abs=1e-15)
    w.grad[:] = -1.0
    optimizer.step()  # m = .25, v = 1.9375; corrected .25/.75 and 1.9375/.4375
    assert w.value.tolist() == pytest.approx([0.9 - 0.1 * (1 / 3) / (31 / 7) ** 0.5], abs=1e-15)


def test_decoupled_decay_does_not_depend_on_the_gradient() -> None:
    w = Parameter([2.0, 2.0], np.float64)
    optimizer = Adam([w], lr=0.5, weight_decay=0.25, decoupled=True, eps=0.0)
    w.grad[:] = [1e-3, 1e3]
    optimizer.step()  # 2·(1 − .5·.25) − .5
    assert w.value.tolist() == pytest.approx([1.25, 1.25], abs=1e-12)


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_path_is_that_of_pytorch(name: str) -> None:
    golden = np.load(GOLDEN)
    parameters = [Parameter(golden[f"start.{i}"], np.float64) for i in range(2)]
    optimizer = Adam(parameters, lr=1.0, **CONFIGURATIONS[name])
    for step, lr in enumerate(golden["lr"]):
        for i, parameter in enumerate(parameters):
            parameter.grad[...] = golden[f"gradients.{i}"][step]
        optimizer.step(lr)
        for i, parameter in enumerate(parameters):
            np.testing.assert_allclose(parameter.value, golden[f"{name}.{i}"][step], rtol=1e-13, atol=1e-14)


@given(
    seed=st.integers(0, 2**32 - 1),
    lr=st.floats(0, 1),
    betas=st.tuples(st.floats(0, 0.99), st.floats(0, 0.999)),
    weight_decay=st.floats(0, 1),
    decoupled=st.booleans(),
)
@settings(deadline=None, max_examples=50)
def test_pytorch_alive(
    seed: int, lr: float, betas: tuple[float, float], weight_decay: float, decoupled: bool
) -> None:
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(seed)
    ours, theirs = (
        Parameter(rng.standard_normal((2, 3)), np.float64),
        torch.nn.Parameter(torch.empty(2, 3).double()),
    )
    theirs.data[:] = torch.tensor(ours.value)
    optimizer = Adam([ours], lr, betas, weight_decay=weight_decay, decoupled=decoupled)
    oracle_class = torch.optim.AdamW if decoupled else torch.optim.Adam
    oracle = oracle_class([theirs], lr, betas, weight_decay=weight_decay)
    for _ in range(4):
        ours.grad[:] = rng.standard_normal((2, 3))
        theirs.grad = torch.tensor(ours.grad)
        optimizer.step()
        oracle.step()
    np.testing.assert_allclose(ours.value, theirs.detach().numpy(), rtol=1e-9, atol=1e-10)


@pytest.mark.parametrize("decoupled", [False, True])
def test_reaches_the_minimum_of_a_quadratic(decoupled: bool) -> None:
    hessian, minimum = np.array([[3.0, 1.0], [1.0, 2.0]]), np.array([4.0, -5.0])
    w = Parameter(np.zeros(2), np.float64)
    optimizer = Adam([w], lr=0.3, decoupled=decoupled)
    for step in range(500):
        w.grad[:] = hessian @ (w.value - minimum)
        optimizer.step(0.3 * (1 - step / 500))
    np.testing.assert_allclose(w.value, minimum, atol=1e-6)


def test_a_gradient_of_zero_moves_nothing() -> None:
    w = Parameter([1.0, -1.0])
    Adam([w], lr=0.1).step()
    assert w.value.tolist() == [1.0, -1.0]


@pytest.mark.parametrize("betas", [(1.0, 0.9), (0.9, -0.1), (0.9, float("nan"))])
def test_betas_out_of_range(betas: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match=r"betas must lie in \[0, 1\), got"):
        Adam([Parameter([1.0])], betas=betas)
