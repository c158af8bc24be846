import numpy as np
import pytest

from scratchcv.boxes import box_area, box_area_backward
from scratchcv.testing import check_box_op


def test_by_hand():
    assert box_area([[0, 0, 2, 3], [1, 1, 1, 5], [0.5, 0, 1, 0.5]]).tolist() == [6, 0, 0.25]


def test_an_inverted_side_makes_the_area_negative():
    assert box_area([[3, 0, 1, 2], [3, 3, 1, 1]]).tolist() == [-4, 4]


def test_no_boxes_have_no_areas(dtype):
    area = box_area(np.zeros((0, 4), dtype))
    assert area.shape == (0,)
    assert area.dtype == dtype


def test_small_integers_do_not_wrap():
    assert box_area(np.array([[0, 0, 200, 200]], np.uint8)).tolist() == [40_000]
    assert box_area(np.array([[200, 0, 100, 1]], np.uint8)).tolist() == [-100]


@pytest.mark.parametrize("boxes", [[1, 2, 3, 4], [[1, 2, 3]], np.zeros((2, 3, 4))])
def test_shape_is_checked(boxes):
    with pytest.raises(ValueError, match=r"boxes must have shape \(N, 4\), got \("):
        box_area(boxes)


def test_equals_recorded_torchvision(golden, dtype):
    area = box_area(golden["boxes"])
    np.testing.assert_array_equal(area, golden["area"])
    assert area.dtype == dtype


def test_gradients(check_gradients, random_boxes):
    check_gradients(
        box_area, box_area_backward, lambda rng: [random_boxes(rng, rng.integers(0, 5), "degenerate", float)]
    )


def test_the_backward_pass_takes_any_memory():
    check_box_op(box_area_backward, np.array([1.0, 2]), np.array([[0, 0, 2, 3], [5, 5, 1, 1.0]]))
