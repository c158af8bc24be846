"""Inputs for `box_convert`: each of the six ways, and boxes of many sizes and places."""

import numpy as np

from scratchcv.assignments.a1_boxes.draw import draw_boxes
from scratchcv.boxes.convert import box_convert
from scratchcv.checks import Array
from scratchcv.grading import Call


def _call(rng: np.random.Generator, in_fmt: str, out_fmt: str, count: int, extent: float = 100.0) -> Call:
    boxes = draw_boxes(rng, count, extent=extent)
    return Call(box_convert(boxes, "xyxy", in_fmt), in_fmt, out_fmt)


def lecture_dog_and_cat(rng: np.random.Generator) -> Call:
    """EE 628's dog and cat, from corners to centre and size."""
    return Call(np.array([[60.0, 45, 378, 516], [400, 112, 655, 493]]), "xyxy", "cxcywh")


def lecture_dog_and_cat_back(rng: np.random.Generator) -> Call:
    """Dog and cat, from centre and size back to corners."""
    return Call(np.array([[219, 280.5, 318, 471], [527.5, 302.5, 255, 381]]), "cxcywh", "xyxy")


def upper_left_and_size(rng: np.random.Generator) -> Call:
    """One box, from corners to its upper left corner, width and height."""
    return Call(np.array([[10.0, 20, 40, 80]]), "xyxy", "xywh")


def size_to_center(rng: np.random.Generator) -> Call:
    """One box, from upper left corner and size to centre and size."""
    return Call(np.array([[10.0, 20, 30, 60]]), "xywh", "cxcywh")


def nothing_to_convert(rng: np.random.Generator) -> Call:
    """Both formats the same."""
    return Call(np.array([[10.0, 20, 40, 80]]), "xyxy", "xyxy")


def corners_to_size(rng: np.random.Generator) -> Call:
    """From xyxy to xywh."""
    return _call(rng, "xyxy", "xywh", int(rng.integers(2, 7)))


def corners_to_center(rng: np.random.Generator) -> Call:
    """From xyxy to cxcywh."""
    return _call(rng, "xyxy", "cxcywh", int(rng.integers(2, 7)))


def size_to_corners(rng: np.random.Generator) -> Call:
    """From xywh to xyxy."""
    return _call(rng, "xywh", "xyxy", int(rng.integers(2, 7)))


def corner_to_center(rng: np.random.Generator) -> Call:
    """From xywh to cxcywh."""
    return _call(rng, "xywh", "cxcywh", int(rng.integers(2, 7)))


def center_to_corners(rng: np.random.Generator) -> Call:
    """From cxcywh to xyxy."""
    return _call(rng, "cxcywh", "xyxy", int(rng.integers(2, 7)))


def center_to_corner(rng: np.random.Generator) -> Call:
    """From cxcywh to xywh."""
    return _call(rng, "cxcywh", "xywh", int(rng.integers(2, 7)))


def single_precision(rng: np.random.Generator) -> Call:
    """Numbers of single precision, from xyxy to cxcywh."""
    return Call(draw_boxes(rng, 5).astype(np.float32), "xyxy", "cxcywh")


def single_precision_back(rng: np.random.Generator) -> Call:
    """Numbers of single precision, from cxcywh to xyxy."""
    return Call(box_convert(draw_boxes(rng, 5), "xyxy", "cxcywh").astype(np.float32), "cxcywh", "xyxy")


def whole_numbers(rng: np.random.Generator) -> Call:
    """Whole numbers whose centres are not whole."""
    corners = rng.integers(0, 50, (5, 2))
    return Call(np.hstack([corners, corners + 2 * rng.integers(2, 20, (5, 2)) + 1]), "xyxy", "cxcywh")


def whole_numbers_back(rng: np.random.Generator) -> Call:
    """Whole centres and odd sizes: the corners are not whole."""
    return Call(
        np.hstack([rng.integers(50, 90, (5, 2)), 2 * rng.integers(2, 20, (5, 2)) + 1]), "cxcywh", "xyxy"
    )


def fractions_of_the_image(rng: np.random.Generator) -> Call:
    """Coordinates between 0 and 1."""
    return _call(rng, "xyxy", "xywh", 4, extent=1.0)


def left_of_the_image(rng: np.random.Generator) -> Call:
    """Boxes that begin outside of the image, at negative coordinates."""
    return Call(draw_boxes(rng, 4) - 150, "xyxy", "cxcywh")


def wide_and_flat(rng: np.random.Generator) -> Call:
    """Boxes that are much wider than high."""
    x, y, width, height = rng.uniform([[0], [0], [200], [2]], [[50], [50], [300], [9]], (4, 6))
    return Call(np.stack([x, y, width, height], axis=1), "xywh", "xyxy")


def one_box(rng: np.random.Generator) -> Call:
    """One box alone."""
    return _call(rng, "cxcywh", "xyxy", 1)


def four_boxes(rng: np.random.Generator) -> Call:
    """As many boxes as a box has numbers."""
    return _call(rng, "xyxy", "cxcywh", 4)


def many_boxes(rng: np.random.Generator) -> Call:
    """Many boxes in a large image."""
    return _call(rng, "xywh", "cxcywh", 120, extent=2000.0)


def same_corners(rng: np.random.Generator) -> Call:
    """From xyxy to xyxy."""
    return _call(rng, "xyxy", "xyxy", 3)


def same_size(rng: np.random.Generator) -> Call:
    """From xywh to xywh."""
    return _call(rng, "xywh", "xywh", 3)


def same_center(rng: np.random.Generator) -> Call:
    """From cxcywh to cxcywh."""
    return _call(rng, "cxcywh", "cxcywh", 3)


def no_boxes(rng: np.random.Generator) -> Call:
    """No box at all."""
    return Call(np.zeros((0, 4)), "xyxy", "cxcywh")


VISIBLE = (
    lecture_dog_and_cat,
    lecture_dog_and_cat_back,
    upper_left_and_size,
    size_to_center,
    nothing_to_convert,
)
HIDDEN = (
    corners_to_size,
    corners_to_center,
    size_to_corners,
    corner_to_center,
    center_to_corners,
    center_to_corner,
    single_precision,
    single_precision_back,
    whole_numbers,
    whole_numbers_back,
    fractions_of_the_image,
    left_of_the_image,
    wide_and_flat,
    one_box,
    four_boxes,
    many_boxes,
)
EDGES = (same_corners, same_size, same_center, no_boxes)


def magnitude(boxes: Array, in_fmt: str, out_fmt: str) -> Array:
    """Return the sum of the two numbers, without signs, that a coordinate is made of."""
    sizes = abs(boxes).astype(np.float64)
    return np.tile(sizes[:, :2] + sizes[:, 2:], 2)
