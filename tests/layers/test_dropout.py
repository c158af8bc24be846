"""Dropout: what is kept and how often, both modes, gradients."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scratchcv.layers import Dropout, dropout, dropout_backward
from scratchcv.testing import check_layer


def test_what_is_kept_is_scaled_up():
    x = np.arange(1.0, 101).reshape(10, 10)
    y, mask = dropout(x, 0.2, np.random.default_rng(0))
    assert mask.dtype == bool
    assert (y == np.where(mask, x * 1.25, 0)).all()
    assert 0 < mask.sum() < 100


def test_the_share_and_the_mean():
    n, p = 200_000, 0.3
    y, mask = dropout(np.ones(n), p, np.random.default_rng(1))
    deviation = np.sqrt(p * (1 - p) / n)
    assert abs(mask.mean() - (1 - p)) < 4 * deviation
    assert abs(y.mean() - 1) < 4 * deviation / (1 - p)


def test_all_or_nothing():
    x = np.array([1.0, -2.0, np.inf])
    rng = np.random.default_rng(0)
    assert dropout(x, 0, rng)[0].tolist() == x.tolist()
    y, mask = dropout(x, 1, rng)
    assert not y.any()
    assert not mask.any()
    assert not dropout_backward(x, mask, 1).any()


def test_one_seed_gives_one_mask():
    a, b = (Dropout(rng=np.random.default_rng(5)) for _ in range(2))
    x = np.ones((4, 50))
    first, second = a(x), a(x)
    assert (first == b(x)).all()
    assert (first != second).any()


def test_masks_do_not_depend_on_the_dtype():
    masks = [dropout(np.ones(99, dtype), 0.5, np.random.default_rng(3))[1] for dtype in ("f4", "f8")]
    assert (masks[0] == masks[1]).all()


def test_evaluation_is_the_identity_and_draws_nothing():
    rng = np.random.default_rng(0)
    layer = Dropout(0.9, rng=rng).eval()
    before = rng.bit_generator.state
    x = np.random.default_rng(1).standard_normal((3, 4))
    y, cache = layer.forward(x)
    assert y.tolist() == x.tolist()
    assert layer.backward(x, cache).tolist() == x.tolist()
    assert rng.bit_generator.state == before


@settings(deadline=None, max_examples=25)
@given(st.lists(st.integers(1, 4), min_size=1, max_size=5), st.floats(0, 1), st.booleans())
def test_gradients(shape, p, training):
    check_layer(Dropout(p, rng=np.random.default_rng(0)).train(training), tuple(shape), max_entries=8)


@pytest.mark.parametrize("p", [-0.1, 1.5, np.nan])
def test_bad_probability(p):
    with pytest.raises(ValueError, match="p must be a probability from 0 to 1, got"):
        Dropout(p)
    with pytest.raises(ValueError, match="p must be a probability from 0 to 1, got"):
        dropout(np.ones(3), p, np.random.default_rng(0))


def test_mask_of_another_shape():
    with pytest.raises(ValueError, match=r"mask must have shape \(2,\), got \(3,\)"):
        dropout_backward(np.ones(2), np.ones(3, bool), 0.5)
