from functools import partial

import numpy as np
import pytest

from scratchcv.boxes import box_iou
from scratchcv.metrics import detection_matching
from scratchcv.metrics.detection_matching import match_coco, match_voc, overlapping_pairs
from scratchcv.metrics.detections import gather
from scratchcv.metrics.overlaps import box_overlaps

NONE = np.zeros(2, bool)


def tables(boxes, truths, crowd=None):
    """One image, one class, detections by decreasing score."""
    prediction = {"boxes": boxes, "scores": -np.arange(len(boxes)), "labels": np.ones(len(boxes), int)}
    target = {"boxes": truths, "labels": np.ones(len(truths), int), "crowd": crowd}
    return gather([prediction], [target])


def random_tables(seed, images=6):
    rng = np.random.default_rng(seed)

    def draw(count):
        top_left = rng.uniform(0, 30, (count, 2))
        return np.concatenate([top_left, top_left + rng.uniform(1, 30, (count, 2))], axis=1)

    predictions = [
        {"boxes": draw(d), "scores": rng.random(d), "labels": rng.integers(1, 4, d)}
        for d in rng.integers(0, 30, images)
    ]
    targets = [{"boxes": draw(g), "labels": rng.integers(1, 4, g)} for g in rng.integers(0, 8, images)]
    return gather(predictions, targets)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("chunk", [1, 7, 1 << 20])
def test_pairs_are_the_large_entries_of_the_iou_matrix(monkeypatch, seed, chunk):
    monkeypatch.setattr(detection_matching, "_CHUNK", chunk)
    detections, truths = random_tables(seed)
    pairs = overlapping_pairs(detections, truths, 0.3)
    same = (detections.labels[:, None] == truths.labels) & (detections.images[:, None] == truths.images)
    iou = np.where(same, box_iou(detections.shapes, truths.shapes), 0)
    assert set(zip(pairs.detection.tolist(), pairs.truth.tolist(), strict=True)) == {
        (int(d), int(t)) for d, t in np.argwhere(iou >= 0.3)
    }
    np.testing.assert_allclose(pairs.overlap, iou[pairs.detection, pairs.truth], rtol=1e-13)
    assert np.all(np.diff(pairs.detection) >= 0)


def test_overlap_with_a_crowd_is_by_the_detections_area():
    detections, truths = tables([[0, 0, 10, 10]], [[0, 0, 100, 100]], crowd=[True])
    assert overlapping_pairs(detections, truths, 0.5).overlap.tolist() == [1]
    whole = partial(box_overlaps, crowd=False)
    assert overlapping_pairs(detections, truths, 0.001, overlaps=whole).overlap.tolist() == [0.01]


def test_flat_boxes_overlap_nothing():
    boxes = [[5, 0, 5, 10], [3, 3, 3, 3]]
    detections, truths = tables(boxes, [[0, 0, 10, 10], [3, 3, 3, 3]])
    assert len(overlapping_pairs(detections, truths, 0.0).overlap) == 0


def test_voc_gives_the_object_to_the_first_claim_and_nothing_to_the_second():
    detections, truths = tables([[0, 1, 10, 11], [0, 2, 10, 12]], [[0, 0, 10, 10], [0, 5, 10, 15]])
    pairs = overlapping_pairs(detections, truths, 0.5)
    assert match_voc(pairs, NONE).tolist() == [0, -1]
    assert match_voc(pairs, ~NONE).tolist() == [0, 0]


def test_coco_gives_the_second_claim_the_next_best_object_at_each_threshold():
    detections, truths = tables([[0, 1, 10, 11], [0, 2, 10, 12]], [[0, 0, 10, 10], [0, 5, 10, 15]])
    pairs = overlapping_pairs(detections, truths, 0.5)
    # IoU 9/11 and 6/14 with the objects, then 8/12 and 7/13.
    thresholds = np.array([0.5, 0.6, 0.9])
    assert match_coco(pairs, NONE, NONE, thresholds).tolist() == [[0, 0, -1], [1, -1, -1]]


def test_coco_prefers_an_object_that_counts_to_a_better_one_that_does_not():
    detections, truths = tables([[0, 1, 10, 11]], [[0, 0, 10, 10], [0, 3, 10, 13]])
    pairs = overlapping_pairs(detections, truths, 0.5)
    ignored = np.array([True, False])
    assert match_coco(pairs, ignored, NONE, np.array([0.5, 0.7])).tolist() == [[1, 0]]


def test_coco_matches_an_ignored_object_once_and_a_crowd_often():
    detections, truths = tables([[0, 0, 10, 10], [0, 0, 10, 9]], [[0, 0, 10, 10]])
    pairs = overlapping_pairs(detections, truths, 0.5)
    ignored = np.array([True])
    assert match_coco(pairs, ignored, ~ignored, np.array([0.5])).tolist() == [[0], [-1]]
    assert match_coco(pairs, ignored, ignored, np.array([0.5])).tolist() == [[0], [0]]


def test_between_equal_overlaps_voc_takes_the_first_and_coco_the_last():
    detections, truths = tables([[0, 0, 10, 10]], [[0, 0, 10, 5], [0, 5, 10, 10]])
    pairs = overlapping_pairs(detections, truths, 0.5)
    assert match_voc(pairs, NONE).tolist() == [0]
    assert match_coco(pairs, NONE, NONE, np.array([0.5])).tolist() == [[1]]


def test_images_and_classes_do_not_mix():
    box = [[0, 0, 10, 10]]
    predictions = [{"boxes": box, "scores": [0.9], "labels": [1]}] * 2
    detections, truths = gather(
        predictions, [{"boxes": [], "labels": []}, {"boxes": box * 2, "labels": [2, 1]}]
    )
    pairs = overlapping_pairs(detections, truths, 0.5)
    assert match_voc(pairs, NONE).tolist() == [-1, 0]
    assert match_coco(pairs, NONE, NONE, np.array([0.5])).tolist() == [[-1], [0]]
