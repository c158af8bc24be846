import numpy as np
import pytest

from scratchcv.visualize import figure_png, image_row


def test_maps_and_pictures_stand_beside_each_other():
    images = {
        "grey": np.array([[0, 0.5], [1, 2]]),
        "float": np.zeros((3, 4, 4), np.float32),
        "bytes": np.full((8, 8, 3), 255, np.uint8),
    }
    figure = image_row(images)
    assert [ax.get_title() for ax in figure.axes] == ["grey", "float", "bytes"]
    grey = figure.axes[0].images[0]
    assert (grey.get_clim(), grey.get_cmap().name) == ((0, 1), "gray")
    assert {ax.images[0].get_interpolation() for ax in figure.axes} == {"nearest"}
    assert figure_png(figure)


def test_signed_maps_are_white_at_zero():
    for values in ([[-1, 4]], [[-4, 0]], [[0, 0]]):
        image = image_row({"map": np.array(values)}, signed=True).axes[0].images[0]
        red, green, blue, _ = image.cmap(image.norm(0))
        assert min(red, green, blue) > 0.95


def test_rows_are_filled_one_by_one():
    figure = image_row({str(i): np.eye(4) for i in range(5)}, columns=2)
    assert [ax.get_subplotspec().rowspan.start for ax in figure.axes] == [0, 0, 1, 1, 2]
    assert not image_row({}).axes


def test_what_is_no_image_is_told():
    with pytest.raises(ValueError, match="image must have shape"):
        image_row({"x": np.zeros((2, 4, 4))})
