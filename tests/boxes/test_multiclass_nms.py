"""The detections of a dense detector: thresholds, candidates, suppression class by class."""

import numpy as np
import pytest

from scratchcv.boxes import multiclass_nms, nms

LIMITS = {"score_thresh": 0.3, "nms_thresh": 0.5, "max_candidates": 100, "max_detections": 200}


def random_case(seed, count=60, classes=3):
    rng = np.random.default_rng(seed)
    corner = rng.uniform(0, 40, (count, 2))
    boxes = np.concatenate([corner, corner + rng.uniform(2, 25, (count, 2))], axis=1)
    return boxes, rng.random((count, classes)).round(2)


@pytest.mark.parametrize("seed", range(20))
def test_class_by_class_it_is_nms(backend, seed):
    boxes, scores = random_case(seed)
    chosen, labels = multiclass_nms(boxes, scores, **LIMITS)
    for label in (1, 2, 3):
        column = np.where(scores[:, label - 1] > 0.3, scores[:, label - 1], -1)
        kept = nms(boxes, column, 0.5)
        assert chosen[labels == label].tolist() == [row for row in kept if column[row] > 0]
    assert (np.diff(scores[chosen, labels - 1]) <= 0).all()


def test_candidates_are_counted_before_the_suppression_and_detections_after_it(backend):
    boxes = np.array([[0, 0, 10, 10], [0, 0, 10, 9.5], [20, 0, 30, 10]])
    scores = np.array([[0.9, 0.4], [0.8, 0.5], [0.7, 0.6]])
    few = multiclass_nms(boxes, scores, **{**LIMITS, "max_candidates": 2})
    assert [part.tolist() for part in few] == [[0, 2, 1], [1, 2, 2]]
    one = multiclass_nms(boxes, scores, **{**LIMITS, "max_detections": 1})
    assert [part.tolist() for part in one] == [[0], [1]]


def test_the_threshold_itself_is_too_little(backend):
    chosen, _ = multiclass_nms([[0, 0, 1, 1], [2, 0, 3, 1]], [[0.3], [0.31]], **LIMITS)
    assert chosen.tolist() == [1]


@pytest.mark.parametrize("shape", [(0, 3), (4, 0), (0, 0)])
def test_nothing_in_gives_nothing_out(backend, shape):
    chosen, labels = multiclass_nms(np.zeros((shape[0], 4)), np.zeros(shape), **LIMITS)
    assert chosen.shape == labels.shape == (0,)
    assert chosen.dtype == labels.dtype == np.int64


def test_shapes_that_do_not_fit():
    with pytest.raises(ValueError, match=r"scores must have shape \(2, C\), got \(3, 1\)"):
        multiclass_nms(np.zeros((2, 4)), np.zeros((3, 1)), **LIMITS)
    with pytest.raises(ValueError, match=r"boxes must have shape \(N, 4\), got \(2, 5\)"):
        multiclass_nms(np.zeros((2, 5)), np.zeros((2, 1)), **LIMITS)
