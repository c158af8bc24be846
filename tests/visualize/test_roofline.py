import numpy as np
import pytest
from matplotlib.text import Text

from scratchcv.visualize import attainable_speed, figure_png, ladder_figure, roofline_figure


def test_memory_bounds_on_the_left_of_the_ridge_and_arithmetic_on_its_right():
    assert attainable_speed([1, 5, 20], peak=100, bandwidth=10).tolist() == [10, 50, 100]
    assert attainable_speed(10, peak=100, bandwidth=10) == 100


def test_a_roof_goes_through_its_ridge():
    ax = roofline_figure({"one": (100, 10), "two": (200, 16)}, {"ReLU": (0.25, 2.0)}).axes[0]
    one, two = ax.lines[:2]
    assert (one.get_xdata()[1], one.get_ydata()[1]) == (10, 100)
    assert (two.get_xdata()[1], two.get_ydata()[1]) == (12.5, 200)
    assert one.get_ydata()[2] == 100
    np.testing.assert_allclose(one.get_ydata()[0], 10 * one.get_xdata()[0])


def test_points_are_where_they_were_measured_and_inside():
    points = {"a": (0.01, 0.001), "b": (500.0, 900.0)}
    ax = roofline_figure({"one": (100, 10)}, points).axes[0]
    drawn = [(line.get_xdata()[0], line.get_ydata()[0]) for line in ax.lines[1:]]
    assert drawn == list(points.values())
    (left, right), (low, high) = ax.get_xlim(), ax.get_ylim()
    assert all(left < x < right and low < y < high for x, y in drawn)


def test_names_of_neighbours_make_room():
    points = {f"step {i}": (100.0, 50.0 + i) for i in range(5)} | {"far": (0.1, 52.0)}
    figure = roofline_figure({"one": (100, 10)}, points)
    figure_png(figure)
    boxes = {text.get_text(): Text.get_window_extent(text) for text in figure.axes[0].texts}
    assert set(boxes) == set(points)
    tops = sorted((boxes[f"step {i}"].y0, boxes[f"step {i}"].y1) for i in range(5))
    centres = [(low + high) / 2 for low, high in tops]
    assert np.diff(centres).min() > 0.13 * figure.dpi
    np.testing.assert_allclose(centres, [sum(tops[i]) / 2 for i in range(5)])


def test_names_are_no_formulas():
    texts = roofline_figure({"$x$": (100, 10)}, {"$y$": (1, 1)}).axes[0]
    assert not texts.texts[0].get_parse_math()
    assert texts.get_legend().get_texts()[0].get_text() == "$x$: 100 GFLOP/s, 10 GB/s"


@pytest.mark.parametrize(("roof", "point"), [((0, 1), (1, 1)), ((1, -1), (1, 1)), ((1, 1), (1, 0))])
def test_a_logarithmic_axis_has_no_zero(roof, point):
    with pytest.raises(ValueError, match="must be positive"):
        roofline_figure({"one": roof}, {"a": point})


def test_each_step_says_its_gain_over_the_one_before():
    ax = ladder_figure({"a": 0.5, "b": 20, "c": 10}, lines={"peak": 200, "PyTorch": 150}).axes[0]
    words = [text.get_text() for text in ax.texts]
    assert words == ["PyTorch: 150 ", "peak: 200 ", "0.5", "20   × 40", "10   × 0.5"]
    assert [bar.get_width() for bar in ax.patches] == [0.5, 20, 10]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["a", "b", "c"]
    assert ax.get_ylim()[0] > ax.get_ylim()[1]  # the first is on top


@pytest.mark.parametrize(("speeds", "lines"), [({}, {}), ({"a": 0}, {}), ({"a": 1}, {"peak": 0})])
def test_a_ladder_needs_positive_speeds(speeds, lines):
    with pytest.raises(ValueError, match="must be positive"):
        ladder_figure(speeds, lines=lines)
