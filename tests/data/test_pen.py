import numpy as np
import pytest

from scratchcv.data.chance import generator
from scratchcv.data.pen import Pen, direction


def pen_with(scale=(10, 10), axis=(1.0, 0.0), flip=False):
    return Pen(generator(0), scale, axis, flip)


@pytest.mark.parametrize(("t", "vector"), [(0, (1, 0)), (1, (0, 1)), (-1, (0, -1)), (3, (-0.8, 0.6))])
def test_direction(t, vector):
    assert direction(t) == pytest.approx(vector)


def test_place_scales_then_turns():
    assert pen_with((10, 20)).place((1, 2)) == (10, 40)
    assert pen_with((10, 20), axis=(0.0, 1.0)).place((1, 2)) == (-40, 10)
    assert pen_with((10, 20), flip=True).place((1, 2)) == (-10, 40)


def test_ellipse_turns_with_the_thing_and_by_its_tilt():
    lying = pen_with().ellipse((0, 0), (2, 1)).bounds
    assert lying == (-20, -10, 20, 10)
    assert pen_with(axis=(0.0, 1.0)).ellipse((0, 0), (2, 1)).bounds == (-10, -20, 10, 20)
    assert pen_with().ellipse((0, 0), (2, 1), tilt=1).bounds == (-10, -20, 10, 20)


def test_disc_stays_round_when_the_thing_is_stretched():
    assert pen_with((40, 10)).disc((0, 0), 1).bounds == (-20, -20, 20, 20)


def test_rounding_cuts_corners_only():
    sharp, round_ = pen_with().rectangle(-1, -1, 1, 1), pen_with().rectangle(-1, -1, 1, 1, rounding=0.5)
    corner, side = np.float32([[9.5]]), np.float32([[0]])
    assert sharp.distance(corner, corner) < 0 < round_.distance(corner, corner)
    assert round_.distance(corner, side) == pytest.approx(-0.5)
    assert round_.bounds == (-10, -10, 10, 10)


def test_rounding_is_limited_to_half_a_side():
    shape = pen_with().rectangle(-1, -1, 1, 1, rounding=50)
    assert shape.distance(np.float32([[0]]), np.float32([[0]])) < -8


def test_sprite_holds_the_drawing_with_its_outline_and_shade():
    pen = pen_with()
    pen.paint(pen.rectangle(-1, -1, 1, 1), (1, 1, 1))
    pen.keypoints["middle"] = pen.place((0, 0))
    sprite = pen.sprite()
    height, width = sprite.layer.shape[1:]
    assert (height, width) == (26, 26)  # 20, an outline of 1 and room on each side
    assert np.count_nonzero(sprite.layer[3]) == 22 * 22
    assert sprite.keypoints == {"middle": (13, 13)}
    column = sprite.layer[0, 3:-3, 13]
    assert (np.diff(column) < 0).all()
    assert 0.75 < column.min() < column.max() < 1


def test_later_parts_cover_earlier_ones():
    pen = pen_with()
    pen.paint(pen.rectangle(-1, -1, 1, 1), (1, 0, 0))
    pen.paint(pen.disc((0, 0), 0.5), (0, 1, 0), outlined=False)
    red, green, _, alpha = pen.sprite().layer[:, 13, 13]
    assert red == 0
    assert green > 0.8
    assert alpha == 1


def test_colours_are_colours():
    for seed in range(200):
        pen = Pen(generator(seed), (1, 1), (1, 0), False)
        colours = np.array([pen.main, pen.second, pen.third, pen.pale, pen.dark])
        assert ((colours >= 0) & (colours <= 1)).all()
        assert max(pen.dark) <= 0.2
