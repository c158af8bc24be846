import numpy as np
import pytest

from scratchcv.visualize import contact_sheet, detection_grid, figure_png

NAMES = ("background", "cat", "dog")
IMAGES = [np.zeros((40, 60, 3), np.uint8), np.zeros((3, 50, 50), np.float32), np.zeros((64, 32, 3), np.uint8)]
EMPTY = {"boxes": np.empty((0, 4)), "labels": np.empty(0, int)}
TARGETS = [
    {"boxes": [[1, 2, 30, 30]], "labels": [2]},
    EMPTY,
    {"boxes": [[1, 1, 9, 9], [2, 2, 20, 30]], "labels": [1, 2]},
]
PREDICTIONS = [
    {"boxes": [[1, 2, 30, 31], [5, 5, 9, 9]], "labels": [2, 1], "scores": [0.9, 0.4]},
    {**EMPTY, "scores": []},
    {"boxes": [[1, 1, 9, 9]], "labels": [1], "scores": [0.7]},
]


def words(figure):
    return [[text.get_text() for text in ax.texts] for ax in figure.axes]


def test_detections_stand_beside_the_ground_truth():
    figure = detection_grid(IMAGES, TARGETS, PREDICTIONS, NAMES)
    assert words(figure) == [["dog"], ["dog .90"], [], [], ["cat", "dog"], ["cat .70"]]
    assert [ax.get_title() for ax in figure.axes] == ["ground truth", "detected"] * 2 + ["", ""]
    left, right = (ax.get_window_extent() for ax in figure.axes[:2])
    assert left.x1 <= right.x0
    assert left.y0 == pytest.approx(right.y0, abs=1)


def test_the_threshold_decides_what_is_drawn():
    assert words(detection_grid(IMAGES, TARGETS, PREDICTIONS, NAMES, score_threshold=0.3))[1] == [
        "dog .90",
        "cat .40",
    ]


def test_the_legend_names_the_classes_that_occur():
    def legend(figure):
        return [text.get_text() for legend in figure.legends for text in legend.get_texts()]

    assert legend(detection_grid(IMAGES, TARGETS, PREDICTIONS, NAMES)) == ["cat", "dog"]
    assert legend(contact_sheet(IMAGES[:1], TARGETS[:1], NAMES)) == ["dog"]
    assert legend(contact_sheet(IMAGES[1:2], TARGETS[1:2], NAMES)) == []
    assert legend(contact_sheet(IMAGES, TARGETS)) == []


def test_a_contact_sheet_fills_row_by_row():
    figure = contact_sheet(IMAGES * 3, TARGETS * 3, NAMES, columns=4)
    assert len(figure.axes) == 9
    starts = [ax.get_subplotspec().rowspan.start for ax in figure.axes]
    assert starts == [0] * 4 + [1] * 4 + [2]


def test_nothing_to_show_is_an_empty_sheet():
    assert not contact_sheet([], [], NAMES).axes
    assert not detection_grid([], [], [], NAMES).axes


def test_unequal_numbers_are_told():
    with pytest.raises(
        ValueError, match="images, targets and predictions must be equally many, got 3, 3 and 2"
    ):
        detection_grid(IMAGES, TARGETS, PREDICTIONS[:2])
    with pytest.raises(ValueError, match="images and targets must be equally many, got 3 and 1"):
        contact_sheet(IMAGES, TARGETS[:1])


@pytest.mark.parametrize("name", [r"a$\frac$b", "_hidden", "$x$"])
def test_names_are_written_as_they_are(name):
    target = {"boxes": [[1, 2, 30, 30]], "labels": [1]}
    for figure in (
        contact_sheet(IMAGES[:1], [target], ["-", name]),
        detection_grid(IMAGES[:1], [target], [{**target, "scores": [1]}], ["-", name]),
    ):
        (text,) = figure.legends[0].get_texts()
        assert text.get_text() == name
        assert not text.get_parse_math()
        assert figure_png(figure)
