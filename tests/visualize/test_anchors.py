import numpy as np
import pytest

from scratchcv.boxes import BACKGROUND, hard_negative_mask
from scratchcv.visualize import class_color
from scratchcv.visualize.anchors import draw_default_boxes, matching_figure, mining_figure
from scratchcv.visualize.palette import HIT, MISS

BLACK = np.zeros((60, 90, 3), np.uint8)
NAMES = ["background", "cat", "dog"]


def edges(patches):
    return [(*patch.get_xy(), patch.get_width(), patch.get_height()) for patch in patches]


def hex_color(patch):
    return "#" + "".join(f"{round(255 * channel):02X}" for channel in patch.get_edgecolor()[:3])


def test_boxes_that_learn_lie_solid_over_dashed_ones():
    boxes = [[0, 0, 30, 30], [10, 10, 40, 40], [20, 20, 50, 50]]
    (ax,) = draw_default_boxes(BLACK, boxes, (2, 3), ["#009E73", None, None]).axes
    assert [patch.get_linestyle() for patch in ax.patches] == ["--", "--", "-"]
    assert edges(ax.patches) == [(10, 10, 30, 30), (20, 20, 30, 30), (0, 0, 30, 30)]


def test_the_cells_divide_the_picture():
    (ax,) = draw_default_boxes(BLACK, [], (2, 3)).axes
    across, down = (lines.get_segments() for lines in ax.collections)
    assert [line[0][1] for line in across] == [0, 30, 60]
    assert [line[0][0] for line in down] == [0, 30, 60, 90]
    assert not ax.patches


def test_a_box_beyond_the_border_does_not_move_the_picture():
    (ax,) = draw_default_boxes(BLACK, [[-50, -50, 200, 200]], (1, 1)).axes
    assert ax.get_xlim() == (0, 90)
    assert ax.get_ylim() == (60, 0)


def test_every_map_shows_its_own_matches_in_the_objects_colour():
    default_boxes = np.arange(24, dtype=float).reshape(6, 4)
    matches = np.array([BACKGROUND, 1, BACKGROUND, 0, 0, 1])
    target = {"boxes": [[0, 0, 5, 5], [5, 5, 9, 9]], "labels": [2, 2]}
    figure = matching_figure(
        BLACK, target, default_boxes, matches, [(2, 2), (1, 1)], NAMES, boxes_per_cell=[1, 2]
    )
    truth, fine, coarse = figure.axes
    assert [ax.get_title() for ax in figure.axes] == [
        "ground truth",
        "2×2: 2 of 4 match",
        "1×1: 2 of 2 match",
    ]
    assert [text.get_text() for text in truth.texts] == ["dog", "dog"]
    assert [hex_color(patch) for patch in truth.patches] == [class_color(1), class_color(2)]
    assert [patch.get_xy() for patch in fine.patches] == [(4, 5), (12, 13)]
    assert [hex_color(patch) for patch in fine.patches] == [class_color(2), class_color(1)]
    assert [hex_color(patch) for patch in coarse.patches] == [class_color(1), class_color(2)]


def test_an_image_without_objects_matches_nothing():
    target = {"boxes": np.zeros((0, 4)), "labels": np.zeros(0, np.int64)}
    figure = matching_figure(BLACK, target, np.ones((4, 4)), np.full(4, BACKGROUND), [(1, 1)])
    assert [ax.get_title() for ax in figure.axes] == ["ground truth", "1×1: 0 of 4 match"]
    assert not any(ax.patches for ax in figure.axes)


def test_mined_boxes_are_those_of_the_library():
    rng = np.random.default_rng(0)
    corners = rng.uniform(0, 40, (50, 2))
    boxes = np.concatenate([corners, corners + 10], axis=1)
    losses, positive = rng.random(50), np.arange(50) < 4
    mined = hard_negative_mask(losses[None], positive[None])[0]
    left, right = mining_figure(BLACK, boxes, losses, positive).axes
    assert left.get_title() == "4 positive, 12 mined, 34 do not count"
    assert [len(points.get_offsets()) for points in left.collections] == [34, 12, 4]
    shown = left.collections[1].get_offsets()
    np.testing.assert_array_equal(shown[:, 1], losses[mined])
    ranks = np.concatenate([points.get_offsets()[:, 0] for points in left.collections])
    assert sorted(ranks) == list(range(1, 51))
    assert [hex_color(patch) for patch in right.patches] == [MISS] * 12 + [HIT] * 4
    np.testing.assert_allclose([patch.get_xy() for patch in right.patches[:12]], boxes[mined, :2])


def test_the_highest_loss_has_rank_one():
    left, _ = mining_figure(BLACK, np.ones((3, 4)), [0.1, 0.9, 0.5], [False, False, True], ratio=1).axes
    rest, mined, positive = (points.get_offsets().tolist() for points in left.collections)
    assert (rest, mined, positive) == ([[3, 0.1]], [[1, 0.9]], [[2, 0.5]])


def test_without_positives_nothing_is_mined():
    left, right = mining_figure(BLACK, np.ones((3, 4)), np.ones(3), np.zeros(3, bool)).axes
    assert left.get_title() == "0 positive, 0 mined, 3 do not count"
    assert not right.patches


def test_what_does_not_fit_is_told():
    with pytest.raises(ValueError, match=r"boxes must have shape \(N, 4\), got \(1, 3\)"):
        draw_default_boxes(BLACK, [[1, 2, 3]], (1, 1))
    with pytest.raises(ValueError, match="2 boxes need as many colors, got 1"):
        draw_default_boxes(BLACK, np.ones((2, 4)), (1, 1), [None])
    with pytest.raises(ValueError, match="the feature maps have 8 default boxes, got 4"):
        matching_figure(BLACK, {"boxes": [], "labels": []}, np.ones((4, 4)), [-1] * 4, [(1, 2)])
    with pytest.raises(ValueError, match=r"background_loss must have shape \(3,\), got \(2,\)"):
        mining_figure(BLACK, np.ones((3, 4)), np.ones(2), np.zeros(3, bool))
