"""The image pyramid: sides, windows and their pixels."""

import numpy as np
import pytest

from scratchcv.boxes import count_windows
from scratchcv.models import ImagePyramid
from scratchcv.testing import assert_close


@pytest.fixture
def pyramid():
    return ImagePyramid(8, [0.3, 0.5, 1], stride=2)


def test_sides_and_counts(pyramid):
    assert pyramid.sides == [26, 16, 8]  # 8 / .3 = 26.7, in steps of 2 from 8 on
    assert pyramid.counts == [100, 25, 1] == [count_windows((n, n), (8, 8), 2) for n in pyramid.sides]
    assert pyramid.windows.shape == (126, 4)
    assert pyramid.windows.dtype == np.float32


def test_the_windows_of_a_level_reach_from_edge_to_edge(pyramid):
    first, last = pyramid.windows[0], pyramid.windows[99]
    assert_close(first, np.float32([0, 0, 8 / 26, 8 / 26]))
    assert_close(last, np.float32([18 / 26, 18 / 26, 1, 1]))
    assert_close(pyramid.windows[101], np.float32([2 / 16, 0, 10 / 16, 8 / 16]))


def test_levels_are_the_image_normalised_and_stretched(pyramid):
    plain = np.full((3, 20, 50), 0.5)
    levels = pyramid.levels([plain, plain], np.float64)
    assert [level.shape for level in levels] == [(2, 3, 26, 26), (2, 3, 16, 16), (2, 3, 8, 8)]
    expected = (0.5 - np.array([0.485, 0.456, 0.406])) / [0.229, 0.224, 0.225]
    assert_close(levels[1][1, :, 3, 9], expected, rtol=1e-6)
    assert [level.shape[0] for level in pyramid.levels([])] == [0, 0, 0]


def test_windows_are_views_of_their_pixels(pyramid):
    level = np.random.default_rng(0).random((3, 26, 26))
    views = pyramid.views(level)
    assert views.shape == (10, 10, 3, 8, 8)
    assert np.shares_memory(views, level)
    assert (views[2, 7] == level[:, 4:12, 14:22]).all()


def test_cutting_by_number(pyramid):
    rng = np.random.default_rng(0)
    levels = [rng.random((3, side, side), np.float32) for side in pyramid.sides]
    numbers = np.array([125, 0, 101, 99])
    crops = pyramid.cut(levels, numbers)
    assert crops.dtype == np.float32
    assert (crops[0] == levels[2]).all()
    assert (crops[1] == levels[0][:, :8, :8]).all()
    assert (crops[2] == levels[1][:, :8, 2:10]).all()
    assert (crops[3] == levels[0][:, 18:, 18:]).all()
    assert pyramid.cut(levels, np.zeros(0, np.int64)).shape == (0, 3, 8, 8)


@pytest.mark.parametrize("scales", [[], [0.0], [0.5, 1.2], [float("nan")]])
def test_bad_scales(scales):
    with pytest.raises(ValueError, match="scales must be one number or more, above 0, at most 1, got"):
        ImagePyramid(8, scales, stride=2)
