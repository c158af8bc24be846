"""Linear SVMs side by side, and that mining loses nothing."""

import numpy as np
import pytest

from scratchcv.models.rcnn_linear_svm import LinearSVMs, mine_hard_negatives
from scratchcv.models.rcnn_linear_svm_solver import fit_linear_svm
from scratchcv.testing import assert_close


def two_clouds(count=200, features=6, seed=0, overlap=1.0):
    rng = np.random.default_rng(seed)
    targets = np.where(rng.random(count) < 0.3, 1, -1)
    return rng.standard_normal((count, features)) * overlap + 0.5 * targets[:, None], targets


@pytest.mark.parametrize("overlap", [0.5, 1.0])
def test_mining_finds_what_all_negatives_would_give(overlap):
    x, y = two_clouds(3000, 5, overlap=overlap)
    negatives = np.array_split(x[y == -1], 12)
    weight, bias, cached = mine_hard_negatives(x[y == 1], negatives, c=0.1, passes=20)
    everything = fit_linear_svm(x, y, c=0.1)
    assert_close(weight, everything[0], rtol=1e-6, atol=1e-8)
    assert_close(bias, everything[1], rtol=1e-6)
    assert max(cached[1:]) < len(np.concatenate(negatives))


def test_easy_negatives_leave_the_cache_and_hard_ones_stay():
    rng = np.random.default_rng(0)
    easy, hard = rng.normal(-9, 0.5, (300, 2)), rng.normal(-1, 0.3, (20, 2))
    positives = rng.normal(1, 0.3, (30, 2))
    _, _, cached = mine_hard_negatives(positives, [easy, hard], c=10.0)
    assert cached[-1] <= len(hard) + 1
    assert cached == mine_hard_negatives(positives, [easy, hard], c=10.0)[2]


def test_a_class_without_objects_scores_minus_one():
    svms = LinearSVMs(3, 2)
    x = np.random.default_rng(0).standard_normal((20, 3)).astype(np.float32)
    targets = np.full((20, 2), -1)
    targets[:5, 0] = 1
    svms.fit(x, targets, [slice(0, 20)], c=1.0)
    scores = svms(x)
    assert scores.dtype == np.float32
    assert (scores[:, 1] == -1).all()
    assert (scores[:5, 0] > -1).any()
    svms.fit(x[:0], targets[:0], [], c=1.0)
    assert (svms(x) == -1).all()


def test_the_size_of_features_does_not_matter():
    x, y = two_clouds(100, 4)
    targets = y[:, None]
    small, large = LinearSVMs(4, 1), LinearSVMs(4, 1)
    small.fit(x, targets, [slice(0, 100)], c=1e-3)
    large.fit(50 * x, targets, [slice(0, 100)], c=1e-3)
    assert_close(large(50 * x.astype(np.float32)), small(x.astype(np.float32)), rtol=1e-4, atol=1e-5)


def test_probabilities_keep_the_order_and_say_how_often():
    rng = np.random.default_rng(0)
    hits = rng.random((2000, 2)) < [0.3, 0.05]
    x = (rng.standard_normal((2000, 2)) + 2 * hits).astype(np.float32)
    svms = LinearSVMs(2, 2)
    svms.fit(x, np.where(hits, 1, -1), [slice(0, 2000)], c=0.01)
    svms.calibrate(x, hits)
    scores, probabilities = svms(x), svms.probabilities(x)
    assert probabilities.dtype == np.float32
    for k in range(2):
        assert (np.diff(probabilities[np.argsort(scores[:, k]), k]) >= 0).all()
        assert probabilities[:, k].mean() == pytest.approx(hits[:, k].mean(), abs=0.005)
