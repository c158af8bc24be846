import numpy as np
import pytest

from scratchcv.layers import Conv2d, Sequential
from scratchcv.visualize import figure_png, receptive_field_figure


def stack(length):
    rng = np.random.default_rng(0)
    return Sequential(*[Conv2d(1 if i == 0 else 2, 2, 3, padding=1, rng=rng) for i in range(length)])


def test_one_panel_a_network_with_its_receptive_field():
    figure = receptive_field_figure({f"{L}": stack(L) for L in (1, 2, 3)}, (1, 11, 13))
    assert [ax.get_title() for ax in figure.axes] == ["1: 3×3", "2: 5×5", "3: 7×7"]
    for L, ax in enumerate(figure.axes, 1):
        (frame,) = ax.patches
        assert frame.get_xy() == (6 - L, 5 - L)
        assert (frame.get_width(), frame.get_height()) == (1 + 2 * L, 1 + 2 * L)
        shades = ax.images[0].get_array()
        assert shades.shape == (11, 13)
        assert np.count_nonzero(shades) == (1 + 2 * L) ** 2


def test_a_network_that_sees_nothing_has_no_frame():
    blind = Conv2d(1, 1, 3, padding=1)
    blind.weight.value[...] = 0
    (ax,) = receptive_field_figure({"blind": blind}, (1, 5, 5)).axes
    assert ax.get_title() == "blind: 0×0"
    assert not ax.patches
    assert figure_png(ax.figure)


def test_a_bad_shape_is_told():
    with pytest.raises(ValueError, match="x must have shape"):
        receptive_field_figure({"two channels": Conv2d(2, 1, 3)}, (1, 5, 5))
