"""Detections: d2l's example, and each point on which d2l and MXNet differ."""

import numpy as np
import pytest

from scratchcv.boxes import box_iou, multibox_detection
from scratchcv.testing import assert_close

ANCHORS = [[0.1, 0.08, 0.52, 0.92], [0.08, 0.2, 0.56, 0.95], [0.15, 0.3, 0.62, 0.91], [0.55, 0.2, 0.9, 0.88]]
SCORES = np.transpose([[0] * 4, [0.9, 0.8, 0.7, 0.1], [0.1, 0.2, 0.3, 0.9]])
STILL = np.zeros((4, 4))
MXNET = {"class_aware": True, "strict": False, "clip": True, "layout": "mxnet"}


def rows_of(found):
    return [(int(label), round(float(score), 6)) for label, score in found[:, :2]]


@pytest.mark.usefixtures("backend")
class TestTheBooksExample:
    def test_overlaps(self):
        iou = box_iou(ANCHORS, ANCHORS)
        assert [round(float(iou[pair]), 4) for pair in [(0, 1), (0, 2), (1, 2)]] == [0.7368, 0.5454, 0.6306]

    def test_d2l(self):
        found = multibox_detection(SCORES, STILL, ANCHORS)
        assert rows_of(found) == [(0, 0.9), (1, 0.9), (-1, 0.8), (-1, 0.7)]
        assert_close(found[:, 2:], np.array(ANCHORS)[[0, 3, 1, 2]])

    def test_mxnet(self):
        found = multibox_detection(SCORES, STILL, ANCHORS, **MXNET)
        assert rows_of(found) == [(0, 0.9), (1, 0.9), (-1, 0.8), (-1, 0.7)]


def test_a_dog_deletes_a_cat_in_d2l_alone():
    scores = [[0, 0.9, 0.1], [0.1, 0.1, 0.8]]
    anchors = [[0, 0, 1, 1], [0, 0, 1, 0.9]]
    d2l = multibox_detection(scores, np.zeros((2, 4)), anchors)
    assert rows_of(d2l) == [(0, 0.9), (-1, 0.8)]
    mxnet = multibox_detection(scores, np.zeros((2, 4)), anchors, **MXNET)
    assert rows_of(mxnet) == [(0, 0.9), (1, 0.8)]


def test_an_overlap_at_the_threshold_is_dropped_by_mxnet_alone():
    scores, anchors = [[0, 0.9], [0, 0.8]], [[0, 0, 1, 1], [0, 0, 1, 0.5]]
    assert rows_of(multibox_detection(scores, np.zeros((2, 4)), anchors)) == [(0, 0.9), (0, 0.8)]
    assert rows_of(multibox_detection(scores, np.zeros((2, 4)), anchors, **MXNET)) == [(0, 0.9), (-1, 0.8)]


def test_a_low_score_becomes_a_certain_background_in_d2l_and_nothing_in_mxnet():
    scores, anchors = [[0.995, 0.005], [0, 0.9]], [[5, 5, 6, 6], [0, 0, 1, 1.0]]
    assert rows_of(multibox_detection(scores, np.zeros((2, 4)), anchors)) == [(0, 0.9), (-1, 0.995)]
    mxnet = multibox_detection(scores, np.zeros((2, 4)), anchors, **MXNET)
    assert rows_of(mxnet) == [(0, 0.9), (-1, -1)]
    assert mxnet[1].tolist() == [-1] * 6


def test_a_score_at_the_threshold_is_high_enough_for_both():
    for options in ({}, MXNET):
        found = multibox_detection([[0, 0.5]], [[0] * 4], [[0, 0, 1, 1]], score_threshold=0.5, **options)
        assert rows_of(found) == [(0, 0.5)]


def test_the_order_of_rows():
    # the middle one is suppressed: d2l puts it last, MXNet leaves it in its place
    scores = [[0, 0.7], [0, 0.9], [0, 0.8]]
    anchors = [[5, 5, 6, 6], [0, 0, 1, 1], [0, 0, 1, 0.9]]
    assert rows_of(multibox_detection(scores, np.zeros((3, 4)), anchors)) == [(0, 0.9), (0, 0.7), (-1, 0.8)]
    mxnet = multibox_detection(scores, np.zeros((3, 4)), anchors, layout="mxnet")
    assert rows_of(mxnet) == [(0, 0.9), (-1, 0.8), (0, 0.7)]


def test_clipping():
    arguments = [[0, 1.0]], [[0, 0, 0, 0]], [[-0.5, 0.5, 0.5, 1.5]]
    assert multibox_detection(*arguments)[0, 2:].tolist() == [-0.5, 0.5, 0.5, 1.5]
    assert multibox_detection(*arguments, clip=True)[0, 2:].tolist() == [0, 0.5, 0.5, 1]


@pytest.mark.parametrize("options", [{}, MXNET])
def test_no_anchors_dtypes_and_read_only_views(dtype, options):
    found = multibox_detection(np.zeros((0, 3), dtype), np.zeros((0, 4)), np.zeros((0, 4)), **options)
    assert (found.shape, found.dtype) == ((0, 6), dtype)
    scores = np.asfortranarray(SCORES, dtype)
    scores.flags.writeable = False
    found = multibox_detection(scores, STILL.astype(dtype), np.array(ANCHORS, dtype), **options)
    assert found.dtype == dtype
    assert_close(found, multibox_detection(SCORES, STILL, ANCHORS, **options).astype(dtype))


def test_bad_input():
    with pytest.raises(ValueError, match="layout must be one of d2l, mxnet, got 'torch'"):
        multibox_detection(SCORES, STILL, ANCHORS, layout="torch")
    with pytest.raises(ValueError, match=r"scores must have shape \(4, K \+ 1\), got \(2, 3\)"):
        multibox_detection(SCORES[:2], STILL, ANCHORS)
    with pytest.raises(ValueError, match=r"deltas must have shape \(4, 4\), got \(2, 4\)"):
        multibox_detection(SCORES, STILL[:2], ANCHORS)


def by_the_rules(scores, boxes, layout):
    """Detections (class, score, anchor), rule by rule in plain loops, for anchors that do not move."""
    iou, count = box_iou(boxes, boxes), len(boxes)
    best = [max(row[1:]) for row in scores]
    label = [int(np.argmax(row[1:])) for row in scores]
    low = [score < 0.01 for score in best]
    running = [i for i in range(count) if layout == "d2l" or not low[i]]
    running.sort(key=lambda i: -best[i])
    kept = []
    for i in running:
        if layout == "d2l":
            suppressed = any(iou[i, j] > 0.5 for j in kept)
        else:
            suppressed = any(iou[i, j] >= 0.5 and label[i] == label[j] for j in kept)
        if not suppressed:
            kept.append(i)
    if layout == "mxnet":
        rows = [(label[i] if i in kept else -1, best[i], i) for i in running]
        return rows + [(-1, -1, None)] * (count - len(running))
    order = kept + [i for i in range(count) if i not in kept]
    return [
        (-1 if low[i] or i not in kept else label[i], 1 - best[i] if low[i] else best[i], i) for i in order
    ]


@pytest.mark.parametrize("layout", ["d2l", "mxnet"])
def test_equals_the_rules_in_plain_loops(layout, backend):
    rng = np.random.default_rng(4)
    options = MXNET if layout == "mxnet" else {}
    for count in rng.integers(0, 12, 60):
        corner = rng.integers(0, 4, (count, 2))
        boxes = np.hstack([corner, corner + rng.integers(1, 4, (count, 2))]) / 8
        scores = rng.choice([0, 0.005, 0.01, 0.3, 0.5, 0.9], (count, 3))
        found = multibox_detection(scores, np.zeros((count, 4)), boxes, **options)
        expected = by_the_rules(scores.tolist(), boxes, layout)
        assert rows_of(found) == [(label, round(score, 6)) for label, score, _ in expected]
        where = [[-1] * 4 if i is None else boxes[i].tolist() for _, _, i in expected]
        assert_close(found[:, 2:], np.array(where).reshape(-1, 4))
