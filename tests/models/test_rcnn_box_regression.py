"""Box regression: the closed form against other solvers, and boxes that come out where they should."""

import numpy as np
import pytest

from scratchcv.boxes import box_iou, decode_deltas, encode_deltas
from scratchcv.models.rcnn_box_regression import BoxRegression, ridge_regression
from scratchcv.testing import assert_close


@pytest.mark.parametrize("count", [4, 12, 50])
def test_least_squares_with_rows_for_the_penalty_says_the_same(count):
    """λ‖W‖² is λ more rows: features √λ I with target 0; the bias is a column of ones without such a row."""
    rng = np.random.default_rng(count)
    x, t = rng.standard_normal((count, 12)) + 2, rng.standard_normal((count, 4)) - 1
    weight, bias = ridge_regression(x, t, alpha=3.0)
    rows = np.block([[x, np.ones((count, 1))], [np.sqrt(3) * np.eye(12), np.zeros((12, 1))]])
    expected = np.linalg.lstsq(rows, np.concatenate([t, np.zeros((12, 4))]), rcond=None)[0].T
    assert_close(weight, expected[:, :-1], rtol=1e-10, atol=1e-12)
    assert_close(bias, expected[:, -1], rtol=1e-10, atol=1e-12)


def test_scikit_learns_ridge_says_the_same():
    linear_model = pytest.importorskip("sklearn.linear_model")
    rng = np.random.default_rng(0)
    x, t = rng.standard_normal((30, 8)), rng.standard_normal((30, 4))
    theirs = linear_model.Ridge(alpha=10.0).fit(x, t)
    weight, bias = ridge_regression(x, t, alpha=10.0)
    assert_close(weight, theirs.coef_, rtol=1e-10, atol=1e-12)
    assert_close(bias, theirs.intercept_, rtol=1e-10, atol=1e-12)


def test_a_heavy_penalty_leaves_the_mean():
    x, t = np.array([[1.0], [2.0], [3.0]]), np.array([[1.0], [2.0], [6.0]])
    weight, bias = ridge_regression(x, t, alpha=1e12)
    assert abs(weight.item()) < 1e-10
    assert_close(bias, [3.0])


def test_nothing_and_one_sample():
    weight, bias = ridge_regression(np.zeros((0, 3)), np.zeros((0, 4)), alpha=1.0)
    assert weight.shape == (4, 3)
    assert not weight.any()
    assert not bias.any()
    weight, bias = ridge_regression([[1.0, 2.0]], [[5.0]], alpha=1.0)
    assert not weight.any()
    assert bias.tolist() == [5.0]


def test_each_class_moves_boxes_its_own_way():
    """Features that say where a proposal is off: class 1's objects lie right of it, class 2's are larger."""
    rng = np.random.default_rng(0)
    corners = rng.uniform(0, 50, (200, 2))
    proposals = np.concatenate([corners, corners + rng.uniform(10, 30, (200, 2))], axis=1)
    labels = rng.integers(1, 3, 200)
    off = rng.uniform(0, 0.3, 200)
    zeros = np.zeros(200)
    right, larger = np.stack([off, zeros, zeros, zeros], 1), np.stack([zeros, zeros, off, off], 1)
    deltas = np.where(labels[:, None] == 1, right, larger)
    objects = decode_deltas(deltas, proposals)
    features = np.stack([off, rng.standard_normal(200)], axis=1)

    regression = BoxRegression(2, 2)
    regression.fit(features, labels, encode_deltas(objects, proposals), alpha=1e-6)
    predicted = regression(features.astype(np.float32))[np.arange(200), labels - 1]
    moved = decode_deltas(predicted, proposals.astype(np.float32))
    assert np.diag(box_iou(moved, objects)).min() > 0.999
    assert np.diag(box_iou(proposals, objects)).min() < 0.8


def test_a_class_without_proposals_stays_where_it_is():
    regression = BoxRegression(2, 3)
    regression.fit(np.ones((5, 2)), np.full(5, 2), np.full((5, 4), 0.1), alpha=1.0)
    deltas = regression(np.ones((1, 2), np.float32))[0]
    assert not deltas[[0, 2]].any()
    assert_close(deltas[1], np.full(4, 0.1, np.float32), rtol=1e-5)


def test_no_proposals_have_no_deltas():
    assert BoxRegression(2, 3)(np.zeros((0, 2), np.float32)).shape == (0, 3, 4)


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="alpha must be positive and finite, got 0"):
        ridge_regression([[1.0]], [[1.0]], alpha=0)
    with pytest.raises(ValueError, match=r"targets must have shape \(1, M\), got \(2, 1\)"):
        ridge_regression([[1.0]], [[1.0], [2.0]], alpha=1)
