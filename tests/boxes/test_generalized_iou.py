import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from scratchcv.boxes import box_iou, generalized_box_iou

UNIT = [0, 0, 1, 1]


def test_by_hand():
    others = [UNIT, [0, 0, 1, 0.5], [1, 0, 2, 1], [1, 1, 2, 2], [9, 0, 10, 1]]
    assert generalized_box_iou([UNIT], others).tolist() == [[1, 0.5, 0, -0.5, -0.8]]


def test_two_boxes_that_overlap_at_a_corner():
    # IoU 1/9 as in the lecture; the enclosing box [0, 0, 3, 4] has 12 pixels, 3 of them in neither box.
    giou = generalized_box_iou([[0, 0, 2, 2]], [[1, 1, 3, 4]])
    assert giou.tolist() == [[1 / 9 - 3 / 12]]


def test_degenerate_boxes_have_no_nan():
    rows = [[3, 3, 3, 3], [3, 3, 9, 3], UNIT]
    giou = generalized_box_iou(rows, rows)
    assert giou[:2, :2].tolist() == [[0, 0], [0, 0]]
    assert giou[0].tolist() == [0, 0, -8 / 9]
    assert giou[2, 2] == 1
    assert generalized_box_iou([[9, 9, 0, 0]], [[8, 8, 1, 1]]).tolist() == [[0]]


@pytest.mark.parametrize(("n", "m"), [(0, 0), (0, 3), (3, 0)])
def test_empty(n, m, dtype):
    giou = generalized_box_iou(np.zeros((n, 4), dtype), np.zeros((m, 4), dtype))
    assert giou.shape == (n, m)
    assert giou.dtype == dtype


@settings(deadline=None, max_examples=100)
@given(arrays(float, (4, 4), elements=st.integers(0, 30).map(float)))
def test_between_minus_1_and_iou_and_symmetric(corners):
    boxes = np.hstack([corners[:, :2], corners[:, :2] + corners[:, 2:]])
    giou = generalized_box_iou(boxes, boxes)
    assert (giou >= -1).all()
    assert (giou <= box_iou(boxes, boxes)).all()
    assert (giou == giou.T).all()


def test_shape_is_checked():
    with pytest.raises(ValueError, match=r"boxes2 must have shape \(N, 4\), got \(4,\)"):
        generalized_box_iou([UNIT], UNIT)


def assert_torchvisions(giou, theirs):
    """Equal up to a few roundings, and finite where torchvision has NaN or, for inverted boxes, infinity."""
    assert np.isfinite(giou).all()
    finite = np.isfinite(theirs)
    eps = np.finfo(theirs.dtype).eps
    np.testing.assert_allclose(giou[finite], theirs[finite], rtol=4 * eps, atol=4 * eps)
    assert giou.dtype == theirs.dtype


def test_equals_recorded_torchvision(golden):
    boxes = golden["boxes"]
    assert_torchvisions(generalized_box_iou(boxes[:30], boxes[20:]), golden["giou"])


@pytest.mark.parametrize("kind", ["ordinary", "tied", "degenerate"])
def test_equals_live_torchvision(ops, random_boxes, kind, dtype):
    rng = np.random.default_rng(3)
    for _ in range(300):
        boxes1, boxes2 = (random_boxes(rng, count, kind, dtype) for count in rng.integers(0, 12, 2))
        assert_torchvisions(generalized_box_iou(boxes1, boxes2), ops.generalized_box_iou(boxes1, boxes2))
