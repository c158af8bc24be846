from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes

from scratchcv.losses import l1_loss
from scratchcv.testing import assert_close, check_loss


def test_by_hand():
    losses, gradient = l1_loss([3.0, -1.0, 0.5], [1.0, -1.0, 1.0], reduction="none")
    assert losses.tolist() == [2, 0, 0.5]
    assert gradient.tolist() == [1, 0, -1]


def test_the_mean_divides_by_the_weights():
    loss, gradient = l1_loss([3.0, 5.0], [1.0, 4.0], weight=[3, 1])
    assert loss == (3 * 2 + 1) / 4
    assert gradient.tolist() == [0.75, 0.25]


@pytest.mark.parametrize("seed", range(20))
def test_gradient(seed):
    rng = np.random.default_rng(seed)
    shape = tuple(rng.integers(1, 5, rng.integers(1, 5)))
    options = {"reduction": ["none", "mean", "sum"][seed % 3]}
    prediction, target = 3 * rng.standard_normal((2, *shape))
    check_loss(partial(l1_loss, **options), prediction, target, max_entries=20)
    weight = rng.uniform(0.1, 2, shape)
    weighted = partial(l1_loss, weight=weight, **options)
    check_loss(weighted, prediction, target, max_entries=20, empty_batch=False)


@settings(deadline=None, max_examples=25)
@given(array_shapes(max_dims=4, max_side=4), st.integers(0, 2**32 - 1))
def test_a_distance_is_symmetric(shape, seed):
    a, b = np.random.default_rng(seed).standard_normal((2, *shape))
    (loss, gradient), (other, minus) = l1_loss(a, b), l1_loss(b, a)
    assert loss == other
    assert_close(gradient, -minus)
    assert_close(float(abs(gradient).sum()), 1.0)


def test_ten_thousand_and_nothing():
    loss, gradient = l1_loss(np.array([1e4, -1e4], np.float32), [-1e4, 1e4])
    assert loss == 2e4
    assert gradient.tolist() == [0.5, -0.5]
    assert gradient.dtype == np.float32
    loss, gradient = l1_loss(np.zeros((0, 4)), np.zeros((0, 4)), weight=np.zeros((0, 4)))
    assert (loss, gradient.shape) == (0.0, (0, 4))
    assert l1_loss([1.0], [0.0], weight=[0.0])[0] == 0.0


def test_bad_arguments():
    with pytest.raises(ValueError, match=r"target must have shape \(2,\), got \(1,\)"):
        l1_loss([1.0, 2.0], [1.0])
    with pytest.raises(ValueError, match=r"weight must have shape \(2,\), got \(1,\)"):
        l1_loss([1.0, 2.0], [1.0, 2.0], weight=[1.0])
    with pytest.raises(ValueError, match="reduction must be one of"):
        l1_loss([1.0], [1.0], reduction="avg")
