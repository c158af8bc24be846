import numpy as np
import pytest

from scratchcv.visualize import figure_png, multi_task_figure

IMAGE = np.zeros((40, 80, 3), np.uint8)
SCORES = {"car": 0.01, "cat": 0.9, "bus": 0.001, "dog": 0.05}
LOSSES = {"classification": 0.105, "box": 0.25}


def draw(**changes):
    arguments = {
        "image": IMAGE,
        "scores": SCORES,
        "box": [0.5, 0.5, 0.5, 0.5],
        "correct_label": "cat",
        "correct_box": [0.25, 0.5, 0.5, 1],
        "losses": LOSSES,
        "sizes": (4096, 1000),
    }
    return multi_task_figure(**{**arguments, **changes})


def words(figure):
    return [text.get_text() for text in figure.axes[1].texts]


def test_the_figure_holds_the_numbers_of_the_slide():
    figure = draw()
    written = words(figure)
    assert "vector:\n4096" in written
    assert "class scores\ncat: .90\ndog: .05\ncar: .01\n…" in written
    assert "“what”\nFC 4096 → 1000" in written
    assert "“where”\nFC 4096 → 4" in written
    assert "softmax loss\n0.105" in written
    assert "sum\n0.355" in written
    assert figure_png(figure)


def test_all_scores_are_written_where_there_is_room():
    assert any("car: .01\nbus: .00" in text for text in words(draw(sizes=(8, 4), most_scores=4)))
    assert not any("…" in text for text in words(draw(sizes=(8, 4), most_scores=4)))


def test_both_boxes_are_drawn_in_pixels():
    true, predicted = draw().axes[0].patches
    assert (true.get_x(), true.get_y(), true.get_width(), true.get_height()) == (0, 0, 40, 40)
    assert (predicted.get_x(), predicted.get_width(), predicted.get_height()) == (20, 40, 20)
    assert true.get_linestyle() == "--"


def test_a_box_has_four_numbers():
    with pytest.raises(ValueError, match=r"box must have shape \(4,\), got \(3,\)"):
        draw(box=[1, 2, 3])
