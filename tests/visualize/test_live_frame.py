"""Frames of the live demo: decodable, of the right size, boxes where they were found."""

import io

import numpy as np
import pytest
from PIL import Image

from scratchcv.visualize import class_color, live_frame

NAMES = ["background", "cat", "dog"]
NOTHING = {"boxes": np.zeros((0, 4)), "scores": np.zeros(0), "labels": np.zeros(0, int)}


def decode(frame):
    return np.asarray(Image.open(io.BytesIO(frame)).convert("RGB")).astype(int)


def test_the_longer_side_is_as_asked():
    assert decode(live_frame(np.zeros((48, 64, 3), np.uint8), NOTHING, NAMES)).shape == (480, 640, 3)
    tall = live_frame(np.zeros((1000, 10, 3), np.uint8), NOTHING, NAMES, side=100)
    assert decode(tall).shape == (100, 1, 3)


def test_a_box_is_drawn_in_its_classs_colour_where_it_is():
    found = {"boxes": [[16, 20, 48, 44]], "scores": [0.9], "labels": [2]}
    picture = decode(live_frame(np.zeros((64, 64, 3), np.uint8), found, NAMES, side=640))
    color = [int(class_color(2)[i : i + 2], 16) for i in (1, 3, 5)]
    left_edge, inside = picture[300, 161], picture[300, 300]
    assert np.abs(left_edge - color).max() < 60
    assert inside.max() < 20


def test_doubtful_ones_are_left_out():
    image = np.zeros((64, 64, 3), np.uint8)
    doubtful = {"boxes": [[16, 20, 48, 44]], "scores": [0.3], "labels": [2]}
    assert live_frame(image, doubtful, NAMES) == live_frame(image, NOTHING, NAMES)
    assert live_frame(image, doubtful, NAMES, score_threshold=0.2) != live_frame(image, NOTHING, NAMES)


def test_boxes_over_the_border_and_images_of_floats():
    image = np.ones((3, 30, 40), np.float32)
    found = {"boxes": [[-9, -9, 99, 99], [39, 29, 40, 30]], "scores": [1.0, 1.0], "labels": [1, 1]}
    assert decode(live_frame(image, found, NAMES)).shape == (480, 640, 3)


def test_bad_sides():
    with pytest.raises(ValueError, match="side must be at least 1, got 0"):
        live_frame(np.zeros((8, 8, 3), np.uint8), NOTHING, NAMES, side=0)
