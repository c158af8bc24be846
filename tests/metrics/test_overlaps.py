from functools import partial

import numpy as np
import pytest

from scratchcv.boxes import box_iou
from scratchcv.metrics import mask_iou, object_keypoint_similarity
from scratchcv.metrics import overlapping_pairs as overlapping_pairs_file
from scratchcv.metrics.detections import gather
from scratchcv.metrics.overlapping_pairs import overlapping_pairs
from scratchcv.metrics.overlaps import box_overlaps, overlaps_of

SIGMAS = np.array([0.05, 0.2, 0.1])


def data(rng, images=5):
    """Images of their own sizes, in which objects have boxes, masks and keypoints."""
    sizes = rng.integers(4, 12, (images, 2))

    def draw(size, count):
        top_left = rng.integers(0, 6, (count, 2))
        return {
            "boxes": np.concatenate([top_left, top_left + rng.integers(1, 9, (count, 2))], axis=1),
            "masks": rng.random((count, *size)) < 0.6,
            "keypoints": np.append(rng.integers(0, 9, (count, 3, 2)), np.ones((count, 3, 1)), axis=2),
            "labels": rng.integers(1, 3, count),
            "scores": rng.random(count),
            "area": rng.uniform(50, 500, count),
            "crowd": rng.random(count) < 0.3,
        }

    predictions, targets = ([draw(size, rng.integers(0, 7)) for size in sizes] for _ in range(2))
    return predictions, targets


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("chunk", [1, 7, 1 << 20])
@pytest.mark.parametrize("iou_type", ["bbox", "segm", "keypoints"])
def test_pairs_hold_each_images_matrix(monkeypatch, seed, chunk, iou_type):
    monkeypatch.setattr(overlapping_pairs_file, "_CHUNK", chunk)
    predictions, targets = data(np.random.default_rng(seed))
    overlaps = partial(box_overlaps, crowd=False) if iou_type == "bbox" else overlaps_of(iou_type, SIGMAS)
    matrix = {
        "bbox": lambda a, b: box_iou(a["boxes"], b["boxes"]),
        "segm": lambda a, b: mask_iou(a["masks"], b["masks"], b["crowd"]),
        "keypoints": lambda a, b: object_keypoint_similarity(
            a["keypoints"], b["keypoints"], b["area"], sigmas=SIGMAS
        ),
    }[iou_type]
    pairs = overlapping_pairs(*gather(predictions, targets, iou_type, 3), 0.2, overlaps=overlaps)
    expected = []
    for found, truth in zip(predictions, targets, strict=True):
        same = found["labels"][:, None] == truth["labels"]
        values = matrix(found, truth)[same]
        expected += values[values >= 0.2].tolist()
    assert sorted(pairs.overlap.tolist()) == pytest.approx(sorted(expected), abs=1e-15)
    assert len(expected) > 3


def test_the_pixel_rule_adds_the_last_row_and_column():
    tables = gather(
        [{"boxes": [[0, 0, 9, 4]], "scores": [1.0], "labels": [1]}],
        [{"boxes": [[0, 0, 9, 9]], "labels": [1]}],
    )
    rows = np.array([0])
    assert box_overlaps(*tables, rows, rows, plus_one=True).tolist() == [0.5]
    assert box_overlaps(*tables, rows, rows).tolist() == [36 / 81]
