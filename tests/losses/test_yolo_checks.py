import numpy as np
import pytest

from scratchcv.losses.yolo_checks import check_confidence_target, check_grid_targets, mean_over_images


def test_what_is_right_comes_back():
    boxes, labels = check_grid_targets([[0.5, 0.5, 0.1, 0.2]], [2], (1,), 2)
    assert (boxes.tolist(), labels.tolist()) == ([[0.5, 0.5, 0.1, 0.2]], [2])
    check_confidence_target("iou")
    check_confidence_target("one")


def test_boxes_of_no_object_are_not_looked_at():
    check_grid_targets(np.full((1, 4), np.nan), [0], (1,), 2)


@pytest.mark.parametrize("size", [(0, 1), (1, -1), (np.nan, 1), (np.inf, 1)])
def test_an_object_has_a_size(size):
    with pytest.raises(
        ValueError, match=r"must be finite with positive w and h, got gt_boxes\[1\] = \[0.5, 0.5"
    ):
        check_grid_targets([[0.5, 0.5, 1, 1], [0.5, 0.5, *size]], [1, 1], (2,), 2)


def test_a_midpoint_is_finite():
    with pytest.raises(ValueError, match=r"must be finite .*, got gt_boxes\[0\] = \[nan, 0.5"):
        check_grid_targets([[np.nan, 0.5, 1, 1]], [1], (1,), 2)


@pytest.mark.parametrize(("images", "share"), [(0, 1), (1, 1), (4, 0.25)])
def test_the_mean_over_images_and_over_none(images, share):
    terms = {"a": (1.0, np.array([2.0])), "b": (4.0, np.array([8.0]))}
    losses, gradients = mean_over_images(terms, {"a": 3, "b": np.float64(1)}, images)
    assert losses == {"a": 3 * share, "b": 4 * share}
    assert [gradient.tolist() for gradient in gradients] == [[6 * share], [8 * share]]
    assert {type(loss) for loss in losses.values()} == {float}


def test_bad_labels():
    with pytest.raises(ValueError, match=r"gt_labels must lie in 0…2, got gt_labels\[0\] = 3"):
        check_grid_targets(np.ones((1, 4)), [3], (1,), 2)
