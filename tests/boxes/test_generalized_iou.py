import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from scratchcv.boxes import (
    box_iou,
    generalized_box_iou,
    generalized_box_iou_backward,
    paired_giou,
    paired_giou_backward,
)
from scratchcv.testing import assert_close, check_box_op

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


def draw_pairs(rng):
    count = rng.integers(0, 5)
    corner = rng.uniform(0, 9, (2, count, 2))
    return list(np.concatenate([corner, corner + rng.uniform(0.1, 9, (2, count, 2))], axis=2))


def test_gradients_of_the_matrix(check_gradients):
    check_gradients(generalized_box_iou, lambda dy, a, b: generalized_box_iou_backward(dy, a, b), draw_pairs)


@pytest.mark.parametrize("eps", [0, 1e-7, 1])
def test_gradients_of_pairs(check_gradients, eps):
    check_gradients(
        lambda a, b: paired_giou(a, b, eps=eps),
        lambda dy, a, b: paired_giou_backward(dy, a, b, eps=eps),
        draw_pairs,
    )


def test_pairs_are_the_diagonal():
    rng = np.random.default_rng(7)
    boxes1, boxes2 = next(pair for pair in iter(lambda: draw_pairs(rng), None) if len(pair[0]) > 2)
    assert_close(paired_giou(boxes1, boxes2), generalized_box_iou(boxes1, boxes2).diagonal())
    d = rng.standard_normal(len(boxes1))
    for ours, matrix in zip(
        paired_giou_backward(d, boxes1, boxes2),
        generalized_box_iou_backward(np.diag(d), boxes1, boxes2),
        strict=True,
    ):
        assert_close(ours, matrix)


def test_pairs_are_broadcast_and_gradients_summed(check_gradients):
    def draw(rng):
        boxes1, boxes2 = next(pair for pair in iter(lambda: draw_pairs(rng), None) if len(pair[0]) > 1)
        return [boxes1[:, None], boxes2]

    check_gradients(
        lambda a, b: paired_giou(a, b), lambda dy, a, b: paired_giou_backward(dy, a, b), draw, cases=5
    )
    boxes1, boxes2 = draw(np.random.default_rng(0))
    assert_close(paired_giou(boxes1, boxes2), generalized_box_iou(boxes1[:, 0], boxes2))
    assert paired_giou(UNIT, UNIT).tolist() == 1
    dboxes1, dboxes2 = paired_giou_backward(1.0, UNIT, [1, 0, 2, 1])
    assert dboxes1.shape == dboxes2.shape == (4,)


def test_touching_boxes_pull_at_each_other_by_choice():
    arguments = [1.0], [UNIT], [[1, 0, 2, 3]]
    inside, _ = paired_giou_backward(*arguments, touching=True)
    outside, _ = paired_giou_backward(*arguments)
    matrix, _ = generalized_box_iou_backward([[1.0]], *arguments[1:])
    assert inside.tolist() == matrix.tolist()
    assert inside[0, 2] == 1 / 4  # the intersection grows, in a union of 4
    assert_close(outside[0, 2], 1 / 6)  # the union grows, in an enclosing box of 6


def test_the_backward_passes_take_any_memory():
    rng = np.random.default_rng(1)
    corner = rng.uniform(0, 9, (2, 3, 2))
    boxes1, boxes2 = np.concatenate([corner, corner + 3], axis=2)
    check_box_op(generalized_box_iou_backward, rng.normal(size=(3, 3)), boxes1, boxes2, empty=False)
    for shape in ((0, 3), (3, 0), (0, 0)):
        gradients = generalized_box_iou_backward(np.ones(shape), boxes1[: shape[0]], boxes2[: shape[1]])
        assert [gradient.shape for gradient in gradients] == [(count, 4) for count in shape]
    for op in (paired_giou_backward, lambda d, a, b: (paired_giou(a, b, eps=1e-7),)):
        for dtype in (np.float32, np.float64):
            results = op(*(part.astype(dtype) for part in (rng.normal(size=3), boxes1, boxes2)))
            assert [part.dtype for part in results] == [dtype] * len(results)


def test_degenerate_pairs_have_finite_gradients():
    point = [[3, 3, 3, 3.0]]
    for eps in (0, 1e-7):
        assert np.isfinite(paired_giou(point, point, eps=eps)).all()
        assert np.isfinite(paired_giou_backward([1.0], point, point, eps=eps)).all()


def test_bad_pairs():
    with pytest.raises(ValueError, match=r"boxes2 must have shape \(\.\.\., 4\), got \(1, 3\)"):
        paired_giou([UNIT], [[0, 0, 1]])
    with pytest.raises(ValueError, match=r"must have shapes that fit, got \(2, 4\) and \(3, 4\)"):
        paired_giou([UNIT] * 2, [UNIT] * 3)
    with pytest.raises(ValueError, match="eps must be 0 or more, got -1"):
        paired_giou([UNIT], [UNIT], eps=-1)
    with pytest.raises(ValueError, match=r"dgiou must have shape \(1,\), got \(1, 1\)"):
        paired_giou_backward([[1.0]], [UNIT], [UNIT])
