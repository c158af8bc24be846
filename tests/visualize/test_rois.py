"""The figure of RoI pooling: what is drawn is what the functions look at."""

import numpy as np
import pytest

from scratchcv.layers import roi_align, roi_pool
from scratchcv.visualize import figure_png, roi_figure, roi_slider

IMAGE = np.zeros((64, 96, 3), np.uint8)
MAP = np.arange(96.0).reshape(8, 12)
BOX = np.array([10, 13, 50, 60.0])


def rectangles(ax):
    return [patch for patch in ax.patches if hasattr(patch, "get_width")]


def test_bins_hold_the_maxima_that_come_out():
    first, second, third = roi_figure(IMAGE, MAP, BOX, (2, 3)).axes
    y = roi_pool(MAP[None, None], np.insert(BOX, 0, 0)[None], (2, 3), 1 / 8)[0]
    assert third.images[0].get_array().tolist() == y[0, 0].tolist()
    projected, *bins = rectangles(second)
    assert projected.get_bbox().extents.tolist() == (BOX / 8).tolist()
    assert rectangles(first)[0].get_bbox().extents.tolist() == BOX.tolist()
    assert len(bins) == 6
    for patch, value in zip(bins, y.ravel(), strict=True):
        x1, y1, x2, y2 = np.rint(patch.get_bbox().extents).astype(int)
        assert MAP[y1:y2, x1:x2].max() == value
    assert [text.get_text() for text in third.texts][-1] == f"{y.max():.3g}"


def test_align_has_four_samples_a_bin():
    _, second, third = roi_figure(IMAGE, MAP, BOX, 3, pooling="align").axes
    y = roi_align(MAP[None, None], np.insert(BOX, 0, 0)[None], 3, 1 / 8, 2, aligned=True)
    assert third.images[0].get_array().tolist() == y[0, 0].tolist()
    samples = second.lines[-1]
    assert len(samples.get_xdata()) == 4 * 9
    assert samples.get_xdata().min() == pytest.approx(10 / 8 + 5 / 12)


def test_it_renders_and_slides():
    assert figure_png(roi_figure(IMAGE, MAP, BOX, 7)).startswith(b"\x89PNG")
    pytest.importorskip("ipywidgets", reason="ipywidgets is not installed: the figure is shown alone")
    slider = roi_slider(IMAGE, MAP, BOX)
    assert slider.label.value.endswith("1.25, 1.62, 6.25, 7.50")
    slider.sliders["right"].value = 6
    assert slider.label.value.endswith("2.00, 1.62, 7.00, 7.50")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((IMAGE, MAP[0], BOX), r"feature_map must have shape \(h, w\), got \(12,\)"),
        ((IMAGE, MAP, BOX[:3]), r"box must have shape \(4,\), got \(3,\)"),
        ((IMAGE, MAP, BOX, 0), "output_size"),
    ],
)
def test_bad_input(arguments, message):
    with pytest.raises(ValueError, match=message):
        roi_figure(*arguments)
    with pytest.raises(ValueError, match="pooling must be 'pool' or 'align', got 'max'"):
        roi_figure(IMAGE, MAP, BOX, pooling="max")
