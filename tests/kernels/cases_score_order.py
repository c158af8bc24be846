"""Calls on which both forms of `kernels/score_order.py` must agree."""

import numpy as np

from scratchcv.backend import active_form
from scratchcv.boxes.score_order import by_decreasing_score_numpy


def by_score_of_any_size(scores, k=None):
    """Call the active form on few scores too, which `by_decreasing_score` leaves to the formula."""
    scores = np.ascontiguousarray(scores)
    return active_form(by_decreasing_score_numpy)(scores, scores.size if k is None else min(k, scores.size))


def by_decreasing_score_calls(dtype):
    rng = np.random.default_rng(0)
    yield (np.zeros(0, dtype),)
    for count in (1, 2, 300, 5000):  # a digit is 8 bits, and 11 where there are many scores
        scores = rng.standard_normal(count).astype(dtype)
        few = rng.integers(-2, 3, count).astype(dtype)
        odd = rng.choice(np.array([np.nan, -np.nan, np.inf, -np.inf, 0.0, -0.0, 1e-42, -1e-42], dtype), count)
        for values in (scores, few, odd):
            yield (values,)
            for k in (0, 1, count // 2, count + 1):
                yield values, k


CASES = {"by_decreasing_score": (by_score_of_any_size, by_decreasing_score_calls)}
