import importlib.util

import pytest
from matplotlib.figure import Figure

from scratchcv.visualize import figure_sliders, new_figure


def show(width, tall):
    if width == tall:
        raise ValueError("no squares")
    figure = new_figure(width, tall)
    return figure, f"{width} by {tall}"


def test_each_setting_has_its_slider():
    pytest.importorskip("ipywidgets")
    box = figure_sliders(show, width=(2, 1, 5), tall=(1, 1, 3))
    assert list(box.sliders) == ["width", "tall"]
    assert box.children == (*box.sliders.values(), box.picture, box.label)
    assert [(s.value, s.min, s.max) for s in box.sliders.values()] == [(2, 1, 5), (1, 1, 3)]
    assert not any(slider.continuous_update for slider in box.sliders.values())
    assert box.label.value == "2 by 1"
    assert bytes(box.picture.value[:4]) == b"\x89PNG"
    before = box.picture.value
    box.sliders["width"].value = 4
    assert box.label.value == "4 by 1"
    assert box.picture.value != before


def test_what_cannot_be_shown_is_said():
    pytest.importorskip("ipywidgets")
    box = figure_sliders(show, width=(2, 1, 5), tall=(1, 1, 3))
    box.sliders["width"].value = 1
    assert box.label.value == "no squares"
    box.sliders["width"].value = 3
    assert box.label.value == "3 by 1"


def test_without_ipywidgets_there_is_the_figure(monkeypatch):
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util,
        "find_spec",
        lambda name, *rest: None if name == "ipywidgets" else find_spec(name, *rest),
    )
    figure = figure_sliders(show, width=(2, 1, 5), tall=(1, 1, 3))
    assert isinstance(figure, Figure)
    assert figure.get_size_inches().tolist() == [2, 1]
