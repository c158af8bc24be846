from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scratchcv.losses import total_variation_loss
from scratchcv.testing import assert_close, check_loss

IMAGE = np.array([[[[0.0, 1.0, 3.0], [4.0, 4.0, 2.0]]]])
"""Vertical differences 4, 3, -1; horizontal ones 1, 2, 0, -2."""


@pytest.mark.parametrize(
    ("power", "reduction", "loss"),
    [
        (1, "mean", (8 / 3 + 5 / 4) / 2),
        (1, "sum", 13 / 2),
        (2, "mean", (26 / 3 + 9 / 4) / 2),
        (2, "sum", 35 / 2),
    ],
)
def test_by_hand(power, reduction, loss):
    assert_close(total_variation_loss(IMAGE, power=power, reduction=reduction)[0], loss)


def test_the_gradient_by_hand():
    _, dx = total_variation_loss(IMAGE, reduction="sum")
    # Half the signs of what is above or left, less those of below or right; 4 and 4 are equal, and give none.
    assert (2 * dx).tolist() == [[[[-1 - 1, -1 + 1 - 1, 1 + 1], [1, 1 + 1, -1 - 1]]]]


def test_a_flat_image_costs_nothing_and_brightness_does_not_matter():
    loss, dx = total_variation_loss(np.ones((2, 3, 4, 5)))
    assert loss == 0.0
    assert not dx.any()
    assert_close(total_variation_loss(IMAGE + 7)[0], total_variation_loss(IMAGE)[0])


@pytest.mark.parametrize(
    "shape", [(1, 1, 1, 1), (2, 3, 1, 4), (2, 3, 4, 1), (0, 3, 4, 4), (1, 0, 2, 2), (1, 1, 0, 3)]
)
def test_no_neighbours(shape):
    x = np.random.default_rng(0).standard_normal(shape)
    for power in (1, 2):
        loss, dx = total_variation_loss(x, power=power)
        wanted = 0.5 * sum(
            (abs(np.diff(x, axis=axis)) ** power).mean() for axis in (2, 3) if np.diff(x, axis=axis).size
        )
        assert_close(loss, float(wanted))
        assert dx.shape == shape


@pytest.mark.parametrize("power", [1, 2])
@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_gradient(power, reduction):
    for seed in range(20):
        rng = np.random.default_rng(seed)
        x = rng.standard_normal(rng.integers(1, 5, 4))
        loss = partial(total_variation_loss, power=power, reduction=reduction)
        assert check_loss(loss, x, max_entries=12, seed=seed).worst < 1e-6


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 2**32 - 1), st.tuples(*4 * [st.integers(1, 5)]), st.sampled_from([1, 2]))
def test_laws(seed, shape, power):
    x = np.random.default_rng(seed).standard_normal(shape)
    loss, dx = total_variation_loss(x, power=power)
    assert loss >= 0
    assert_close(dx.sum(), 0.0)  # a common brightness changes nothing
    assert_close(total_variation_loss(-x[..., ::-1], power=power)[0], loss)
    assert_close(total_variation_loss(x.swapaxes(2, 3), power=power)[0], loss)
    assert_close((dx * x).sum(), power * loss)  # Euler: it is homogeneous of that degree


def test_float32_stays():
    loss, dx = total_variation_loss(IMAGE.astype(np.float32))
    assert (type(loss), dx.dtype) == (float, np.float32)


def test_bad_arguments():
    with pytest.raises(ValueError, match=r"x must have shape \(N, C, H, W\), got \(3, 4, 4\)"):
        total_variation_loss(np.zeros((3, 4, 4)))
    with pytest.raises(ValueError, match="power must be 1 or 2, got 3"):
        total_variation_loss(IMAGE, power=3)
    with pytest.raises(ValueError, match="reduction must be one of mean, sum, got 'none'"):
        total_variation_loss(IMAGE, reduction="none")
