"""Platt scaling: the curve that made the data, another solver of the same problem, ends."""

import numpy as np
import pytest

from scratchcv.layers import sigmoid
from scratchcv.models.rcnn_linear_svm_platt import platt_scaling
from scratchcv.testing import assert_close


def drawn(count, slope, offset):
    rng = np.random.default_rng(0)
    scores = rng.normal(-1, 1, count)
    return scores, rng.random(count) < sigmoid(slope * scores + offset)


def test_it_finds_the_curve_that_drew_the_hits():
    slope, offset = platt_scaling(*drawn(200_000, 3.0, 1.0))
    assert slope == pytest.approx(3, abs=0.05)
    assert offset == pytest.approx(1, abs=0.05)


def test_as_many_are_right_as_it_says():
    """At the minimum the probabilities sum to the targets, and so do they weighted by the scores."""
    scores, hits = drawn(500, 2.0, -1.0)
    slope, offset = platt_scaling(scores, hits)
    p, P = sigmoid(slope * scores + offset), hits.sum()
    t = np.where(hits, (P + 1) / (P + 2), 1 / (len(hits) - P + 2))
    assert_close(p.sum(), t.sum(), rtol=1e-6)
    assert_close(p @ scores, t @ scores, rtol=1e-6)


def test_scikit_learns_sigmoid_calibration_agrees():
    calibration = pytest.importorskip("sklearn.calibration")
    scores, hits = drawn(300, 2.0, -1.0)
    theirs = calibration._SigmoidCalibration().fit(scores, hits.astype(int))
    slope, offset = platt_scaling(scores, hits)
    assert_close([slope, offset], [-theirs.a_, -theirs.b_], rtol=1e-3)


def test_separated_scores_are_sure_but_not_certain():
    slope, offset = platt_scaling([-3.0, -2.0, 2.0, 3.0], [False, False, True, True])
    assert 0.6 < sigmoid(np.array([slope * 2 + offset]))[0] < 0.9


@pytest.mark.parametrize("hits", [[False] * 3, [True] * 3])
def test_one_kind_alone(hits):
    slope, offset = platt_scaling([0.5, 0.5, 0.5], hits)
    assert (sigmoid(np.array([slope * 0.5 + offset]))[0] > 0.5) == hits[0]


def test_nothing_and_the_wrong_way_round():
    assert all(np.isfinite(platt_scaling(np.zeros(0), np.zeros(0, bool))))
    slope, _ = platt_scaling([-1.0, 0.0, 1.0, 2.0], [True, True, False, False])
    assert slope == 0
    with pytest.raises(ValueError, match=r"hits must have shape \(2,\), got \(3,\)"):
        platt_scaling([0.0, 1.0], [True] * 3)
