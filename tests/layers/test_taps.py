"""Tables of taps: weights by distance, borders, what the lectures print."""

import math

import numpy as np
import pytest

from scratchcv.layers.taps import Taps, check_taps, cubic_taps, half_pixel_positions, linear_taps, single_taps
from scratchcv.testing import assert_close


def matrix(taps, size):
    """The first table's matrix, output by output."""
    dense = np.zeros((taps.first.shape[1], size))
    for output, (first, length) in enumerate(zip(taps.first[0], taps.length[0], strict=True)):
        dense[output, first : first + length] = taps.weights[0, output, :length]
    return dense


@pytest.mark.parametrize("position", [1.0, 1.25, 1.5, 2.999, 0.0])
def test_the_lectures_formula_lists_four_pixels_of_which_two_count(position):
    """S1, line 1557: i runs from ⌊x⌋ - 1 to ⌈x⌉ + 1."""
    listed = np.arange(math.floor(position) - 1, math.ceil(position) + 2)
    weights = np.maximum(0, 1 - abs(position - listed))
    assert len(listed) == (3 if position.is_integer() else 4)
    assert np.count_nonzero(weights) == (1 if position.is_integer() else 2)
    row = matrix(linear_taps(np.array([[position]]), 5), 5)[0]
    used = weights > 0
    assert_close(row[listed[used]], weights[used])
    assert row.sum() == 1


def test_bilinear_table_of_one_row():
    positions = half_pixel_positions(4, 0.5)
    assert positions.tolist() == [-0.25, 0.25, 0.75, 1.25]
    assert matrix(linear_taps(positions[None], 2), 2).tolist() == [[1, 0], [0.75, 0.25], [0.25, 0.75], [0, 1]]


def test_bicubic_table_of_one_row():
    """S0, lines 683-686: two pixels to four; of the four taps of an output two repeat the border."""
    weights = matrix(cubic_taps(half_pixel_positions(4, 0.5)[None], 2), 2)
    assert weights[:2].round(4).tolist() == [[1.1055, -0.1055], [0.7734, 0.2266]]
    assert_close(weights[2:], weights[1::-1, ::-1])


def test_cubic_weights_by_hand():
    """Halfway the four taps weigh a/8 and (4 - a)/8."""
    for a in (-0.75, -0.5):
        expected = [[a / 8, (4 - a) / 8, (4 - a) / 8, a / 8]]
        assert_close(matrix(cubic_taps(np.array([[1.5]]), 4, a), 4), np.array(expected))


@pytest.mark.parametrize("table", [linear_taps, cubic_taps])
def test_on_a_pixel_it_is_that_pixel(table):
    assert_close(matrix(table(np.arange(5.0)[None], 5), 5), np.eye(5))


@pytest.mark.parametrize("table", [linear_taps, cubic_taps])
def test_weights_add_up_to_one_and_keep_straight_lines(table):
    positions = np.random.default_rng(0).uniform(1, 6, (1, 50))
    weights = matrix(table(positions, 8), 8)
    assert_close(weights.sum(axis=1), np.ones(50))
    if table is linear_taps:  # cubic convolution does so for a = -1/2 alone
        assert_close(weights @ np.arange(8), positions[0])
    assert_close(matrix(cubic_taps(positions, 8, a=-0.5), 8) @ np.arange(8), positions[0])


def test_beyond_the_border():
    positions = np.array([[-3.0, -0.25, 1.25, 7.0]])
    assert matrix(linear_taps(positions, 2), 2).tolist() == [[1, 0], [1, 0], [0, 1], [0, 1]]
    zero = linear_taps(positions, 2, border="zero")
    assert matrix(zero, 2).tolist() == [[0, 0], [0.75, 0], [0, 0.75], [0, 0]]
    assert zero.length.tolist() == [[0, 1, 1, 0]]


def test_means_of_samples():
    positions = np.array([[[0.0, 0.5], [1.0, 5.0]]])
    taps = linear_taps(positions, 3, np.array([[[0.5, 0.5], [1.0, 0.0]]]))
    assert matrix(taps, 3).tolist() == [[0.75, 0.25, 0], [0, 1, 0]]
    assert taps.length.tolist() == [[2, 1]]


@pytest.mark.parametrize("shape", [(0, 3), (2, 0), (2, 3, 0)])
def test_tables_of_nothing(shape):
    taps = linear_taps(np.zeros(shape), 4, np.zeros(shape))
    assert taps.first.shape == shape[:2] == taps.length.shape
    assert not taps.length.any()


def test_single_pixels():
    taps = single_taps(np.array([2, 0, 2]))
    assert isinstance(taps, Taps)
    assert matrix(taps, 3).tolist() == [[0, 0, 1], [1, 0, 0], [0, 0, 1]]


def test_which_tables_copy():
    assert single_taps(np.array([2, 0, 2])).are_copies()
    assert not linear_taps(np.array([[0.5]]), 2).are_copies()
    assert not linear_taps(np.array([[1.0]]), 2, np.array([[0.5]])).are_copies()
    assert not linear_taps(np.array([[9.0]]), 2, border="zero").are_copies()
    assert not Taps(np.zeros((2, 1), int), np.ones((2, 1), int), np.ones((2, 1, 1))).are_copies()


def test_tables_that_leave_the_image():
    first, length, weights = linear_taps(np.array([[0.5, 1.5]]), 3)
    kept = check_taps("rows", Taps(first, length, weights), 3, np.float32)
    assert kept.weights.dtype == np.float32
    for bad, message in [
        (Taps(first + 1, length, weights), "rows must take pixels in 0…2, got 1 to 3"),
        (Taps(first - 1, length, weights), r"rows\.first must lie in 0…2, got rows\.first\[.*\] = -1"),
        (Taps(first, length + 1, weights), r"rows\.length must lie in 0…2, got rows\.length\[.*\] = 3"),
        (Taps(first, length[:, :1], weights), r"rows.length must have shape \(1, 2\), got \(1, 1\)"),
        (Taps(first, length, weights[0]), r"rows.weights must have shape \(1, 2, taps\), got \(2, 2\)"),
    ]:
        with pytest.raises(ValueError, match=message):
            check_taps("rows", bad, 3, np.float64)
    with pytest.raises(TypeError, match=r"rows.first must be integers, got float64"):
        check_taps("rows", Taps(first + 0.5, length, weights), 3, np.float64)
