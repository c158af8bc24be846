"""YOLO's cells on an image."""

import numpy as np
import pytest

from scratchcv.boxes import encode_yolo_grid
from scratchcv.visualize import draw_yolo_cells

BLACK = np.zeros((60, 90, 3), np.uint8)
BOXES = np.array([[10.0, 5.0, 40.0, 25.0], [50.0, 30.0, 88.0, 58.0]])


@pytest.mark.parametrize("sizes", ["image", "cell"])
def test_boxes_are_outlined_where_they_came_from(sizes):
    grid_boxes, grid_labels = encode_yolo_grid(BOXES, [2, 1], (60, 90), 3, sizes=sizes)
    (ax,) = draw_yolo_cells(BLACK, grid_boxes, grid_labels, ["", "cat", "dog"], sizes=sizes).axes
    outlined = [patch for patch in ax.patches if not patch.get_fill()]
    corners = [(*patch.get_xy(), patch.get_width(), patch.get_height()) for patch in outlined]
    np.testing.assert_allclose(corners, [[10, 5, 30, 20], [50, 30, 38, 28]])
    assert [text.get_text() for text in ax.texts] == ["dog", "cat"]


def test_the_cell_of_the_midpoint_is_tinted():
    grid_boxes, grid_labels = encode_yolo_grid(BOXES, [2, 1], (60, 90), 3)
    (ax,) = draw_yolo_cells(BLACK, grid_boxes, grid_labels).axes
    tinted = [(*patch.get_xy(), patch.get_width(), patch.get_height()) for patch in ax.patches[-2:]]
    assert tinted == [(0, 0, 30, 20), (60, 40, 30, 20)]
    points = [tuple(float(line.get_data()[axis][0]) for axis in (0, 1)) for line in ax.lines]
    np.testing.assert_allclose(points, [(25, 15), (69, 44)])


def test_an_empty_grid_has_only_its_lines():
    (ax,) = draw_yolo_cells(BLACK, np.zeros((2, 2, 4)), np.zeros((2, 2), int)).axes
    assert not ax.patches
    assert not ax.texts
    assert len(ax.collections) == 2


def test_it_draws_where_it_is_told():
    given = draw_yolo_cells(BLACK, np.zeros((2, 2, 4)), np.zeros((2, 2), int)).axes[0]
    assert draw_yolo_cells(BLACK, np.zeros((2, 2, 4)), np.zeros((2, 2), int), ax=given).axes == [given]


def test_what_does_not_fit_is_told():
    with pytest.raises(ValueError, match=r"grid_boxes must have shape \(2, 2, 4\), got \(3, 3, 4\)"):
        draw_yolo_cells(BLACK, np.zeros((3, 3, 4)), np.zeros((2, 2), int))
