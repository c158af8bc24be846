import pytest

from scratchcv.visualize import figure_png, iou_figure, new_figure


def shaded(ax):
    """Return the rectangles of intersection: those with a hatch."""
    return [
        (*patch.get_xy(), patch.get_width(), patch.get_height()) for patch in ax.patches if patch.get_hatch()
    ]


def test_the_exercise_of_lecture_46():
    (ax,) = iou_figure([0, 0, 2, 2], [1, 1, 3, 4]).axes
    assert ax.get_title() == "IoU = 1 / 9 = 0.111: poor"
    assert shaded(ax) == [(1, 1, 1, 1)]
    assert ax.yaxis_inverted()


def test_disjoint_boxes_share_nothing():
    (ax,) = iou_figure([0, 0, 2, 2], [3, 0, 5, 2]).axes
    assert ax.get_title() == "IoU = 0 / 8 = 0.000: poor"
    assert not shaded(ax)


@pytest.mark.parametrize(("bottom", "word"), [(95, "almost perfect"), (80, "pretty good"), (60, "decent")])
def test_the_lecture_words(bottom, word):
    assert iou_figure([0, 0, 100, 100], [0, 0, 100, bottom]).axes[0].get_title().endswith(word)


def test_a_point_is_drawn_too():
    assert iou_figure([1, 1, 1, 1], [1, 1, 1, 1]).axes[0].get_title() == "IoU = 0 / 0 = 0.000: poor"


def test_names_and_place_are_the_readers():
    ax = new_figure(3, 3).subplots()
    assert iou_figure([0, 0, 2, 2], [1, 1, 3, 4], names=("A", "B"), ax=ax) is ax.figure
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["A", "B"]


def test_a_bad_box_is_told():
    with pytest.raises(ValueError, match=r"box2 must have shape \(4,\), got \(1, 4\)"):
        iou_figure([0, 0, 2, 2], [[1, 1, 3, 4]])


def test_names_are_written_as_they_are():
    figure = iou_figure([0, 0, 2, 2], [1, 1, 3, 3], names=(r"a$\frac$b", "_hidden"))
    assert [text.get_text() for text in figure.axes[0].get_legend().get_texts()] == [r"a$\frac$b", "_hidden"]
    assert figure_png(figure)
