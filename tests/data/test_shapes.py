import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scratchcv.data.shapes import (
    capsule,
    convex_polygon,
    difference,
    ellipse,
    hsv,
    intersection,
    paint,
    union,
)


def distance_at(shape, x, y):
    return float(shape.distance(np.float32([[x]]), np.float32([[y]]))[0, 0])


def test_distance_to_a_circle():
    disc = ellipse((1, 2), (5, 5))
    assert distance_at(disc, 4, 6) == 0
    assert distance_at(disc, 1, 2) == -5
    assert distance_at(disc, 1, 10) == 3


def test_ellipse_is_zero_on_its_edge_and_finite_in_its_centre():
    shape = ellipse((0, 0), (6, 2), axis=(0.6, 0.8))
    assert distance_at(shape, 3.6, 4.8) == pytest.approx(0, abs=1e-5)
    assert distance_at(shape, -1.6, 1.2) == pytest.approx(0, abs=1e-5)
    assert -6 <= distance_at(shape, 0, 0) < -1
    assert distance_at(shape, 0.36, 0.48) < 0


def test_ellipse_bounds_are_tight():
    angles = np.linspace(0, 2 * np.pi, 2001)
    x = 6 * 0.6 * np.cos(angles) - 2 * 0.8 * np.sin(angles)
    y = 6 * 0.8 * np.cos(angles) + 2 * 0.6 * np.sin(angles)
    bounds = ellipse((0, 0), (6, 2), axis=(0.6, 0.8)).bounds
    assert bounds == pytest.approx((x.min(), y.min(), x.max(), y.max()), abs=1e-4)


@pytest.mark.parametrize("corners", [[(0, 0), (4, 0), (0, 3)], [(0, 3), (4, 0), (0, 0)]])
def test_polygon_in_either_sense_of_rotation(corners):
    triangle = convex_polygon(corners)
    assert distance_at(triangle, 1, 1) == pytest.approx(-1)  # the inscribed circle has radius 1
    assert distance_at(triangle, -2, 1) == pytest.approx(2)
    assert distance_at(triangle, 4, 3) == pytest.approx(
        2.4
    )  # as far behind the long side as (0, 0) before it
    assert triangle.bounds == (0, 0, 4, 3)


def test_capsule_along_and_beyond_its_segment():
    stroke = capsule((0, 0), (4, 0), 1)
    assert distance_at(stroke, 2, 3) == 2
    assert distance_at(stroke, 7, 4) == 4
    assert distance_at(stroke, 1, 0) == -1
    assert stroke.bounds == (-1, -1, 5, 1)


def test_capsule_of_no_length_is_a_disc():
    assert distance_at(capsule((1, 1), (1, 1), 2), 4, 5) == 3


@settings(deadline=None, max_examples=30)
@given(st.floats(-4, 8), st.floats(-4, 4))
def test_set_operations(x, y):
    a, b = ellipse((0, 0), (3, 3)), ellipse((4, 0), (2, 2))
    in_a, in_b = distance_at(a, x, y) < 0, distance_at(b, x, y) < 0
    assert (distance_at(union(a, b), x, y) < 0) == (in_a or in_b)
    assert (distance_at(intersection(a, b), x, y) < 0) == (in_a and in_b)
    if distance_at(b, x, y) != 0:
        assert (distance_at(difference(a, b), x, y) < 0) == (in_a and not in_b)


def test_paint_covers_as_much_as_the_shape():
    layer = np.zeros((4, 40, 40), dtype=np.float32)
    paint(layer, (0, 0), ellipse((20.3, 19.6), (10, 10)), (1, 0.5, 0), (0, 0, 0), 0)
    assert layer[3].sum() == pytest.approx(math.pi * 100, rel=2e-3)
    np.testing.assert_array_equal(layer[0], layer[3])  # premultiplied
    np.testing.assert_array_equal(layer[1], layer[3] * np.float32(0.5))
    assert layer[2].max() == 0


def test_paint_smooths_an_edge_by_the_share_of_the_pixel():
    layer = np.zeros((4, 3, 6), dtype=np.float32)
    paint(layer, (0, 0), convex_polygon([(-9, -9), (2.25, -9), (2.25, 9), (-9, 9)]), (1, 1, 1), (0, 0, 0), 0)
    assert layer[3, 1].tolist() == [1, 1, 0.25, 0, 0, 0]


def test_paint_draws_the_outline_around_the_shape():
    layer = np.zeros((4, 1, 8), dtype=np.float32)
    paint(layer, (0, 0), convex_polygon([(-9, -9), (3, -9), (3, 9), (-9, 9)]), (1, 1, 1), (0, 0, 1), 2)
    assert layer[3, 0].tolist() == [1, 1, 1, 1, 1, 0, 0, 0]
    assert layer[0, 0].tolist() == [1, 1, 1, 0, 0, 0, 0, 0]
    assert layer[2, 0].tolist() == [1, 1, 1, 1, 1, 0, 0, 0]


@pytest.mark.parametrize("centre", [(-30, 5), (5, -30), (60, 5), (5, 60)])
def test_paint_outside_the_layer_does_nothing(centre):
    layer = np.zeros((4, 10, 10), dtype=np.float32)
    paint(layer, (0, 0), ellipse(centre, (4, 4)), (1, 1, 1), (0, 0, 0), 1)
    assert not layer.any()


def test_paint_in_windows_is_paint_in_the_whole():
    shape = ellipse((8.5, 9.25), (7, 4), axis=(0.8, 0.6))
    whole = np.zeros((4, 20, 20), dtype=np.float32)
    paint(whole, (0, 0), shape, (0.2, 0.4, 0.6), (0, 0, 0), 1.5)
    part = np.zeros((4, 9, 7), dtype=np.float32)
    paint(part, (5, 3), shape, (0.2, 0.4, 0.6), (0, 0, 0), 1.5)
    np.testing.assert_array_equal(part, whole[:, 3:12, 5:12])


@pytest.mark.parametrize(
    ("arguments", "colour"),
    [
        ((0, 1, 1), (1, 0, 0)),
        ((1 / 3, 1, 1), (0, 1, 0)),
        ((2 / 3, 1, 1), (0, 0, 1)),
        ((-1 / 3, 1, 1), (0, 0, 1)),
        ((0.5, 0.5, 0.8), (0.4, 0.8, 0.8)),
        ((0.7, 0, 0.3), (0.3, 0.3, 0.3)),
    ],
)
def test_hsv(arguments, colour):
    assert hsv(*arguments) == pytest.approx(colour)
