"""Which scored proposals may come out."""

import numpy as np
import pytest

from scratchcv.models.rcnn_selection import SELECTIONS, select_candidates

SCORES = np.array([[0.7, 0.2, 0.1], [0.1, 0.5, 0.4], [0.3, 0.0, 0.7], [0.05, 0.9, 0.05]])


def pairs(*arguments):
    rows, labels = select_candidates(SCORES, *arguments)
    return list(zip(rows.tolist(), labels.tolist(), strict=True))


def test_the_three_strategies_of_the_slides():
    assert pairs("class", 2) == [(3, 1), (1, 1), (2, 2), (1, 2)]
    assert pairs("image", 3) == [(3, 1), (2, 2), (1, 1)]
    assert pairs("background", 3) == [(3, 1), (1, 1), (2, 2)]


def test_the_score_must_exceed_the_threshold():
    assert pairs("class", 4, 0.4) == [(3, 1), (1, 1), (2, 2)]
    assert pairs("image", 8, 0.69) == [(3, 1), (2, 2)]


@pytest.mark.parametrize("selection", SELECTIONS)
def test_no_proposals_and_few(selection):
    rows, labels = select_candidates(np.zeros((0, 3)), selection, 5)
    assert len(rows) == len(labels) == 0
    assert rows.dtype == labels.dtype == np.int64
    rows, _ = select_candidates(SCORES[:1], selection, 5)
    assert set(rows.tolist()) == {0}


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="selection must be one of class, image, background, got 'best'"):
        select_candidates(SCORES, "best")
