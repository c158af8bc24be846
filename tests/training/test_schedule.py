import math
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scratchcv.training import Schedule, constant, cosine, step_decay, warm_up


def test_constant() -> None:
    assert [constant(0.1)(step) for step in (0, 1, 10**9)] == [0.1, 0.1, 0.1]


def test_step_decay_changes_at_the_milestone_itself() -> None:
    schedule = step_decay(1.0, [6, 4], gamma=0.5)
    assert [schedule(step) for step in (0, 3, 4, 5, 6, 7, 1000)] == [1.0, 1.0, 0.5, 0.5, 0.25, 0.25, 0.25]


def test_step_decay_without_milestones_is_constant() -> None:
    assert step_decay(0.3, [])(7) == 0.3


def test_step_decay_keeps_a_consumed_iterator_of_milestones() -> None:
    schedule = step_decay(1.0, iter([2]), gamma=0.5)
    assert [schedule(2), schedule(2)] == [0.5, 0.5]


def test_cosine_at_its_boundaries() -> None:
    schedule = cosine(0.5, 60, final=0.1)
    assert schedule(0) == 0.5
    assert schedule(20) == pytest.approx(0.1 + 0.2 * 1.5, abs=1e-15)  # cos 60° = 1/2
    assert schedule(30) == pytest.approx(0.3, abs=1e-15)
    assert schedule(60) == 0.1
    assert schedule(61) == 0.1


def test_warm_up_at_its_boundaries() -> None:
    schedule = warm_up(constant(2.0), 10, start=0.5)
    assert [schedule(step) for step in (0, 5, 10, 11)] == [1.0, 1.5, 2.0, 2.0]
    assert warm_up(constant(2.0), 10)(0) == 0.002


def test_warm_up_of_no_steps_is_the_schedule() -> None:
    assert warm_up(constant(2.0), 0, start=0.0)(0) == 2.0


def test_warm_up_composes_with_cosine() -> None:
    inner = cosine(1.0, 100)
    schedule = warm_up(inner, 10, start=0.0)
    assert schedule(0) == 0.0
    assert schedule(5) == 0.5 * inner(5)
    assert [schedule(step) for step in (10, 50, 99)] == [inner(10), inner(50), inner(99)]


@given(step=st.integers(0, 10**6), total=st.integers(1, 10**5), final=st.floats(0, 1))
def test_cosine_stays_between_its_ends(step: int, total: int, final: float) -> None:
    assert min(final, 1.0) - 1e-12 <= cosine(1.0, total, final)(step) <= 1.0 + 1e-12


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: constant(-1.0), "lr must be finite and at least 0, got -1.0"),
        (lambda: cosine(math.nan, 10), "lr must be finite"),
        (lambda: cosine(1.0, 10, final=-0.1), "final must be finite and at least 0, got -0.1"),
        (lambda: cosine(1.0, 0), "total_steps must be at least 1, got 0"),
        (lambda: step_decay(1.0, [], gamma=-0.1), "gamma must be finite and at least 0, got -0.1"),
        (lambda: warm_up(constant(1.0), -1), "steps must be at least 0, got -1"),
        (lambda: warm_up(constant(1.0), 5, start=1.5), r"start must lie in \[0, 1\], got 1.5"),
    ],
)
def test_bad_arguments(build: Callable[[], Schedule], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        build()


def test_pytorch_alive() -> None:
    torch = pytest.importorskip("torch")
    schedulers = torch.optim.lr_scheduler

    def rates(build: Callable[[Any], Any], steps: int) -> list[float]:
        optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.4)
        scheduler = build(optimizer)
        found = []
        for _ in range(steps):
            found.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            scheduler.step()
        return found

    def ours(schedule: Schedule, steps: int) -> Any:
        return pytest.approx([schedule(step) for step in range(steps)], rel=1e-12, abs=1e-15)

    staircase = rates(lambda optimizer: schedulers.MultiStepLR(optimizer, [3, 7], gamma=0.2), 12)
    assert staircase == ours(step_decay(0.4, [3, 7], gamma=0.2), 12)
    half_cosine = rates(lambda optimizer: schedulers.CosineAnnealingLR(optimizer, 20, eta_min=0.05), 21)
    assert half_cosine == ours(cosine(0.4, 20, final=0.05), 21)
    ramp = rates(lambda optimizer: schedulers.LinearLR(optimizer, start_factor=0.01, total_iters=6), 12)
    assert ramp == ours(warm_up(constant(0.4), 6, start=0.01), 12)
