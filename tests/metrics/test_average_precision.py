from fractions import Fraction
from math import gcd

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scratchcv.metrics import average_precision, precision_recall_curve


def ap(hits, truths, method="area"):
    """AP of detections whose hits are written from the best score to the worst."""
    recall, precision, _ = precision_recall_curve(-np.arange(len(hits)), hits, truths)
    return average_precision(recall, precision, method=method)


def exact_ap(hits, truths, levels=None):
    """AP from its definition, in fractions: the integral, or the mean over recall levels."""
    found = [sum(hits[: k + 1]) for k in range(len(hits))]
    points = [(Fraction(tp, truths), Fraction(tp, k + 1)) for k, tp in enumerate(found)]

    def best_from(level):
        return max((precision for recall, precision in points if recall >= level), default=Fraction(0))

    if levels is not None:
        return sum(best_from(level) for level in levels) / len(levels)
    # Between two multiples of 1/truths nothing changes: the integral is a sum over them.
    return sum(best_from(Fraction(tp, truths)) for tp in range(1, truths + 1)) / truths


def test_dog_of_the_lecture_is_13_of_15():
    assert abs(ap([1, 1, 0, 0, 1], 3) - 13 / 15) < 1e-12


def test_dog_of_the_lecture_by_the_other_conventions():
    assert ap([1, 1, 0, 0, 1], 3, "101point") == pytest.approx((67 + 34 * 0.6) / 101, abs=1e-15)
    assert round(ap([1, 1, 0, 0, 1], 3, "101point"), 5) == 0.86535
    assert round(ap([1, 1, 0, 0, 1], 3, "11point"), 5) == 0.85455


def test_trapezoids_would_give_the_dog_another_number():
    recall, precision, _ = precision_recall_curve([5, 4, 3, 2, 1], [1, 1, 0, 0, 1], 3)
    trapezoid = np.trapezoid([1, *precision], [0, *recall])
    assert trapezoid == pytest.approx(0.85)
    assert abs(trapezoid - average_precision(recall, precision)) > 0.01


@pytest.mark.parametrize("method", ["area", "11point", "101point"])
def test_perfect_as_soon_as_no_false_positive_ranks_above_a_hit(method):
    assert ap([1, 1, 1], 3, method) == 1
    assert ap([1, 1, 1, 0, 0], 3, method) == 1
    assert ap([1, 1, 0, 1], 3, method) < 1
    assert ap([1, 1], 3, method) < 1


@pytest.mark.parametrize("method", ["area", "11point", "101point"])
def test_zero_without_detections_or_without_hits(method):
    assert ap([], 3, method) == 0
    assert ap([0, 0], 3, method) == 0


def test_nan_without_truths():
    assert np.isnan(ap([0, 0], 0))


def test_a_recall_of_three_in_ten_reaches_the_level_of_three_tenths():
    assert ap([1, 1, 1], 10, "11point") == pytest.approx(4 / 11, abs=1e-15)
    assert ap([1] * 7, 10, "11point") == pytest.approx(8 / 11, abs=1e-15)


@settings(deadline=None, max_examples=200)
@given(st.lists(st.booleans(), max_size=40), st.integers(0, 20))
def test_equals_the_definition(hits, missed):
    truths = sum(hits) + missed
    if truths == 0:
        return
    assert ap(hits, truths) == pytest.approx(float(exact_ap(hits, truths)), abs=1e-14)
    tenths = [Fraction(k, 10) for k in range(11)]
    assert ap(hits, truths, "11point") == pytest.approx(float(exact_ap(hits, truths, tenths)), abs=1e-14)
    levels = [Fraction(level) for level in np.linspace(0, 1, 101).tolist()]
    if gcd(truths, 100) == 1:  # no recall but 0 and 1 meets a level exactly, so rounding decides nothing
        exact = float(exact_ap(hits, truths, levels))
        assert ap(hits, truths, "101point") == pytest.approx(exact, abs=1e-14)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.booleans(), min_size=1, max_size=30))
def test_a_false_positive_never_helps(hits):
    for at in range(len(hits) + 1):
        worse = [*hits[:at], False, *hits[at:]]
        assert ap(worse, len(hits)) <= ap(hits, len(hits)) + 1e-15


def test_arguments_are_not_written_into():
    recall, precision, _ = precision_recall_curve([3, 2, 1], [0, 1, 1], 2)
    recall.flags.writeable = precision.flags.writeable = False
    assert average_precision(recall, precision) == pytest.approx(2 / 3)


def test_float32_is_enough_precision_for_a_curve():
    curve = np.float32([0.5, 1]), np.float32([1, 0.5])
    assert average_precision(*curve) == pytest.approx(0.75)


def test_bad_input():
    with pytest.raises(ValueError, match="method must be one of area, 11point, 101point, got 'auc'"):
        average_precision([1], [1], method="auc")
    with pytest.raises(ValueError, match=r"precision must have shape \(2,\), got \(1,\)"):
        average_precision([0.5, 1], [1])
    with pytest.raises(ValueError, match="recall must never fall"):
        average_precision([1, 0.5], [1, 1])
    with pytest.raises(ValueError, match=r"within \[0, 1\]"):
        average_precision([0.5, 1.5], [1, 1])


@pytest.mark.parametrize("precision", [1.5, -0.1])
def test_precision_is_a_share(precision):
    with pytest.raises(ValueError, match=r"precision must stay within \[0, 1\]"):
        average_precision([0.5, 1], [1, precision])
