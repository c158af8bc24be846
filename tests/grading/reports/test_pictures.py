"""Pictures of wrong answers: where one helps, and where it would mislead."""

import sys

import numpy as np
import pytest

from scratchcv.grading.reports.pictures import looks_like_boxes, picture
from tests.grading.results import BOXES, exercise, wrong, wrong_iou

CLIP = "scratchcv.boxes.clip.clip_boxes_to_image"
IMAGES = np.arange(72.0).reshape(2, 1, 6, 6)


def words(case, **fields):
    shown = picture(exercise(case, **fields), case)
    if shown is None:
        return None
    assert shown[0].startswith(b"\x89PNG")
    return shown[1]


def test_boxes_that_come_back():
    case = wrong([BOXES, (4, 4)], BOXES, BOXES * 2, index=(0, 2))
    assert words(case, function=CLIP) == "The boxes that were expected, and those that came."


def test_boxes_that_went_in():
    assert words(wrong_iou()) == "The boxes that went in."
    assert words(wrong([BOXES, BOXES], 1.0, None, reason="raised")) == "The boxes that went in."


def test_maps():
    case = wrong([1], IMAGES, IMAGES + 1, index=(1, 0, 0, 0))
    assert words(case, function="m.conv2d") == "The result at [1, 0], as greys."
    assert (
        words(wrong([1], IMAGES[0, 0], -IMAGES[0, 0], index=(0, 0)), function="m.f")
        == "The result, as greys."
    )


@pytest.mark.parametrize(
    ("case", "function"),
    [
        (
            wrong([BOXES, "xyxy", "cxcywh"], BOXES, BOXES + 1, index=(0, 0)),
            "scratchcv.boxes.convert.box_convert",
        ),
        (wrong([1], BOXES, BOXES + 1, index=(0, 0)), "scratchcv.boxes.deltas.encode_deltas"),
        (wrong([1], 0.5, 0.25), "m.f"),
        (wrong([1], np.eye(2), -np.eye(2), index=(0, 0)), "m.f"),
        (wrong([1], IMAGES, IMAGES[0], reason="shape"), "m.f"),
        (wrong([1], np.zeros((80, 80)), np.ones((80, 80)), index=(0, 0)), "m.f"),
    ],
)
def test_no_picture_is_better_than_a_wrong_one(case, function):
    assert words(case, function=function) is None


def test_without_matplotlib(monkeypatch):
    loaded = [name for name in sys.modules if name.partition(".")[0] == "matplotlib"]
    for name in {"matplotlib", "matplotlib.pyplot", *loaded}:
        monkeypatch.setitem(sys.modules, name, None)
    assert words(wrong_iou()) is None


def test_what_looks_like_boxes():
    assert looks_like_boxes(BOXES)
    assert not looks_like_boxes(BOXES[:0])
    assert not looks_like_boxes(BOXES[:, [2, 1, 0, 3]])
    assert not looks_like_boxes(np.full((1, 4), np.nan))
    assert not looks_like_boxes(BOXES > 1)
    assert not looks_like_boxes(np.zeros((2, 4)))
