import numpy as np
import pytest

from scratchcv.visualize import boxes_figure, difference_figure, figure_png
from scratchcv.visualize.answers import MOST_BOXES


def test_sets_of_boxes_are_told_apart():
    boxes = np.array([[0.0, 0, 4, 4], [2, 2, 9, 9]])
    figure = boxes_figure({"boxes1": boxes, "boxes2": boxes + 1, "none": np.zeros((0, 4))}, {"boxes2": 1})
    ax = figure.axes[0]
    colors = [patch.get_edgecolor()[:3] for patch in ax.patches]
    assert colors[0] == colors[1] != colors[2] == colors[3]
    widths = [patch.get_linewidth() for patch in ax.patches]
    assert widths[3] > widths[0] == widths[1] == widths[2]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["boxes1", "boxes2[1]", "none"]
    assert figure_png(figure)


def test_a_thicket_is_thinned():
    boxes = np.tile([0.0, 0, 1, 1], (MOST_BOXES + 5, 1))
    assert len(boxes_figure({"many": boxes}).axes[0].patches) == MOST_BOXES


def test_maps_share_their_greys_and_the_difference_is_white_at_zero():
    figure = difference_figure([[0, 1], [2, 3]], [[0, 1], [2, 7]])
    expected, got, difference = (ax.images[0] for ax in figure.axes)
    assert expected.get_clim() == got.get_clim() == (0, 7)
    assert difference.get_clim() == (-4, 4)
    assert difference.get_array().tolist() == [[0, 0], [0, 4]]


def test_what_is_not_finite_is_left_white():
    figure = difference_figure([[np.nan, 1.0]], [[0.0, np.inf]])
    assert figure.axes[2].images[0].get_array().mask.all()
    assert figure_png(figure)
    assert figure_png(difference_figure([[np.nan]], [[np.nan]]))


def test_what_is_no_map_is_told():
    with pytest.raises(ValueError, match="found must have shape"):
        difference_figure(np.eye(2), np.eye(3))
