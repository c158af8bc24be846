import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from scratchcv.boxes import box_convert, box_convert_backward
from scratchcv.boxes.convert import FORMATS
from scratchcv.testing import check_box_op

PAIRS = [(a, b) for a in FORMATS for b in FORMATS]
each_pair = pytest.mark.parametrize(("in_fmt", "out_fmt"), PAIRS)
DOG, CAT = [60, 45, 378, 516], [400, 112, 655, 493]


def test_the_lectures_dog_and_cat():
    centers = [[219, 280.5, 318, 471], [527.5, 302.5, 255, 381]]
    assert box_convert([DOG, CAT], "xyxy", "cxcywh").tolist() == centers
    assert box_convert(centers, "cxcywh", "xyxy").tolist() == [DOG, CAT]


def test_all_formats_of_one_box():
    forms = {"xyxy": [10, 20, 16, 28], "xywh": [10, 20, 6, 8], "cxcywh": [13, 24, 6, 8]}
    for in_fmt, out_fmt in PAIRS:
        assert box_convert([forms[in_fmt]], in_fmt, out_fmt).tolist() == [forms[out_fmt]]


@each_pair
def test_result_is_a_new_array_of_the_same_dtype(in_fmt, out_fmt, dtype):
    boxes = np.array([[1, 2, 3, 5]], dtype)
    boxes.flags.writeable = False
    converted = box_convert(boxes, in_fmt, out_fmt)
    assert converted.dtype == dtype
    assert not np.shares_memory(converted, boxes)


@each_pair
def test_no_boxes(in_fmt, out_fmt):
    assert box_convert(np.zeros((0, 4)), in_fmt, out_fmt).shape == (0, 4)


@each_pair
@settings(deadline=None, max_examples=50)
@given(boxes=arrays(float, (3, 4), elements=st.floats(-1e4, 1e4)))
def test_there_and_back(in_fmt, out_fmt, boxes):
    back = box_convert(box_convert(boxes, in_fmt, out_fmt), out_fmt, in_fmt)
    np.testing.assert_allclose(back, boxes, rtol=0, atol=1e-11)


@each_pair
@settings(deadline=None, max_examples=50)
@given(boxes=arrays(float, (3, 4), elements=st.integers(-1000, 1000).map(float)))
def test_there_and_back_is_exact_on_pixels(in_fmt, out_fmt, boxes):
    assert (box_convert(box_convert(boxes, in_fmt, out_fmt), out_fmt, in_fmt) == boxes).all()


@pytest.mark.parametrize(("formats", "name"), [(("yxyx", "xyxy"), "in_fmt"), (("xyxy", "center"), "out_fmt")])
def test_unknown_format(formats, name):
    with pytest.raises(ValueError, match=rf"^{name} must be one of xyxy, xywh, cxcywh, got '"):
        box_convert([DOG], *formats)


def test_shape_is_checked():
    with pytest.raises(ValueError, match=r"boxes must have shape \(N, 4\), got \(4,\)"):
        box_convert(DOG, "xyxy", "xywh")


@each_pair
def test_equals_recorded_torchvision(in_fmt, out_fmt, golden):
    expected = golden[f"{in_fmt}_{out_fmt}"]
    np.testing.assert_array_equal(box_convert(golden["boxes"], in_fmt, out_fmt), expected)


@pytest.mark.parametrize("in_fmt", FORMATS)
@pytest.mark.parametrize("out_fmt", FORMATS)
def test_gradients(check_gradients, in_fmt, out_fmt):
    check_gradients(
        lambda boxes: box_convert(boxes, in_fmt, out_fmt),
        lambda dy, boxes: box_convert_backward(dy, in_fmt, out_fmt),
        lambda rng: [rng.normal(0, 9, (rng.integers(0, 5), 4))],
    )
    dy = np.random.default_rng(0).standard_normal((3, 4))
    check_box_op(box_convert_backward, dy, in_fmt=in_fmt, out_fmt=out_fmt)
    assert not np.shares_memory(box_convert_backward(dy, in_fmt, out_fmt), dy)


def test_backward_names_an_unknown_format():
    with pytest.raises(ValueError, match="out_fmt must be one of xyxy, xywh, cxcywh, got 'yxyx'"):
        box_convert_backward([[0, 0, 1, 1]], "xyxy", "yxyx")
