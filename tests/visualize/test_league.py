"""The plane of speed and accuracy."""

import itertools

import pytest

from scratchcv.visualize import plot_league

ROW = {"ms": 10.0, "mAP50": 0.5, "parameters": 1000, "stages": 1}


def test_a_mark_and_a_name_for_each():
    rows = {"a": ROW, "b": {**ROW, "ms": 100.0, "stages": 2}, "c": {**ROW, "mAP50": 0.51}}
    ax = plot_league(rows).axes[0]
    assert len(ax.collections) == 3
    assert sorted(text.get_text() for text in ax.texts) == ["a", "b", "c"]
    assert ax.get_xscale() == "log"
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["one stage", "two stages"]


def test_labels_of_neighbours_stand_apart():
    rows = {name: {**ROW, "ms": 10 + n} for n, name in enumerate("abcdef")}
    heights = sorted(text.xyann[1] for text in plot_league(rows).axes[0].texts)
    assert all(above - below > 0.03 for below, above in itertools.pairwise(heights))


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ({}, "at least one detector, got none"),
        ({"a": {**ROW, "ms": 0}}, r"rows\['a'\]\['ms'\] must be positive"),
    ],
)
def test_bad_rows(rows, message):
    with pytest.raises(ValueError, match=message):
        plot_league(rows)
