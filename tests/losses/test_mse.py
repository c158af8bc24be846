from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes

from scratchcv.losses import mse_loss, smooth_l1_loss
from scratchcv.testing import assert_close, check_loss


def test_by_hand():
    losses, gradient = mse_loss([3.0, -1.0, 0.5], [1.0, -1.0, 1.0], reduction="none")
    assert losses.tolist() == [4, 0, 0.25]
    assert gradient.tolist() == [4, 0, -1]


def test_the_box_of_a_single_object():
    # Lecture S1, lines 164-212: the L2 loss of (x, y, w, h).
    loss, gradient = mse_loss([[50.0, 40, 20, 10]], [[52.0, 40, 20, 13]], reduction="sum")
    assert loss == 4 + 9
    assert gradient.tolist() == [[-4, 0, 0, -6]]


def test_one_outlier_outweighs_all_others_unlike_with_smooth_l1():
    # Lecture S4, lines 16-30.
    prediction = np.array([0.5] * 9 + [100.0])
    _, steep = mse_loss(prediction, np.zeros(10), reduction="sum")
    _, bounded = smooth_l1_loss(prediction, np.zeros(10), reduction="sum")
    assert steep[9] > 20 * steep[:9].sum()
    assert bounded[9] < bounded[:9].sum()


def test_the_mean_divides_by_the_weights():
    loss, gradient = mse_loss([3.0, 5.0], [1.0, 4.0], weight=[3, 1])
    assert loss == (3 * 4 + 1) / 4
    assert gradient.tolist() == [3, 0.5]


@pytest.mark.parametrize("seed", range(20))
def test_gradient(seed):
    rng = np.random.default_rng(seed)
    shape = tuple(rng.integers(1, 5, rng.integers(1, 5)))
    options = {"reduction": ["none", "mean", "sum"][seed % 3]}
    prediction, target = 3 * rng.standard_normal((2, *shape))
    check_loss(partial(mse_loss, **options), prediction, target, max_entries=20)
    weight = rng.uniform(0.1, 2, shape)
    weighted = partial(mse_loss, weight=weight, **options)
    check_loss(weighted, prediction, target, max_entries=20, empty_batch=False)


@settings(deadline=None, max_examples=25)
@given(array_shapes(max_dims=4, max_side=4), st.floats(0.01, 100), st.integers(0, 2**32 - 1))
def test_it_grows_with_the_square(shape, factor, seed):
    a, b = np.random.default_rng(seed).standard_normal((2, *shape))
    (loss, gradient), (larger, steeper) = mse_loss(a, b), mse_loss(factor * a, factor * b)
    assert_close(larger, factor**2 * loss)
    assert_close(steeper, factor * gradient)


def test_ten_thousand_and_nothing():
    loss, gradient = mse_loss(np.array([1e4, -1e4], np.float32), [-1e4, 1e4])
    assert_close(loss, 4e8, rtol=1e-6)
    assert gradient.tolist() == [2e4, -2e4]
    assert gradient.dtype == np.float32
    loss, gradient = mse_loss(np.zeros((0, 4)), np.zeros((0, 4)), weight=np.zeros((0, 4)))
    assert (loss, gradient.shape) == (0.0, (0, 4))
    assert mse_loss([1.0], [0.0], weight=[0.0])[0] == 0.0


def test_bad_arguments():
    with pytest.raises(ValueError, match=r"target must have shape \(2,\), got \(1,\)"):
        mse_loss([1.0, 2.0], [1.0])
    with pytest.raises(ValueError, match=r"weight must have shape \(2,\), got \(1,\)"):
        mse_loss([1.0, 2.0], [1.0, 2.0], weight=[1.0])
    with pytest.raises(ValueError, match="reduction must be one of"):
        mse_loss([1.0], [1.0], reduction="avg")
