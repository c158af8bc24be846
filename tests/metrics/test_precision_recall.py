import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scratchcv.metrics import precision_envelope, precision_recall_curve


def test_curve_of_the_lectures_dogs():
    recall, precision, scores = precision_recall_curve([0.99, 0.95, 0.9, 0.5, 0.1], [1, 1, 0, 0, 1], 3)
    assert recall.tolist() == [1 / 3, 2 / 3, 2 / 3, 2 / 3, 1]
    assert precision.tolist() == [1, 1, 2 / 3, 1 / 2, 3 / 5]
    assert scores.tolist() == [0.99, 0.95, 0.9, 0.5, 0.1]


def test_detections_are_taken_by_decreasing_score():
    recall, precision, scores = precision_recall_curve([0.1, 0.9, 0.5], [True, False, True], 4)
    assert scores.tolist() == [0.9, 0.5, 0.1]
    assert recall.tolist() == [0, 0.25, 0.5]
    assert precision.tolist() == [0, 1 / 2, 2 / 3]


def test_equal_scores_keep_their_order():
    _, precision, _ = precision_recall_curve([0.5] * 40, [1] + [0] * 39, 1)
    assert precision[0] == 1
    _, precision, _ = precision_recall_curve([0.5] * 40, [0] * 39 + [1], 1)
    assert precision[0] == 0


def test_without_detections_the_curve_is_empty():
    for column in precision_recall_curve([], [], 3):
        assert column.shape == (0,)


def test_without_truths_recall_is_nan():
    recall, precision, _ = precision_recall_curve([0.5, 0.4], [0, 0], 0)
    assert np.isnan(recall).all()
    assert precision.tolist() == [0, 0]


def test_bad_input():
    with pytest.raises(ValueError, match=r"hits must have shape \(2,\), got \(3,\)"):
        precision_recall_curve([0.5, 0.4], [1, 0, 0], 1)
    with pytest.raises(ValueError, match=r"scores\[1\] is NaN"):
        precision_recall_curve([0.5, np.nan], [1, 0], 1)
    with pytest.raises(ValueError, match="2 hits, but there are 1 truths"):
        precision_recall_curve([0.5, 0.4], [1, 1], 1)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.floats(0, 1), max_size=30))
def test_envelope_is_the_best_precision_still_to_come(precision):
    assert precision_envelope(precision).tolist() == [max(precision[k:]) for k in range(len(precision))]


def test_envelope_runs_along_the_last_axis():
    both = precision_envelope([[0.1, 0.9, 0.3], [0.5, 0.2, 0.4]])
    assert both.tolist() == [[0.9, 0.9, 0.3], [0.5, 0.4, 0.4]]


@pytest.mark.parametrize("hit", [0.3, np.nan, 2])
def test_a_hit_is_0_or_1(hit):
    with pytest.raises(ValueError, match="hits must be 0 or 1"):
        precision_recall_curve([0.5], [hit], 3)
