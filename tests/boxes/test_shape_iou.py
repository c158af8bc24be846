import numpy as np
import pytest

from scratchcv.boxes import box_convert, box_iou, iou_cxcywh, shape_iou
from scratchcv.boxes.shape_iou import check_anchors, corners_of
from scratchcv.testing import assert_close


def random_cxcywh(rng, *shape):
    return np.concatenate([rng.uniform(0, 4, (*shape, 2)), rng.uniform(0.5, 4, (*shape, 2))], axis=-1)


def test_the_lectures_ninth():
    assert_close(iou_cxcywh(np.array([1.0, 1, 2, 2]), np.array([2.0, 2.5, 2, 3])), 1 / 9)


def test_a_person_is_like_the_high_anchor_and_a_car_like_the_wide_one():
    # S0 418-423: the person is assigned to anchor box 1, the car to anchor box 2.
    person, car, anchors = [0.8, 2.4], [2.6, 1.1], [[0.9, 2.1], [2.2, 1.0]]
    assert shape_iou([person, car], anchors).argmax(axis=1).tolist() == [0, 1]


def test_pairs_are_the_diagonal_of_box_iou():
    rng = np.random.default_rng(0)
    first, second = random_cxcywh(rng, 20), random_cxcywh(rng, 20)
    everything = box_iou(box_convert(first, "cxcywh", "xyxy"), box_convert(second, "cxcywh", "xyxy"))
    assert_close(iou_cxcywh(first, second), np.diag(everything))
    assert_close(iou_cxcywh(first[:, None], second), everything)


def test_shapes_are_boxes_with_one_midpoint():
    rng = np.random.default_rng(1)
    sizes, anchors = rng.uniform(0.1, 5, (6, 2)), rng.uniform(0.1, 5, (3, 2))
    boxes, priors = (np.hstack([np.zeros_like(of), of]) for of in (sizes, anchors))
    assert_close(shape_iou(sizes, anchors), iou_cxcywh(boxes[:, None], priors))


def test_nothing_and_no_area():
    assert shape_iou(np.zeros((0, 2)), [[1, 2]]).shape == (0, 1)
    assert shape_iou([[0.0, 3.0]], [[1, 2]]).tolist() == [[0.0]]
    assert iou_cxcywh(np.zeros((2, 4)), np.zeros((2, 4))).tolist() == [0.0, 0.0]


def test_float32_stays():
    assert shape_iou(np.ones((2, 2), np.float32), [[1.0, 2.0]]).dtype == np.float32


@pytest.mark.parametrize(
    ("anchors", "message"),
    [
        ([1.0, 2.0], r"anchors must have shape \(A, 2\), got \(2,\)"),
        (np.zeros((0, 2)), r"with A > 0, got \(0, 2\)"),
        ([[1.0, 2.0], [1.0, -2.0]], r"positive widths and heights, got \[1.0, -2.0\]"),
        ([[1.0, np.nan]], "positive widths and heights"),
    ],
)
def test_bad_anchors(anchors, message):
    with pytest.raises(ValueError, match=message):
        check_anchors(anchors)
    with pytest.raises(ValueError, match=message):
        shape_iou([[1.0, 1.0]], anchors)


def test_bad_sizes():
    with pytest.raises(ValueError, match=r"sizes must have shape \(R, 2\), got \(1, 4\)"):
        shape_iou([[0, 0, 1, 1]], [[1, 1]])


def test_boxes_end_with_four_numbers_and_sizes_are_not_negative():
    with pytest.raises(ValueError, match=r"boxes1_cxcywh must have shape \(..., 4\), got \(2, 3\)"):
        iou_cxcywh(np.zeros((2, 3)), np.zeros((2, 4)))
    with pytest.raises(ValueError, match=r"boxes2_cxcywh must have shape \(..., 4\), got \(\)"):
        iou_cxcywh(np.zeros((2, 4)), 1.0)
    for size in (-1.0, np.nan):
        with pytest.raises(ValueError, match=r"sizes must be 0 or more, got \["):
            shape_iou([[1, 1], [size, 1]], [[1, 1]])


def test_corners_of_boxes_with_any_number_of_axes():
    boxes = np.random.default_rng(0).random((2, 3, 1, 4))
    assert corners_of(boxes).shape == boxes.shape
    assert (corners_of(boxes)[1, 2, 0] == box_convert(boxes[1, 2], "cxcywh", "xyxy")[0]).all()
    assert corners_of(boxes[0, 0, 0]).shape == (4,)
