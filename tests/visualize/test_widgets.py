import importlib.util

import pytest
from matplotlib.figure import Figure

from scratchcv.visualize import iou_slider, nms_slider, score_slider

BOXES = [[20, 40, 120, 140], [20, 40, 132, 154], [89, 109, 189, 199], [75, 111, 177, 201]]
SCORES = [0.9, 0.8, 0.75, 0.7]
HITS = [True, True, False, False, True]
MAKERS = {
    "iou": lambda: iou_slider([0, 0, 2, 2], [1, 1, 3, 4]),
    "nms": lambda: nms_slider(BOXES, SCORES),
    "score": lambda: score_slider([0.99, 0.95, 0.9, 0.5, 0.1], HITS, 3),
}


@pytest.fixture
def ipywidgets():
    return pytest.importorskip("ipywidgets")


def slider_of(box):
    (slider,) = box.sliders.values()
    return slider


def test_moving_a_box_changes_the_iou(ipywidgets):
    box = iou_slider([0, 0, 2, 2], [1, 1, 3, 4])
    before = box.picture.value
    assert box.label.value == "shift 0: IoU = 0.111, poor"
    slider_of(box).value = -1
    assert box.label.value == "shift -1: IoU = 0.250, poor"
    slider_of(box).value = 3
    assert box.label.value == "shift 3: IoU = 0.000, poor"
    assert box.picture.value != before


def test_turning_the_threshold_keeps_more_boxes(ipywidgets):
    box = nms_slider(BOXES, SCORES, iou_threshold=0.7)
    assert box.label.value == "threshold 0.70: 2 of 4 boxes kept"
    slider_of(box).value = 0.75
    assert box.label.value == "threshold 0.75: 3 of 4 boxes kept"
    slider_of(box).value = 0
    assert box.label.value == "threshold 0.00: 1 of 4 boxes kept"


def test_turning_the_score_moves_along_the_curve(ipywidgets):
    box = score_slider([0.99, 0.95, 0.9, 0.5, 0.1], HITS, 3)
    assert box.label.value == "score ≥ 0.50: 4 detections, precision .50, recall .67"
    slider_of(box).value = 0.93
    assert box.label.value == "score ≥ 0.93: 2 detections, precision 1.00, recall .67"
    slider_of(box).value = 1
    assert box.label.value == "score ≥ 1.00: 0 detections"


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_a_slider_shows_a_picture_and_waits_until_it_is_released(ipywidgets, make):
    box = make()
    assert box.children == (slider_of(box), box.picture, box.label)
    assert bytes(box.picture.value[:4]) == b"\x89PNG"
    assert not slider_of(box).continuous_update


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_without_ipywidgets_there_is_the_figure(monkeypatch, make):
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util,
        "find_spec",
        lambda name, *rest: None if name == "ipywidgets" else find_spec(name, *rest),
    )
    assert isinstance(make(), Figure)
