"""The stacked bars of stages: what is drawn, and in which panel."""

import pytest

from scratchcv.visualize import figure_png, plot_stages

TABLE = {
    "R-CNN": {"proposals": 2.0, "features": 38.0, "heads": 1.0},
    "Fast R-CNN": {"proposals": 2.0, "features": 0.25},
    "Faster R-CNN": {"features": 0.25, "proposals": 0.0},
}


def widths(ax):
    return sorted(round(bar.get_width(), 6) for bar in ax.patches if bar.get_width())


def test_each_panel_leaves_out_the_slowest_of_the_last():
    first, second = plot_stages(TABLE).axes
    assert [label.get_text() for label in first.get_yticklabels()] == list(TABLE)
    assert [label.get_text() for label in second.get_yticklabels()] == list(TABLE)[1:]
    assert widths(first) == [0.25, 0.25, 1.0, 2.0, 2.0, 38.0]
    assert widths(second) == [0.25, 0.25, 2.0]


def test_stages_are_stacked_and_summed():
    first, _ = plot_stages(TABLE).axes
    edges = sorted(
        (bar.get_x(), bar.get_x() + bar.get_width()) for bar in first.patches if bar.get_width() > 0
    )
    assert (0, 2) in edges
    assert (2, 40) in edges
    assert (40, 41) in edges
    assert [text.get_text() for text in first.texts] == ["41 s", "2.2 s", "0.25 s"]


def test_a_stage_has_one_colour_everywhere():
    first, second = plot_stages(TABLE).axes
    colors = {round(bar.get_width(), 3): bar.get_facecolor() for bar in first.patches}
    assert {round(bar.get_width(), 3): bar.get_facecolor() for bar in second.patches}[2.0] == colors[2.0]
    legend = [text.get_text() for text in first.get_legend().get_texts()]
    assert legend == ["proposals", "features", "heads"]


@pytest.mark.parametrize("table", [{"one": {"a": 1.0}}, {"one": {}}, {"a": {"x": 0.0}, "b": {"x": 0.0}}])
def test_few_and_empty_bars_are_drawn(table):
    assert figure_png(plot_stages(table)).startswith(b"\x89PNG")


def test_bad_numbers_are_named():
    with pytest.raises(ValueError, match="at least one detector"):
        plot_stages({})
    with pytest.raises(ValueError, match=r"seconds\['a'\]\['x'\] must be finite and not negative, got -1"):
        plot_stages({"a": {"x": -1.0}})
    with pytest.raises(ValueError, match="got nan"):
        plot_stages({"a": {"x": float("nan")}})
