import numpy as np
import pytest

from scratchcv.backend import get_backend, has_numba
from scratchcv.boxes import box_area, box_iou, nms
from scratchcv.checks import check_array
from scratchcv.testing import check_box_op

RNG = np.random.default_rng(0)


def random_boxes(count):
    corner = RNG.uniform(0, 50, (count, 2))
    return np.concatenate([corner, corner + RNG.uniform(1, 40, (count, 2))], axis=1)


BOXES, SCORES = random_boxes(9), RNG.random(9)


def test_right_operations_pass():
    check_box_op(box_area, BOXES)
    check_box_op(box_iou, BOXES, random_boxes(4), independent=True)
    check_box_op(nms, BOXES, SCORES, iou_threshold=0.3)


def test_the_backend_is_put_back():
    before = get_backend()
    check_box_op(box_area, BOXES)
    assert get_backend() == before


def width(boxes):
    check_array("boxes", boxes, ("N", 4))
    return boxes[:, 2] - boxes[:, 0]


def upcasts(boxes):
    return width(boxes).astype(np.float64)


def downcasts(boxes):
    return width(boxes).astype(np.float32)


def short_indices(boxes):
    return np.argsort(width(boxes)).astype(np.int32)


def writes(boxes):
    boxes[:, 2:] -= boxes[:, :2]
    return boxes[:, 2]


def unlocks(boxes):
    boxes.flags.writeable = True
    boxes[:] = np.sort(boxes, axis=1)[:, ::-1]
    return width(boxes)


def memory_order(boxes):
    owner = boxes if boxes.base is None else boxes.base
    return width(np.ndarray(boxes.shape, boxes.dtype, owner.tobytes()))


def fails_on_nothing(boxes):
    return width(boxes) - width(boxes).max()


def list_on_nothing(boxes):
    return width(boxes) if len(boxes) else np.zeros((0, 4))


def one_on_nothing(boxes):
    return width(boxes) if len(boxes) else np.zeros(1, boxes.dtype)


def checks_nothing(boxes):
    return boxes[..., 0]


def says_nothing(boxes):
    if boxes.ndim != 2 or boxes.shape[1] != 4:
        raise ValueError("bad boxes")
    return boxes[:, 0]


def wrong_error(boxes):
    assert boxes.shape[1:] == (4,), "boxes"
    return boxes[:, 0]


@pytest.mark.parametrize(
    ("operation", "message"),
    [
        (upcasts, "result is float64 for float32 arguments: dtype in, dtype out"),
        (downcasts, "result is float32 for float64 arguments"),
        (short_indices, "indices must be int64, got int32"),
        (writes, "writes into an array that it was given"),
        (unlocks, "changes its argument|cannot set WRITEABLE"),
        (memory_order, "non-contiguous arrays give another result"),
        (fails_on_nothing, r"fails for shapes \[\(0, 4\)\]: ValueError: zero-size array"),
        (list_on_nothing, "without boxes the result must have 1 axes of float32, got shape"),
        (one_on_nothing, r"without boxes the result must be empty, got shape \(1,\)"),
        (checks_nothing, r"must raise ValueError for argument 0 of shape \(9, 5\), got a result"),
        (says_nothing, r"the message must name the wanted shape and \(9, 5\), got 'bad boxes'"),
        (wrong_error, r"must raise ValueError for argument 0 of shape \(9, 5\), got AssertionError: boxes"),
    ],
)
def test_broken_operations_are_caught(operation, message):
    with pytest.raises(AssertionError, match=message) as failure:
        check_box_op(operation, BOXES)
    assert operation.__name__ in str(failure.value)


@pytest.mark.skipif(not has_numba(), reason="there is one backend only")
def test_forms_that_differ_are_caught():
    def order(boxes):  # stable in one form only
        check_array("boxes", boxes, ("N", 4))
        keys = np.zeros(len(boxes))
        return np.argsort(keys, kind="stable")[:: -1 if get_backend() == "numba" else 1]

    with pytest.raises(AssertionError, match="order: numba and numpy differ for float32: 8 of 9 elements"):
        check_box_op(order, BOXES)


def test_scores_of_another_length():
    def ranked(boxes, scores):
        check_array("boxes", boxes, ("N", 4))
        return boxes[np.argsort(scores)[: len(boxes)]]

    with pytest.raises(AssertionError, match=r"must raise ValueError for argument 1 of shape \(9, 2\)"):
        check_box_op(ranked, BOXES, SCORES)


def test_each_side_is_emptied_alone():
    def pairs(a, b):
        check_array("a", a, ("N", 4))
        check_array("b", b, ("M", 4))
        if len(a) and not len(b):
            raise IndexError("no b")
        return a[:, None, 0] - b[None, :, 0]

    check_box_op(pairs, BOXES, BOXES)
    with pytest.raises(AssertionError, match=r"fails for shapes \[\(9, 4\), \(0, 4\)\]: IndexError: no b"):
        check_box_op(pairs, BOXES, BOXES, independent=True)
