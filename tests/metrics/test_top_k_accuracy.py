import math

import numpy as np
import pytest

from scratchcv.metrics import top_k_accuracy

RANKED = [[2, 0, 1], [0, 1, 2], [1, 2, 0], [1, 0, 2]]
LABELS = [2, 1, 0, 1]


@pytest.mark.parametrize(("k", "accuracy"), [(1, 0.5), (2, 0.75), (3, 1.0)])
def test_by_hand(k, accuracy):
    assert top_k_accuracy(RANKED, LABELS, k) == accuracy


def test_no_images():
    assert math.isnan(top_k_accuracy(np.zeros((0, 3), int), []))
    assert math.isnan(top_k_accuracy([], []))


@pytest.mark.parametrize(
    ("ranked", "labels", "k", "message"),
    [
        (RANKED, LABELS, 0, r"k must be in 1 … 3, got 0"),
        (RANKED, LABELS, 4, r"k must be in 1 … 3, got 4"),
        (RANKED[:3], LABELS, 1, r"ranked_labels must have shape \(4, K\), got \(3, 3\)"),
        (LABELS, LABELS, 1, r"ranked_labels must have shape \(4, K\), got \(4,\)"),
        ([[0.5]], [1], 1, "ranked_labels"),
    ],
)
def test_bad_input(ranked, labels, k, message):
    with pytest.raises(ValueError, match=message):
        top_k_accuracy(ranked, labels, k)
