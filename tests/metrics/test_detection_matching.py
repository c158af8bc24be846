import numpy as np

from scratchcv.metrics import detection_matching as detection_matching_file
from scratchcv.metrics.detection_matching import match_coco, match_coco_numpy, match_voc
from scratchcv.metrics.detections import gather
from scratchcv.metrics.overlapping_pairs import Pairs, overlapping_pairs

NONE = np.zeros(2, bool)


def tables(boxes, truths):
    """One image, one class, detections by decreasing score."""
    prediction = {"boxes": boxes, "scores": -np.arange(len(boxes)), "labels": np.ones(len(boxes), int)}
    target = {"boxes": truths, "labels": np.ones(len(truths), int)}
    return gather([prediction], [target])


def test_voc_gives_the_object_to_the_first_claim_and_nothing_to_the_second(always_compiled):
    detections, truths = tables([[0, 1, 10, 11], [0, 2, 10, 12]], [[0, 0, 10, 10], [0, 5, 10, 15]])
    pairs = overlapping_pairs(detections, truths, 0.5)
    assert match_voc(pairs, NONE).tolist() == [0, -1]
    assert match_voc(pairs, ~NONE).tolist() == [0, 0]


def test_coco_gives_the_second_claim_the_next_best_object_at_each_threshold(always_compiled):
    detections, truths = tables([[0, 1, 10, 11], [0, 2, 10, 12]], [[0, 0, 10, 10], [0, 5, 10, 15]])
    pairs = overlapping_pairs(detections, truths, 0.5)
    # IoU 9/11 and 6/14 with the objects, then 8/12 and 7/13.
    thresholds = np.array([0.5, 0.6, 0.9])
    assert match_coco(pairs, NONE, NONE, thresholds).tolist() == [[0, 1], [0, -1], [-1, -1]]


def test_coco_prefers_an_object_that_counts_to_a_better_one_that_does_not(always_compiled):
    detections, truths = tables([[0, 1, 10, 11]], [[0, 0, 10, 10], [0, 3, 10, 13]])
    pairs = overlapping_pairs(detections, truths, 0.5)
    ignored = np.array([True, False])
    assert match_coco(pairs, ignored, NONE, np.array([0.5, 0.7])).tolist() == [[1], [0]]


def test_coco_matches_an_ignored_object_once_and_a_crowd_often(always_compiled):
    detections, truths = tables([[0, 0, 10, 10], [0, 0, 10, 9]], [[0, 0, 10, 10]])
    pairs = overlapping_pairs(detections, truths, 0.5)
    ignored = np.array([True])
    assert match_coco(pairs, ignored, ~ignored, np.array([0.5])).tolist() == [[0, -1]]
    assert match_coco(pairs, ignored, ignored, np.array([0.5])).tolist() == [[0, 0]]


def test_between_equal_overlaps_voc_takes_the_first_and_coco_the_last(always_compiled):
    detections, truths = tables([[0, 0, 10, 10]], [[0, 0, 10, 5], [0, 5, 10, 10]])
    pairs = overlapping_pairs(detections, truths, 0.5)
    assert match_voc(pairs, NONE).tolist() == [0]
    assert match_coco(pairs, NONE, NONE, np.array([0.5])).tolist() == [[1]]


def test_images_and_classes_do_not_mix(always_compiled):
    box = [[0, 0, 10, 10]]
    predictions = [{"boxes": box, "scores": [0.9], "labels": [1]}] * 2
    detections, truths = gather(
        predictions, [{"boxes": [], "labels": []}, {"boxes": box * 2, "labels": [2, 1]}]
    )
    pairs = overlapping_pairs(detections, truths, 0.5)
    assert match_voc(pairs, NONE).tolist() == [-1, 0]
    assert match_coco(pairs, NONE, NONE, np.array([0.5])).tolist() == [[-1, 0]]


def test_large_data_is_matched_alike(backend):
    rng = np.random.default_rng(0)
    images, truths = 4000, 3
    detection = np.repeat(np.arange(2 * images), truths)
    overlap = np.sort(rng.integers(10, 21, (2 * images, truths)) / 20, axis=1).ravel()
    order = np.argsort(rng.random((2 * images, truths)), axis=1)
    group = detection // 2
    columns = (detection, truths * group + order.ravel(), overlap, group)
    ignored, crowd = rng.random((2, images * truths)) < 0.3
    thresholds = np.linspace(0.5, 0.95, 10)
    match = match_coco(Pairs(*columns, 2 * images), ignored, ignored & crowd, thresholds)
    expected = match_coco_numpy(*columns, 2 * images, ignored, ignored & crowd, thresholds)
    assert len(detection) >= detection_matching_file._WORTH_COMPILING
    np.testing.assert_array_equal(match, expected)
