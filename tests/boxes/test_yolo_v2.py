import math

import numpy as np
import pytest

from scratchcv.boxes import box_convert, decode_yolo_v2, decode_yolo_v2_backward, encode_yolo_grid
from scratchcv.boxes.deltas import MAX_LOG_SCALE
from scratchcv.testing import assert_close, gradcheck

ANCHORS = [[1.0, 2.0], [3.0, 0.5]]


def test_zero_is_the_middle_of_the_cell_the_priors_size_and_half_confidence():
    # S4 207-240.
    boxes, confidence = decode_yolo_v2(np.zeros((2, 3, 2, 5)), ANCHORS)
    for row in range(2):
        for column in range(3):
            assert boxes[row, column].tolist() == [
                [column + 0.5, row + 0.5, 1.0, 2.0],
                [column + 0.5, row + 0.5, 3.0, 0.5],
            ]
    assert (confidence == 0.5).all()


def test_by_hand():
    t = np.zeros((1, 1, 2, 5))
    t[0, 0, 1] = math.log(3), -math.log(3), math.log(2), -math.log(2), math.log(9)
    boxes, confidence = decode_yolo_v2(t, ANCHORS)
    assert_close(boxes[0, 0, 1], [0.75, 0.25, 6, 0.25])
    assert_close(confidence[0, 0, 1], 0.9)


def test_it_decodes_what_the_grid_encodes():
    box, stride = [70.0, 20, 130, 60], 32
    grid_boxes, grid_labels = encode_yolo_grid([box], [1], (96, 160), (3, 5), sizes="cell", anchors=ANCHORS)
    (row,), (column,), (anchor,) = np.nonzero(grid_labels)
    x, y, w, h = grid_boxes[row, column, anchor]
    t = np.zeros((3, 5, 2, 5))
    p_w, p_h = ANCHORS[anchor]
    t[row, column, anchor, :4] = math.log(x / (1 - x)), math.log(y / (1 - y)), *np.log([w / p_w, h / p_h])
    boxes, _ = decode_yolo_v2(t, ANCHORS)
    assert_close(box_convert(stride * boxes[row, column, anchor][None], "cxcywh", "xyxy"), [box])


def test_the_midpoint_stays_in_its_cell_and_nothing_overflows():
    for value in (1e4, -1e4):
        boxes, confidence = decode_yolo_v2(np.full((1, 1, 2, 5), value), ANCHORS)
        assert boxes[..., :2].tolist() == [[[[value > 0] * 2] * 2]]
        assert (confidence == (value > 0)).all()
        assert np.isfinite(boxes).all()
        dt = decode_yolo_v2_backward(
            np.ones((1, 1, 2, 4)), np.ones((1, 1, 2)), np.full((1, 1, 2, 5), value), ANCHORS
        )
        assert not dt.any()


def test_the_limit_is_that_of_deltas_and_can_be_taken_off():
    t = np.zeros((1, 1, 2, 5))
    t[..., 2] = 5.0
    assert_close(decode_yolo_v2(t, ANCHORS)[0][0, 0, 0, 2], math.exp(MAX_LOG_SCALE))
    assert_close(decode_yolo_v2(t, ANCHORS, clip=None)[0][0, 0, 0, 2], math.exp(5))


@pytest.mark.parametrize("clip", [None, 0.5, MAX_LOG_SCALE])
def test_gradients(clip):
    for seed in range(20):
        rng = np.random.default_rng(seed)
        anchors = rng.uniform(0.3, 4, (rng.integers(1, 4), 2))
        t = rng.standard_normal(
            (*rng.integers(1, 3, rng.integers(0, 2)), *rng.integers(1, 4, 2), len(anchors), 5)
        )
        gradcheck(
            lambda t, anchors=anchors: decode_yolo_v2(t, anchors, clip=clip),
            lambda dy, t, anchors=anchors: decode_yolo_v2_backward(*dy, t, anchors, clip=clip),
            [t],
            max_entries=20,
        )


def test_nothing_and_float32():
    boxes, confidence = decode_yolo_v2(np.zeros((0, 3, 3, 2, 5), np.float32), ANCHORS)
    assert (boxes.shape, confidence.shape) == ((0, 3, 3, 2, 4), (0, 3, 3, 2))
    assert boxes.dtype == confidence.dtype == np.float32
    dt = decode_yolo_v2_backward(boxes, confidence, np.zeros((0, 3, 3, 2, 5), np.float32), ANCHORS)
    assert (dt.shape, dt.dtype) == ((0, 3, 3, 2, 5), np.float32)


def test_bad_arguments():
    with pytest.raises(ValueError, match=r"t must have shape \(…, S, S, 2, 5\), got \(1, 1, 3, 5\)"):
        decode_yolo_v2(np.zeros((1, 1, 3, 5)), ANCHORS)
    with pytest.raises(ValueError, match=r"t must have shape \(…, S, S, 2, 5\), got \(2, 5\)"):
        decode_yolo_v2(np.zeros((2, 5)), ANCHORS)
    with pytest.raises(ValueError, match="anchors must be positive"):
        decode_yolo_v2(np.zeros((1, 1, 1, 5)), [[0, 1]])
    with pytest.raises(ValueError, match=r"dboxes must have shape \(1, 1, 2, 4\), got \(2, 4\)"):
        decode_yolo_v2_backward(np.zeros((2, 4)), np.zeros(2), np.zeros((1, 1, 2, 5)), ANCHORS)
    with pytest.raises(ValueError, match=r"dconfidence must have shape \(1, 1, 2\), got \(2,\)"):
        decode_yolo_v2_backward(np.zeros((1, 1, 2, 4)), np.zeros(2), np.zeros((1, 1, 2, 5)), ANCHORS)
