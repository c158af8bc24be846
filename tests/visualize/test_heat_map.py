import numpy as np
import pytest

from scratchcv.visualize import figure_png, heat_map_figure

IMAGE = np.zeros((40, 80, 3), np.uint8)


def test_cells_lie_on_the_centres_of_their_windows():
    """Windows of a quarter, the first centred at an eighth: 4 of them, or one of the whole image."""
    figure = heat_map_figure(
        IMAGE, {"quarter": np.eye(4), "whole": [[0.5]]}, {"quarter": 0.125, "whole": 0.5}
    )
    assert [ax.get_title() for ax in figure.axes] == ["image", "quarter", "whole"]
    (_, quarter), (_, whole) = (ax.images for ax in figure.axes[1:])
    assert list(quarter.get_extent()) == [0, 80, 40, 0]
    assert list(whole.get_extent()) == [0, 80, 40, 0]
    assert quarter.get_clim() == (0, 1)
    assert figure_png(figure)


def test_maps_and_margins_belong_together():
    with pytest.raises(ValueError, match=r"every map needs a margin, got \['a'\] and \['b'\]"):
        heat_map_figure(IMAGE, {"a": np.eye(2)}, {"b": 0.1})
    with pytest.raises(ValueError, match=r"map must have shape \(rows, columns\), got \(2,\)"):
        heat_map_figure(IMAGE, {"a": np.ones(2)}, {"a": 0.1})
