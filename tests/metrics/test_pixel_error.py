import numpy as np
import pytest

from scratchcv.metrics import pixel_error, pixel_error_sweep

PROBABILITY = [[0.9, 0.6, 0.2], [0.4, 0.5, 0.1]]
TRUTH = [[1, 0, 0], [1, 1, 0]]


def test_with_a_threshold_it_is_the_share_of_wrong_pixels():
    # .6 is taken for foreground, .4 is not, .5 reaches the threshold.
    assert pixel_error(PROBABILITY, TRUTH) == 2 / 6
    assert pixel_error(PROBABILITY, TRUTH, threshold=0.35) == 1 / 6
    assert pixel_error(np.array(TRUTH, bool), TRUTH) == 0


def test_without_it_is_the_mean_squared_distance():
    squares = [0.01, 0.36, 0.04, 0.36, 0.25, 0.01]
    assert pixel_error(PROBABILITY, TRUTH, threshold=None) == pytest.approx(sum(squares) / 6, abs=1e-15)


def test_the_sweep_counts_at_each_threshold():
    sweep = pixel_error_sweep(PROBABILITY, TRUTH, thresholds=[0, 0.4, 0.55, 0.95])
    assert sweep.precision.tolist() == [3 / 6, 3 / 4, 1 / 2, 1]
    assert sweep.recall.tolist() == [1, 1, 1 / 3, 0]
    assert sweep.f1 == pytest.approx([6 / 9, 6 / 7, 2 / 5, 0], abs=1e-15)
    assert sweep.error.tolist() == [3 / 6, 1 / 6, 3 / 6, 3 / 6]
    assert (sweep.best_threshold, sweep.best_f1, sweep.best_error) == (0.4, pytest.approx(6 / 7), 1 / 6)


def test_the_default_thresholds_are_tenths():
    sweep = pixel_error_sweep(PROBABILITY, TRUTH)
    assert sweep.thresholds.tolist() == [k / 10 for k in range(11)]
    assert sweep.error.tolist() == [pixel_error(PROBABILITY, TRUTH, t) for t in sweep.thresholds]


def test_membranes_as_the_foreground_change_the_f1_and_not_the_error():
    cells = pixel_error_sweep([0.9, 0.8, 0.3, 0.1], [1, 1, 1, 0], thresholds=[0.5])
    membranes = pixel_error_sweep([0.1, 0.2, 0.7, 0.9], [0, 0, 0, 1], thresholds=[0.5])
    assert cells.best_error == membranes.best_error == 0.25
    assert (cells.best_f1, membranes.best_f1) == pytest.approx((4 / 5, 2 / 3))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_probability_reaches_the_threshold_written_as_it_is(dtype):
    tenths = (np.arange(11) / 10).astype(dtype)
    for row, threshold in enumerate(np.arange(11) / 10):
        assert pixel_error(tenths, np.arange(11) >= row, float(threshold)) == 0
        assert pixel_error(tenths, np.arange(11) >= row, np.float64(threshold)) == 0
        assert pixel_error_sweep(tenths, np.arange(11) >= row, [threshold]).error.tolist() == [0]


@pytest.mark.filterwarnings("error")
def test_nothing_to_find_and_no_pixels():
    assert pixel_error_sweep([0.1, 0.2], [0, 0], thresholds=[0.5, 0]).f1.tolist() == [1, 0]
    assert np.isnan(pixel_error([], []))
    assert np.isnan(pixel_error_sweep(np.zeros((0, 3)), np.zeros((0, 3))).error).all()


def test_equals_scikit_learns():
    metrics = pytest.importorskip("sklearn.metrics")
    rng = np.random.default_rng(0)
    probability, truth = rng.random((5, 30)), rng.integers(0, 2, (5, 30))
    sweep = pixel_error_sweep(probability, truth)
    for i, threshold in enumerate(sweep.thresholds):
        found = (probability >= threshold).ravel()
        assert sweep.f1[i] == pytest.approx(
            metrics.f1_score(truth.ravel(), found, zero_division=0), abs=1e-15
        )
        assert sweep.error[i] == pytest.approx(1 - metrics.accuracy_score(truth.ravel(), found), abs=1e-15)


def test_bad_input():
    with pytest.raises(ValueError, match=r"one shape, got \(2,\) and \(3,\)"):
        pixel_error([0, 1], [0, 1, 1])
    with pytest.raises(ValueError, match=r"probability must be in \[0, 1\], got 255.0"):
        pixel_error([0, 255], [0, 1])
    with pytest.raises(ValueError, match=r"probability must be in \[0, 1\], got nan"):
        pixel_error_sweep([0, np.nan], [0, 1])
    with pytest.raises(ValueError, match="target must be 0 or 1, got 2"):
        pixel_error([0, 1], [0, 2])


@pytest.mark.parametrize("threshold", [50, -0.1, np.nan])
def test_a_threshold_is_a_probability(threshold):
    with pytest.raises(ValueError, match=rf"a threshold must be in \[0, 1\], got {threshold:g}"):
        pixel_error([0.7], [1], threshold)


@pytest.mark.parametrize(
    ("thresholds", "message"),
    [
        ([0.5, 2], r"a threshold must be in \[0, 1\], got 2"),
        ([], "thresholds must be one or more"),
        ([[0.5]], r"thresholds must have shape \(T,\), got \(1, 1\)"),
        ([np.nan], "thresholds must be finite"),
    ],
)
def test_bad_thresholds_of_a_sweep(thresholds, message):
    with pytest.raises(ValueError, match=message):
        pixel_error_sweep([0.7], [1], thresholds)
