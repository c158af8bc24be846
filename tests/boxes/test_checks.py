import numpy as np
import pytest

from scratchcv.boxes import (
    match_best_then_threshold,
    match_bipartite,
    multibox_detection,
    nms,
    remove_small_boxes,
    soft_nms,
    threshold_scores,
)
from scratchcv.boxes.checks import as_boxes, check_threshold, check_valid_boxes


def test_floating_boxes_pass_as_they_are(dtype):
    boxes = np.zeros((2, 4), dtype)
    assert as_boxes("boxes", boxes) is boxes
    assert check_valid_boxes("boxes", boxes) is boxes


def test_integers_become_float64():
    assert as_boxes("boxes", np.zeros((2, 4), np.uint8)).dtype == np.float64


def test_no_boxes_are_valid():
    assert check_valid_boxes("boxes", np.zeros((0, 4))).shape == (0, 4)


def test_zero_width_and_height_are_valid():
    assert len(check_valid_boxes("boxes", [[1, 2, 1, 2]])) == 1


@pytest.mark.parametrize("check", [as_boxes, check_valid_boxes])
def test_the_message_names_the_argument_and_both_shapes(check):
    with pytest.raises(ValueError, match=r"^gt_boxes must have shape \(N, 4\), got \(3, 5\)$"):
        check("gt_boxes", np.zeros((3, 5)))


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ([30, 10, 20, 40], "x2 < x1"),
        ([10, 40, 20, 30], "y2 < y1"),
        ([30, 40, 20, 30], "x2 < x1"),
        ([0, np.nan, 1, 1], "a coordinate that is not finite"),
        ([0, 0, np.inf, 1], "a coordinate that is not finite"),
    ],
)
def test_the_first_faulty_row_is_named_with_its_numbers(row, fault):
    boxes = np.array([[0, 0, 1, 1], row, [9, 9, 0, 0]], float)
    with pytest.raises(ValueError) as caught:
        check_valid_boxes("boxes", boxes)
    assert str(caught.value) == f"boxes[1] has {fault}: {boxes[1].tolist()}"


BOX = [[0, 0, 1, 1]]


@pytest.mark.parametrize(
    ("function", "name"),
    [
        pytest.param(lambda nan: nms(BOX, [0.5], nan), "iou_threshold", id="nms"),
        pytest.param(lambda nan: soft_nms(BOX, [0.5], iou_threshold=nan), "iou_threshold", id="soft_nms"),
        pytest.param(lambda nan: soft_nms(BOX, [0.5], score_threshold=nan), "score_threshold", id="scores"),
        pytest.param(lambda nan: threshold_scores([0.5], nan), "threshold", id="threshold_scores"),
        pytest.param(lambda nan: match_bipartite([[0.5]], nan), "threshold", id="match_bipartite"),
        pytest.param(lambda nan: match_best_then_threshold([[0.5]], nan), "threshold", id="match_best"),
        pytest.param(lambda nan: remove_small_boxes(BOX, nan), "min_size", id="remove_small_boxes"),
        pytest.param(
            lambda nan: multibox_detection([[0.5, 0.5]], [[0] * 4], BOX, score_threshold=nan),
            "score_threshold",
            id="multibox_detection",
        ),
    ],
)
def test_nothing_exceeds_nan(function, name):
    with pytest.raises(ValueError, match=f"{name} must be a number, got nan"):
        function(float("nan"))


@pytest.mark.parametrize("value", [float("nan"), "0.5", None, [0.5]])
def test_a_threshold_is_a_number(value):
    with pytest.raises(ValueError, match="iou_threshold must be a number, got"):
        check_threshold("iou_threshold", value)
