import numpy as np
import pytest
from matplotlib.colors import to_hex

from scratchcv.visualize import figure_png, paint_segments, proposals_figure, segments_figure
from scratchcv.visualize.palette import HIT, MISS

IMAGE = np.arange(4 * 6 * 3, dtype=np.uint8).reshape(4, 6, 3)
HALVES = np.repeat([[0, 0, 0, 1, 1, 1]], 4, axis=0)


def test_segments_have_their_mean_colors():
    painted = paint_segments(IMAGE, HALVES, borders=False)
    assert painted.dtype == np.uint8
    assert painted[2, 1].tolist() == IMAGE[:, :3].reshape(-1, 3).mean(axis=0).round().tolist()
    assert (painted[:, 3:] == IMAGE[:, 3:].reshape(-1, 3).mean(axis=0).round()).all()
    np.testing.assert_array_equal(paint_segments(IMAGE, np.arange(24).reshape(4, 6), borders=False), IMAGE)
    np.testing.assert_array_equal(
        paint_segments(IMAGE, 7 * HALVES, borders=False), painted
    )  # numbers may lack


def test_borders_are_white():
    white = (paint_segments(IMAGE, HALVES) == 255).all(axis=2)
    assert white.sum(axis=0).tolist() == [0, 0, 4, 0, 0, 0]
    white = (paint_segments(IMAGE, np.pad([[1]], ((1, 2), (2, 3)))) == 255).all(axis=2)
    assert np.argwhere(white).tolist() == [[0, 2], [1, 1], [1, 2]]


def test_segmentations_stand_beside_the_image():
    segmentations = {"k = 100": HALVES, "k = 1000": 0 * HALVES}
    figure = segments_figure(IMAGE, segmentations, columns=2)
    assert [ax.get_title() for ax in figure.axes] == ["image", "k = 100: 2", "k = 1000: 1"]
    assert [ax.get_subplotspec().rowspan.start for ax in figure.axes] == [0, 0, 1]
    assert figure_png(figure)
    assert len(segments_figure(np.moveaxis(IMAGE, 2, 0) / 255, {}).axes) == 1


def test_found_and_missed_objects_have_their_colors():
    image = np.zeros((40, 50, 3), np.uint8)
    proposals = [[0, 0, 50, 40], [10, 10, 20, 19], [30, 30, 34, 34]]
    figure = proposals_figure(image, proposals, [[10, 10, 20, 20], [30, 30, 40, 40]], (1, 2, 9))
    assert [ax.get_title() for ax in figure.axes] == [
        "1 proposal: 0 of 2 found",
        "2 proposals: 1 of 2 found",
        "3 proposals: 1 of 2 found",
    ]
    colors = [[to_hex(patch.get_edgecolor()).upper() for patch in ax.patches] for ax in figure.axes]
    assert colors[0] == ["#FFFFFF", MISS, MISS]
    assert colors[1] == ["#FFFFFF"] * 2 + [HIT, HIT, MISS]
    assert figure.axes[1].patches[3].get_bbox().bounds == (10, 10, 10, 9)  # the one that found it
    assert figure_png(figure)


def test_nothing_proposed_and_nothing_there():
    figure = proposals_figure(IMAGE, [], [[0, 0, 2, 2]], (5,))
    assert figure.axes[0].get_title() == "0 proposals: 0 of 1 found"
    assert proposals_figure(IMAGE, [[0, 0, 2, 2]], [], (5,)).axes[0].get_title() == "1 proposal: 0 of 0 found"


def test_what_does_not_fit_is_told():
    with pytest.raises(ValueError, match=r"labels must have shape \(4, 6\), got \(6, 4\)"):
        paint_segments(IMAGE, HALVES.T)
    with pytest.raises(ValueError, match=r"proposals must have shape \(P, 4\), got \(1, 3\)"):
        proposals_figure(IMAGE, [[1, 2, 3]], [])
