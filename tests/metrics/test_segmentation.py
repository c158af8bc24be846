import numpy as np
import pytest

from scratchcv.metrics import (
    class_accuracy,
    class_dice,
    class_iou,
    confusion_matrix,
    frequency_weighted_iou,
    mean_accuracy,
    mean_dice,
    mean_iou,
    pixel_accuracy,
)

# By hand: t = 60, 30, 10; predicted 55, 35, 10; hits 50, 24, 8.
CONFUSION = np.array([[50, 9, 1], [5, 24, 1], [0, 2, 8]])
IOU = np.array([50 / 65, 24 / 41, 8 / 12])


def test_the_four_numbers_of_fcn():
    assert pixel_accuracy(CONFUSION) == pytest.approx(82 / 100, abs=1e-15)
    assert mean_accuracy(CONFUSION) == pytest.approx((50 / 60 + 24 / 30 + 8 / 10) / 3, abs=1e-15)
    assert mean_iou(CONFUSION) == pytest.approx(IOU.mean(), abs=1e-15)
    weighted = 0.6 * IOU[0] + 0.3 * IOU[1] + 0.1 * IOU[2]
    assert frequency_weighted_iou(CONFUSION) == pytest.approx(weighted, abs=1e-15)


def test_by_class():
    np.testing.assert_allclose(class_accuracy(CONFUSION), [5 / 6, 0.8, 0.8], rtol=1e-15)
    np.testing.assert_allclose(class_iou(CONFUSION), IOU, rtol=1e-15)
    np.testing.assert_allclose(class_dice(CONFUSION), [100 / 115, 48 / 65, 16 / 20], rtol=1e-15)
    np.testing.assert_allclose(class_dice(CONFUSION), 2 * IOU / (1 + IOU), rtol=1e-15)
    assert mean_dice(CONFUSION) == pytest.approx(np.mean([100 / 115, 48 / 65, 16 / 20]), abs=1e-15)


def test_a_perfect_map_scores_1():
    perfect = np.diag([3, 0, 9])
    for metric in (pixel_accuracy, mean_accuracy, mean_iou, frequency_weighted_iou, mean_dice):
        assert metric(perfect) == 1


def test_absent_classes_are_nan_and_stay_out_of_the_means():
    absent = [[3, 0, 1], [0, 0, 0], [0, 0, 0]]  # class 1 nowhere, class 2 predicted alone
    np.testing.assert_array_equal(class_accuracy(absent), [0.75, np.nan, np.nan])
    np.testing.assert_array_equal(class_iou(absent), [0.75, np.nan, 0])
    assert mean_accuracy(absent) == 0.75
    assert mean_iou(absent) == 0.375
    assert frequency_weighted_iou(absent) == 0.75
    np.testing.assert_array_equal(class_dice(absent), [6 / 7, np.nan, 0])


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    "metric", [pixel_accuracy, mean_accuracy, mean_iou, frequency_weighted_iou, mean_dice]
)
def test_without_pixels_nothing_can_be_said(metric):
    assert np.isnan(metric(np.zeros((3, 3), int)))
    assert np.isnan(metric(np.zeros((0, 0), int)))


def test_equals_scikit_learns():
    metrics = pytest.importorskip("sklearn.metrics")
    rng = np.random.default_rng(0)
    for _ in range(20):
        truth, found = rng.integers(0, 4, (2, 60))
        confusion = confusion_matrix(found, truth, 4)
        kwargs = {"labels": range(4), "average": None}
        np.testing.assert_allclose(
            class_iou(confusion), metrics.jaccard_score(truth, found, **kwargs), rtol=1e-14
        )
        np.testing.assert_allclose(
            class_dice(confusion), metrics.f1_score(truth, found, **kwargs), rtol=1e-14
        )
        assert pixel_accuracy(confusion) == pytest.approx(metrics.accuracy_score(truth, found), abs=1e-15)
        balanced = metrics.balanced_accuracy_score(truth, found)
        assert mean_accuracy(confusion) == pytest.approx(balanced, abs=1e-15)


def test_bad_input():
    with pytest.raises(ValueError, match=r"confusion must have shape \(2, 2\), got \(2, 3\)"):
        mean_iou(np.zeros((2, 3)))
    with pytest.raises(ValueError, match="confusion must have shape"):
        pixel_accuracy(3)


@pytest.mark.parametrize(("value", "message"), [(-1, "not be negative, got -1"), (np.nan, "finite, got nan")])
def test_counts_are_none_below_0_and_none_missing(value, message):
    with pytest.raises(ValueError, match=f"confusion must (be )?{message}"):
        mean_iou([[value, 2], [3, 4]])
