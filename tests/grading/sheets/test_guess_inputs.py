"""Inputs guessed from signatures."""

import numpy as np
import pytest

from scratchcv.boxes.area import box_area
from scratchcv.boxes.iou import box_iou
from scratchcv.boxes.nms import nms
from scratchcv.grading.sheets.guess_inputs import GUESSES, draw_boxes, guess_inputs


@pytest.mark.parametrize(
    ("function", "guesses"),
    [
        (box_area, ["boxes"]),
        (box_iou, ["boxes", "boxes"]),
        (nms, ["boxes", "vector", "number"]),
        (lambda points, angle: points @ np.eye(2) * np.cos(angle), ["points", "number"]),
        (lambda mask: mask.sum(axis=(0, 1)), ["map"]),
        (lambda a, k=3, *rest, **options: a * k, ["vector"]),
        (lambda: np.zeros(3), []),
    ],
)
def test_guesses(function, guesses):
    assert guess_inputs(function) == [GUESSES[guess] for guess in guesses]


def test_annotations_count():
    def repeat(x: np.ndarray, times: int, by: float) -> np.ndarray:
        return np.repeat(x, times) * by

    assert guess_inputs(repeat) == [GUESSES[guess] for guess in ("vector", "count", "number")]


def fails(x):
    raise TypeError("never")


def test_what_cannot_be_guessed():
    for function in (fails, lambda x: object(), lambda x: np.log(-x), lambda mode: {}[mode]):
        assert guess_inputs(function) is None


def test_a_function_with_many_arguments_is_not_tried_for_ever():
    calls = []
    guess_inputs(lambda a, b, c, d, e, f: calls.append(1) or {}["no"])
    assert len(calls) <= 300


def test_boxes_are_boxes():
    boxes = draw_boxes(np.random.default_rng(0), 50, 8.0)
    assert (boxes[:, 2:] > boxes[:, :2]).all()
    assert boxes.min() >= 0
    assert boxes.max() <= 8
