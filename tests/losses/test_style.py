from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scratchcv.losses import gram_matrix, gram_matrix_backward, style_loss
from scratchcv.testing import assert_close, check_loss, gradcheck


def test_by_hand():
    # F = [[1, 2, 0], [3, 0, 1]], C H W = 2 · 1 · 3.
    gram = gram_matrix([[[[1.0, 2, 0]], [[3, 0, 1]]]])
    assert_close(gram, [[[5 / 6, 3 / 6], [3 / 6, 10 / 6]]])


def test_the_loss_by_hand():
    # One channel of two pixels: G = (1 + 9) / 2 = 5; (5 - 4)², and 2 · (5 - 4) · 2 F / 2.
    loss, dfeatures = style_loss([[[[1.0, 3.0]]]], [[[4.0]]])
    assert loss == 1.0
    assert dfeatures.tolist() == [[[[2.0, 6.0]]]]


def test_where_things_are_does_not_matter():
    rng = np.random.default_rng(0)
    features = rng.standard_normal((2, 3, 4, 5))
    shuffled = features.reshape(2, 3, 20)[:, :, rng.permutation(20)].reshape(2, 3, 5, 4)
    assert_close(gram_matrix(shuffled), gram_matrix(features))
    assert style_loss(shuffled, gram_matrix(features))[0] < 1e-20


def test_each_image_has_its_own():
    features = np.random.default_rng(1).standard_normal((3, 2, 4, 4))
    assert_close(gram_matrix(features)[1], gram_matrix(features[1:2])[0])
    gram = gram_matrix(features)
    assert (gram == gram.swapaxes(1, 2)).all()
    assert (np.linalg.eigvalsh(gram) > -1e-12).all()


def test_a_larger_map_has_no_larger_style():
    features = np.random.default_rng(2).standard_normal((1, 3, 4, 4))
    assert_close(gram_matrix(np.tile(features, (1, 1, 3, 2))), gram_matrix(features))


def test_gradients_of_gram():
    for seed in range(20):
        rng = np.random.default_rng(seed)
        gradcheck(
            gram_matrix,
            gram_matrix_backward,
            [rng.standard_normal(rng.integers(1, 4, 4))],
            max_entries=12,
            seed=seed,
        )


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
def test_gradient(reduction):
    for seed in range(20):
        rng = np.random.default_rng(seed)
        N, C, H, W = rng.integers(1, 4, 4)
        features, target = rng.standard_normal((N, C, H, W)), rng.standard_normal((N, C, C))
        report = check_loss(
            partial(style_loss, reduction=reduction), features, target, max_entries=8, seed=seed
        )
        assert report.worst < 1e-6


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 2**32 - 1), st.tuples(*4 * [st.integers(0, 4)]))
def test_any_shape(seed, shape):
    features = np.random.default_rng(seed).standard_normal(shape)
    gram = gram_matrix(features)
    assert gram.shape == (shape[0], shape[1], shape[1])
    loss, dfeatures = style_loss(features, gram)
    assert loss == 0.0
    assert dfeatures.shape == shape
    assert not dfeatures.any()


def test_float32_stays():
    features = np.ones((1, 2, 2, 2), np.float32)
    assert gram_matrix(features).dtype == np.float32
    loss, dfeatures = style_loss(features, np.zeros((1, 2, 2)))
    assert (type(loss), dfeatures.dtype) == (float, np.float32)


def test_bad_arguments():
    with pytest.raises(ValueError, match=r"features must have shape \(N, C, H, W\), got \(2, 3\)"):
        gram_matrix(np.zeros((2, 3)))
    with pytest.raises(ValueError, match=r"dgram must have shape \(1, 2, 2\), got \(2, 2\)"):
        gram_matrix_backward(np.zeros((2, 2)), np.zeros((1, 2, 3, 3)))
    with pytest.raises(ValueError, match=r"target_gram must have shape \(1, 2, 2\), got \(1, 3, 3\)"):
        style_loss(np.zeros((1, 2, 3, 3)), np.zeros((1, 3, 3)))
    with pytest.raises(ValueError, match="reduction must be one of"):
        style_loss(np.zeros((1, 2, 3, 3)), np.zeros((1, 2, 2)), reduction="avg")
