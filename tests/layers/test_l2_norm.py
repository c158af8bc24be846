"""L2 normalisation over channels."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scratchcv.layers import L2Norm, l2_norm, l2_norm_backward
from scratchcv.testing import assert_close, check_layer


def test_by_hand():
    x = np.array([[3.0, 0], [4.0, 5]]).reshape(1, 2, 1, 2)  # pixels (3, 4) and (0, 5)
    assert l2_norm(x, np.array([10.0, 100])).reshape(2, 2).tolist() == [[6, 0], [80, 100]]


def test_every_pixel_has_the_length_of_the_scale():
    x = np.random.default_rng(0).standard_normal((2, 8, 5, 4)).astype(np.float32)
    assert_close(np.linalg.norm(L2Norm(8)(x), axis=1), np.full((2, 5, 4), 20, np.float32), rtol=1e-6)


def test_zero_stays_zero():
    x = np.zeros((1, 3, 2, 2))
    assert not l2_norm(x, np.ones(3)).any()
    dx, dweight = l2_norm_backward(np.ones_like(x), x, np.ones(3), eps=1e-3)
    assert (dx == 1000).all()  # below eps the layer is x / eps
    assert not dweight.any()


@pytest.mark.parametrize("seed", range(20))
def test_gradients(seed):
    rng = np.random.default_rng(seed)
    N, C, H, W = rng.integers(1, 5, 4).tolist()
    layer = L2Norm(C)
    layer.weight.value[:] = rng.choice([20, -3, 0.5, 1], C)
    check_layer(layer, (N, C, H, W), max_entries=12)


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 3), *[st.integers(1, 5)] * 3)
def test_the_length_does_not_matter(N, C, H, W):
    x = np.random.default_rng(0).standard_normal((N, C, H, W))
    y = l2_norm(x, np.ones(C))
    assert y.shape == x.shape
    assert_close(l2_norm(5 * x, np.ones(C)), y)
    dx, dweight = l2_norm_backward(x, x, np.ones(C))  # dy along x changes the length alone
    assert_close(dx, np.zeros_like(x))
    assert dweight.shape == (C,)


def test_bad_input():
    with pytest.raises(ValueError, match=r"x must have shape \(N, 4, H, W\), got \(1, 3, 2, 2\)"):
        L2Norm(4)(np.zeros((1, 3, 2, 2)))


@pytest.mark.parametrize("eps", [0, -1, float("nan"), (1, 2)])
def test_eps_is_one_positive_number(eps):
    with pytest.raises(ValueError, match="eps must be a positive number, got"):
        l2_norm(np.zeros((1, 2, 1, 1)), np.ones(2), eps)
