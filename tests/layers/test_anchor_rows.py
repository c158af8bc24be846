"""Maps to rows and back: the order of anchors, any shape, bad shapes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scratchcv.boxes import grid_anchors
from scratchcv.layers import maps_to_rows, rows_to_maps


def test_rows_stand_in_the_order_of_grid_anchors():
    """Maps that hold the corner of their own anchor become the list of anchors."""
    cells, sizes, ratios = (3, 5), [(16, 32)], [(0.5, 1, 2)]
    anchors = grid_anchors([cells], (24, 40), sizes, ratios)
    at_origin = grid_anchors([(1, 1)], (8, 8), sizes, ratios)
    maps = np.zeros((1, 6 * 4, *cells), np.float32)
    for a, corners in enumerate(at_origin):
        for c, corner in enumerate(corners):
            steps = np.arange(cells[1]) if c % 2 == 0 else np.arange(cells[0])[:, None]
            maps[0, 4 * a + c] = corner + 8 * steps
    assert (maps_to_rows(maps, 4)[0] == anchors).all()


@given(st.tuples(*[st.integers(0, 3)] * 3), st.integers(1, 3), st.integers(1, 4))
def test_they_are_each_others_inverse(shape, k, columns):
    N, H, W = shape
    maps = np.random.default_rng(0).random((N, k * columns, H, W))
    rows = maps_to_rows(maps, columns)
    assert rows.shape == (N, H * W * k, columns)
    assert (rows_to_maps(rows, maps.shape) == maps).all()


def test_bad_shapes_are_named():
    with pytest.raises(ValueError, match=r"maps must have a multiple of 4 channels, got \(1, 6, 2, 2\)"):
        maps_to_rows(np.zeros((1, 6, 2, 2)), 4)
    with pytest.raises(ValueError, match=r"maps must have shape \(N, k·C, H, W\), got \(6, 2, 2\)"):
        maps_to_rows(np.zeros((6, 2, 2)), 2)
    with pytest.raises(ValueError, match=r"rows must have shape \(1, 12, 2\), got \(1, 11, 2\)"):
        rows_to_maps(np.zeros((1, 11, 2)), (1, 6, 2, 2))
