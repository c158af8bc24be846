import numpy as np
import pytest

from scratchcv.boxes import clip_boxes_to_image, clip_boxes_to_image_backward, remove_small_boxes
from scratchcv.testing import check_box_op

OUTSIDE = [[-5, -5, 5, 5], [10, 10, 90, 90], [70, 5, 75, 6], [-9, 1, -2, 3]]


def test_clip_by_hand():
    clipped = clip_boxes_to_image(OUTSIDE, (40, 60))
    assert clipped.tolist() == [[0, 0, 5, 5], [10, 10, 60, 40], [60, 5, 60, 6], [0, 1, 0, 3]]


def test_clip_leaves_its_argument_alone(dtype):
    boxes = np.array(OUTSIDE, dtype)
    boxes.flags.writeable = False
    clipped = clip_boxes_to_image(boxes, (40, 60))
    assert clipped.dtype == dtype
    assert not np.shares_memory(clipped, boxes)


def test_what_clipping_left_outside_is_removed():
    clipped = clip_boxes_to_image(OUTSIDE, (40, 60))
    assert remove_small_boxes(clipped, 1).tolist() == [0, 1]


def test_both_sides_must_reach_the_size_and_reaching_it_is_enough():
    boxes = [[0, 0, 2, 2], [0, 0, 1.9, 5], [0, 0, 5, 1.9], [0, 0, 5, 5], [5, 5, 0, 0]]
    assert remove_small_boxes(boxes, 2).tolist() == [0, 3]


def test_size_is_compared_in_the_precision_of_the_boxes_as_in_torch():
    # The float32 nearest to .7 lies below it.
    assert remove_small_boxes(np.array([[0, 0, 0.7, 0.7]], np.float32), 0.7).tolist() == [0]


def test_no_boxes():
    assert clip_boxes_to_image(np.zeros((0, 4)), (4, 4)).shape == (0, 4)
    small = remove_small_boxes(np.zeros((0, 4)), 1)
    assert small.shape == (0,)
    assert small.dtype == np.int64


def test_shape_is_checked():
    with pytest.raises(ValueError, match=r"boxes must have shape \(N, 4\), got \(2, 3\)"):
        clip_boxes_to_image(np.zeros((2, 3)), (4, 4))
    with pytest.raises(ValueError, match=r"boxes must have shape \(N, 4\), got \(4,\)"):
        remove_small_boxes(np.zeros(4), 1)


def test_equals_recorded_torchvision(golden):
    boxes = golden["boxes"]
    np.testing.assert_array_equal(clip_boxes_to_image(boxes - 5, golden["size"]), golden["clip"])
    np.testing.assert_array_equal(remove_small_boxes(boxes, 2.0), golden["large"])


def test_equals_live_torchvision_where_sides_equal_the_size_up_to_rounding(ops, dtype):
    rng = np.random.default_rng(0)
    for min_size in (0.1, 0.3, 0.7, 1 / 3):
        boxes = np.zeros((50, 4), dtype)
        boxes[:, 2:] = min_size * rng.choice([1, 1 - 1e-7, 1 + 1e-7, 1 - 1e-16], (50, 2))
        expected = ops.remove_small_boxes(boxes, min_size)
        np.testing.assert_array_equal(remove_small_boxes(boxes, min_size), expected)


def test_what_is_cut_off_has_no_gradient_and_the_border_has():
    dboxes = clip_boxes_to_image_backward(
        [[1, 2, 3, 4], [5, 6, 7, 8]], [[-1, 0, 9, 7], [10, 3, 8, 6]], (6, 8)
    )
    assert dboxes.tolist() == [[0, 2, 0, 0], [0, 6, 7, 8]]


def test_gradients(check_gradients):
    check_gradients(
        lambda boxes: clip_boxes_to_image(boxes, (6, 8)),
        lambda dy, boxes: clip_boxes_to_image_backward(dy, boxes, (6, 8)),
        lambda rng: [rng.uniform(-5, 13, (rng.integers(0, 5), 4))],
    )
    boxes = np.random.default_rng(0).uniform(-5, 13, (3, 4))
    check_box_op(clip_boxes_to_image_backward, np.ones((3, 4)), boxes, size=(6, 8))


@pytest.mark.parametrize("size", [(6,), (6, 8, 3), 6, (6, -8), (float("nan"), 8)])
def test_size_is_checked(size):
    with pytest.raises(ValueError, match=r"size must be \(height, width\), neither negative, got"):
        clip_boxes_to_image(OUTSIDE, size)
    with pytest.raises(ValueError, match=r"size must be \(height, width\), neither negative, got"):
        clip_boxes_to_image_backward(np.ones((4, 4)), OUTSIDE, size)
