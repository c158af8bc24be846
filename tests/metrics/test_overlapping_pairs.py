from functools import partial

import numpy as np
import pytest

from scratchcv.boxes import box_iou
from scratchcv.metrics import overlapping_pairs as overlapping_pairs_file
from scratchcv.metrics.detections import gather
from scratchcv.metrics.overlapping_pairs import overlapping_pairs
from scratchcv.metrics.overlaps import box_overlaps


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
    monkeypatch.setattr(overlapping_pairs_file, "_CHUNK", chunk)
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
