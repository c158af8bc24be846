from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scratchcv.losses import content_loss
from scratchcv.testing import assert_close, check_loss


def test_by_hand():
    loss, dfeatures = content_loss([[[[1.0, 3.0]], [[0.0, -1.0]]]], [[[[1.0, 1.0]], [[1.0, 0.0]]]])
    assert_close(loss, (4 + 1 + 1) / 4)
    assert_close(dfeatures, [[[[0, 1]], [[-0.5, -0.5]]]])


def test_where_things_are_matters():
    features = np.zeros((1, 1, 1, 2))
    features[..., 0] = 1
    assert content_loss(features, features)[0] == 0.0
    assert content_loss(features, features[..., ::-1])[0] == 1.0


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
def test_gradient(reduction):
    for seed in range(20):
        rng = np.random.default_rng(seed)
        features, target = rng.standard_normal((2, *rng.integers(1, 4, 4)))
        report = check_loss(
            partial(content_loss, reduction=reduction), features, target, max_entries=8, seed=seed
        )
        assert report.worst < 1e-6


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 2**32 - 1), st.tuples(*4 * [st.integers(0, 4)]))
def test_any_shape(seed, shape):
    features, target = np.random.default_rng(seed).standard_normal((2, *shape))
    loss, dfeatures = content_loss(features, target)
    assert_close(loss, ((features - target) ** 2).mean() if features.size else 0.0)
    assert_close(dfeatures, 2 * (features - target) / max(features.size, 1))


def test_bad_arguments():
    with pytest.raises(
        ValueError, match=r"target_features must have shape \(1, 2, 3, 3\), got \(1, 2, 3, 4\)"
    ):
        content_loss(np.zeros((1, 2, 3, 3)), np.zeros((1, 2, 3, 4)))
