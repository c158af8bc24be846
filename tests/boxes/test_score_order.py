"""The order of scores: ties, NaN, the best k."""

import numpy as np
import pytest

from scratchcv.boxes.score_order import by_decreasing_score

pytestmark = pytest.mark.usefixtures("backend")


def test_order_is_stable_and_takes_unsigned_scores():
    assert by_decreasing_score(np.array([3, 0, 3, 7], np.uint8)).tolist() == [3, 0, 2, 1]
    assert by_decreasing_score(np.array([])).tolist() == []


def test_nan_comes_first_and_zeros_are_equal(dtype):
    scores = np.array([0.0, 1.0, -0.0, np.nan, -np.inf, -np.nan, np.inf, 0.0], dtype)
    assert by_decreasing_score(scores).tolist() == [3, 5, 6, 1, 0, 2, 7, 4]


@pytest.mark.parametrize("count", [10, 5000])
def test_the_best_k_are_the_first_of_all(count, dtype):
    scores = np.random.default_rng(0).integers(-50, 50, count).astype(dtype)
    everything = by_decreasing_score(scores)
    for k in (0, 1, 7, count, count + 1):
        assert by_decreasing_score(scores, k).tolist() == everything[:k].tolist()
