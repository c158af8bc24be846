import pytest

from scratchcv.visualize import figure_png, map_sizes_figure

ROWS = {"one": [14, 10, 5, 1], "large": [28, 24, 12, 8]}


def test_every_map_is_drawn_to_scale_with_the_share_of_one_window():
    figure = map_sizes_figure(ROWS, ["conv", "pool", "FC"])
    widths = [patch.get_width() for patch in figure.axes[0].patches]
    assert widths[::2] == [14, 10, 5, 1, 28, 24, 12, 8]
    assert widths[1::2] == [14, 10, 5, 1] * 2
    written = [text.get_text() for text in figure.axes[0].texts]
    assert {"one", "large", "14×14", "8×8", "conv", "pool", "FC"} <= set(written)
    assert written.count("FC") == 1
    assert figure_png(figure)


def test_maps_and_layers_belong_together():
    with pytest.raises(ValueError, match="row 'large' must have 3 sides, got 4"):
        map_sizes_figure({"one": [3, 2, 1], "large": [4, 3, 2, 1]}, ["conv", "FC"])
