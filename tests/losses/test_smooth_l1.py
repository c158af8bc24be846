from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes

from scratchcv.losses import smooth_l1_loss
from scratchcv.testing import assert_close, check_loss


def test_the_lecture_values():
    # Lecture S1, line 705: 0.5 x² if |x| < 1 else |x| - 0.5.
    x = np.array([-2, -1, -0.5, 0, 0.5, 1, 2, 10])
    losses, gradient = smooth_l1_loss(x, np.zeros(8), reduction="none")
    assert losses.tolist() == [1.5, 0.5, 0.125, 0, 0.125, 0.5, 1.5, 9.5]
    assert gradient.tolist() == [-1, -1, -0.5, 0, 0.5, 1, 1, 1]


def test_beta_moves_the_joint():
    losses, gradient = smooth_l1_loss(np.array([1.0, 2.0, 4.0]), np.zeros(3), beta=2, reduction="none")
    assert losses.tolist() == [0.25, 1.0, 3.0]
    assert gradient.tolist() == [0.5, 1.0, 1.0]


def test_beta_zero_is_the_l1_distance():
    losses, gradient = smooth_l1_loss(np.array([-3.0, 0.0, 0.5]), np.zeros(3), beta=0, reduction="none")
    assert losses.tolist() == [3.0, 0.0, 0.5]
    assert gradient.tolist() == [-1.0, 0.0, 1.0]


def test_the_mean_divides_by_the_weights():
    loss, gradient = smooth_l1_loss([3.0, 0.5], [0.0, 0.0], weight=[3, 1])
    assert loss == (3 * 2.5 + 0.125) / 4
    assert gradient.tolist() == [0.75, 0.125]


@pytest.mark.filterwarnings("error")
def test_no_square_overflows_and_a_beta_that_rounds_to_zero_is_zero():
    loss, gradient = smooth_l1_loss(np.float32([1e30]), [0])
    assert_close(loss, 1e30, rtol=1e-6)
    assert gradient.tolist() == [1]
    loss, gradient = smooth_l1_loss(np.float32([-2, 0]), [0, 0], beta=1e-46, reduction="none")
    assert (loss.tolist(), gradient.tolist()) == ([2, 0], [-1, 0])


@settings(deadline=None, max_examples=50)
@given(st.floats(-1e6, 1e6), st.floats(0.01, 10))
def test_the_gradient_is_bounded_and_the_loss_lies_below_l1(d, beta):
    loss, gradient = smooth_l1_loss([d], [0.0], beta=beta)
    assert abs(gradient[0]) <= 1
    assert 0 <= loss <= abs(d)


@pytest.mark.parametrize("reduction", ["none", "mean", "sum"])
@pytest.mark.parametrize("beta", [1.0, 0.3, 0.0])
def test_gradient(reduction, beta):
    rng = np.random.default_rng(2)
    prediction, target = 2 * rng.standard_normal((2, 6, 4))
    report = check_loss(partial(smooth_l1_loss, beta=beta, reduction=reduction), prediction, target)
    assert report.worst < 1e-7


@pytest.mark.parametrize("seed", range(20))
def test_gradient_of_random_shapes(seed):
    rng = np.random.default_rng(seed)
    shape = tuple(rng.integers(1, 5, rng.integers(1, 5)))
    options = {"beta": [0, 0.2, 1, 3][seed % 4], "reduction": ["none", "mean", "sum"][seed % 3]}
    prediction, target = 2 * rng.standard_normal((2, *shape))
    check_loss(partial(smooth_l1_loss, **options), prediction, target, max_entries=20)
    weighted = partial(smooth_l1_loss, weight=rng.uniform(0.1, 2, shape), **options)
    check_loss(weighted, prediction, target, max_entries=20, empty_batch=False)


@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_nothing_costs_nothing(reduction):
    loss, gradient = smooth_l1_loss(np.zeros((0, 4)), np.zeros((0, 4)), reduction=reduction)
    assert (loss, gradient.shape) == (0.0, (0, 4))


def test_float32_stays_even_if_the_target_is_float64():
    loss, gradient = smooth_l1_loss(np.ones(3, np.float32), np.zeros(3))
    assert type(loss) is float
    assert gradient.dtype == np.float32
    losses, gradient = smooth_l1_loss(
        np.ones(3, np.float32), np.zeros(3), beta=np.float64(2), reduction="none"
    )
    assert losses.dtype == gradient.dtype == np.float32


def test_ten_thousand_does_not_overflow():
    losses, gradient = smooth_l1_loss(np.array([1e4, -1e4], np.float32), [-1e4, 1e4], reduction="none")
    assert losses.tolist() == [19999.5, 19999.5]
    assert gradient.tolist() == [1, -1]


def test_integers_become_float64():
    loss, gradient = smooth_l1_loss([3], [1])
    assert (loss, gradient.dtype) == (1.5, np.float64)


def test_bad_arguments():
    with pytest.raises(ValueError, match=r"target must have shape \(2, 4\), got \(4,\)"):
        smooth_l1_loss(np.zeros((2, 4)), np.zeros(4))
    with pytest.raises(ValueError, match=r"weight must have shape \(1,\), got \(2,\)"):
        smooth_l1_loss([1.0], [0.0], weight=[1, 2])
    for beta in (-1, float("nan")):
        with pytest.raises(ValueError, match="beta must be 0 or more, got"):
            smooth_l1_loss([1.0], [0.0], beta=beta)
    with pytest.raises(ValueError, match="reduction must be one of"):
        smooth_l1_loss([1.0], [0.0], reduction="")


@settings(deadline=None, max_examples=25)
@given(array_shapes(max_dims=4, max_side=4), st.floats(0.01, 10), st.integers(0, 2**32 - 1))
def test_the_two_pieces_of_the_definition(shape, beta, seed):
    prediction, target = 3 * np.random.default_rng(seed).standard_normal((2, *shape))
    losses, gradient = smooth_l1_loss(prediction, target, beta=beta, reduction="none")
    d = prediction - target
    near = abs(d) < beta
    assert_close(losses, np.where(near, d**2 / (2 * beta), abs(d) - beta / 2))
    assert_close(gradient, np.where(near, d / beta, np.sign(d)))
