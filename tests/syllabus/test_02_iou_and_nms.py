"""Intersection over union, and non-maximum suppression."""

import numpy as np
import pytest

from scratchcv.boxes import batched_nms, best_class, box_iou, iou_quality, nms, soft_nms, top_k
from scratchcv.layers import softmax

BLUE, ORANGE, PURPLE, YELLOW = (
    [20, 40, 120, 140],
    [20, 40, 132, 154],
    [89, 109, 189, 199],
    [75, 111, 177, 201],
)
DOGS, SCORES = np.array([BLUE, ORANGE, PURPLE, YELLOW], float), np.array([0.9, 0.8, 0.75, 0.7])


def test_01_iou_is_the_jaccard_index():
    """S0, lines 70-76; S1, lines 73-162; S2, lines 308-315; S3, lines 419-456."""
    dog = [60.0, 45, 378, 516]
    assert box_iou([dog], [dog]).item() == 1
    assert box_iou([dog], [[400, 112, 655, 493]]).item() == 0
    flat = [5.0, 5, 5, 9]
    assert box_iou([flat], [flat, dog]).tolist() == [[0, 0]]  # never 0/0


def test_02_decent_pretty_good_almost_perfect():
    """S1, lines 120-157."""
    assert [iou_quality(iou) for iou in (0.51, 0.71, 0.91)] == ["decent", "pretty good", "almost perfect"]
    assert [iou_quality(iou) for iou in (0.5, 0.7, 0.9)] == ["poor", "decent", "pretty good"]  # more than


def test_03_the_exercise_of_one_ninth():
    """S4, lines 686 and 702: a 2 x 2 box and a 2 x 3 box that share 1 x 1: 1 / (4 + 6 - 1)."""
    iou = box_iou([[0, 0, 2, 2]], [[1, 1, 3, 4]]).item()
    assert round(iou, 4) == 0.1111
    assert iou == 1 / 9


def test_04_two_boxes_of_iou_one_half():
    """The exercise of d2l's chapter on anchors, from which S3 is taken: exactly at the threshold."""
    assert box_iou([[0, 0, 1, 1]], [[0, 0, 1, 0.5]]).item() == 0.5


def test_05_nms_drops_above_the_threshold_not_at_it():
    """S0, lines 79-87; S1, lines 316-391; S2, lines 317-323; S3, lines 613-715: IoU > threshold."""
    boxes, scores = np.array([[0, 0, 1, 1], [0, 0, 1, 0.5]]), np.array([0.9, 0.8])
    assert nms(boxes, scores, 0.5).tolist() == [0, 1]
    assert nms(boxes, scores, 0.5, strict=False).tolist() == [0]
    assert nms(boxes, scores, 0.49).tolist() == [0]
    assert batched_nms(boxes, scores, np.array([1, 2]), 0.49).tolist() == [0, 1]  # for each output class


def test_06_blue_and_purple_stay():
    """S0, lines 88-105; S1, lines 341-362; S2, lines 324-338: the dog's four boxes at threshold .7."""
    iou = box_iou(DOGS, DOGS)
    assert iou[0, 1:].round(2).tolist() == [0.78, 0.05, 0.07]
    assert round(iou[2, 3], 2) == 0.74
    exactly = [10000 / 12768, 961 / (10000 + 9000 - 961), 1305 / (10000 + 9180 - 1305), 7744 / (18180 - 7744)]
    np.testing.assert_allclose([*iou[0, 1:], iou[2, 3]], exactly, rtol=1e-15)
    assert nms(DOGS, SCORES, 0.7).tolist() == [0, 2]


def test_07_in_a_crowd_good_boxes_are_lost():
    """S1, line 394: two people, one behind the other; soft-NMS keeps both."""
    people, scores = np.array([[0, 0, 10, 20], [2, 0, 12, 20.0]]), np.array([0.9, 0.8])
    assert box_iou(people, people)[0, 1] == pytest.approx(2 / 3)
    assert nms(people, scores, 0.5).tolist() == [0]
    assert soft_nms(people, scores)[0].tolist() == [0, 1]


def test_08_afterwards_no_pair_overlaps_more_than_the_threshold():
    """S3, line 699: "less than the threshold" (an IoU equal to it may stay)."""
    rng = np.random.default_rng(0)
    for _ in range(50):
        corners = rng.uniform(0, 50, (60, 2))
        boxes = np.hstack([corners, corners + rng.uniform(5, 30, (60, 2))])
        kept = boxes[nms(boxes, rng.random(60), 0.4)]
        assert np.triu(box_iou(kept, kept), 1).max() <= 0.4


def test_09_the_score_is_the_largest_probability_without_background():
    """S3, lines 622-643: sorted from high to low; equal scores keep their order."""
    probabilities = softmax(np.log([[0.6, 0.3, 0.1], [0.1, 0.2, 0.7], [0.05, 0.7, 0.25]]), axis=1)
    scores, labels = best_class(probabilities)
    assert labels.tolist() == [1, 2, 1]
    assert top_k(scores.round(12), 3)[1].tolist() == [1, 2, 0]
