"""A small sheet of two exercises, made for the tests."""

import pytest

from scratchcv.grading.sheets.sheet import load_sheet

MANIFEST = """
title = "Areas"
description = "Two functions."

[[exercise]]
function = "scratchcv.boxes.area.box_area"
points = 6
task = "Sides times sides."

[[exercise]]
function = "scratchcv.boxes.matching.match_rpn"
points = 4
given = ["scratchcv.boxes.clip.clip_boxes_to_image"]
"""

CASES = '''
"""Inputs for `box_area`."""

import numpy as np

from scratchcv.grading import Call


def draw(rng, count):
    corners = rng.uniform(0, 50, (count, 2))
    return np.concatenate([corners, corners + rng.uniform(1, 50, (count, 2))], axis=1)


def square(rng):
    """One square."""
    return Call(np.array([[1.0, 1, 3, 3]]))


def some(rng):
    """Some boxes."""
    return Call(draw(rng, rng.integers(2, 9)))


def one(rng):
    """One box far from the origin."""
    return Call(draw(rng, 1) + 100)


def single(rng):
    """Single precision."""
    return Call(draw(rng, 4).astype(np.float32))


def none(rng):
    """No boxes."""
    return Call(np.zeros((0, 4)))


VISIBLE = (square,)
HIDDEN = (some, one, single)
EDGES = (none,)


def magnitude(boxes):
    x1, y1, x2, y2 = abs(boxes).T
    return (x1 + x2) * (y1 + y2)
'''

MISCONCEPTIONS = '''
"""What goes wrong in `box_area`."""

import numpy as np


def one_too_long(boxes):
    """Your sides are one too long: x2 − x1 is the width, without + 1."""
    x1, y1, x2, y2 = np.asarray(boxes).T
    return (x2 - x1 + 1) * (y2 - y1 + 1)


def perimeter(boxes):
    """You add the sides where they have to be multiplied."""
    x1, y1, x2, y2 = np.asarray(boxes).T
    return (x2 - x1) + (y2 - y1)
'''

SOLUTIONS = '''
"""Right ways to `box_area`."""

import numpy as np


def loop(boxes):
    """A loop over boxes."""
    return np.array([(x2 - x1) * (y2 - y1) for x1, y1, x2, y2 in np.asarray(boxes).tolist()])


def product(boxes):
    """A product along an axis."""
    boxes = np.asarray(boxes)
    return np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)
'''

RPN_CASES = '''
"""Inputs for `match_rpn`."""

import numpy as np

from scratchcv.grading import Call


def two_by_two(rng):
    """Two anchors, two truths."""
    return Call(np.array([[0.8, 0.1], [0.2, 0.1]]))


def several(rng):
    """Several anchors."""
    return Call(rng.permutation(np.arange(24)).reshape(8, 3) / 24 + 0.001)


VISIBLE = (two_by_two,)
HIDDEN = (several,)
'''


@pytest.fixture
def small_folder(tmp_path):
    """The folder of a sheet with the exercises `box_area` (6 points) and `match_rpn` (4)."""
    folder = tmp_path / "small"
    texts = {
        "manifest.toml": MANIFEST,
        "cases/box_area.py": CASES,
        "misconceptions/box_area.py": MISCONCEPTIONS,
        "solutions/box_area.py": SOLUTIONS,
        "cases/match_rpn.py": RPN_CASES,
    }
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.lstrip(), encoding="utf-8")
    return folder


@pytest.fixture
def small_sheet(small_folder):
    return load_sheet(small_folder)
