"""Inputs for `box_iou`: how two boxes can lie, and many of them."""

import numpy as np

from scratchcv.assignments.a1_boxes.draw import draw_boxes, draw_crowds
from scratchcv.boxes.area import box_area
from scratchcv.checks import Array
from scratchcv.grading import Call


def lecture_exercise(rng: np.random.Generator) -> Call:
    """Lecture exercise: a box of 2 × 2 and one of 2 × 3 that share 1 × 1."""
    return Call(np.array([[0.0, 0, 2, 2]]), np.array([[1.0, 1, 3, 4]]))


def lecture_dog_and_cat(rng: np.random.Generator) -> Call:
    """EE 628's dog and cat, which do not meet."""
    return Call(np.array([[60.0, 45, 378, 516]]), np.array([[400.0, 112, 655, 493]]))


def half(rng: np.random.Generator) -> Call:
    """Boxes of which one is the upper half of the other."""
    return Call(np.array([[0.0, 0, 1, 1]]), np.array([[0.0, 0, 1, 0.5]]))


def lecture_suppression(rng: np.random.Generator) -> Call:
    """Four boxes of the lecture's example of suppression, with one another."""
    boxes = np.array([[20.0, 40, 120, 140], [20, 40, 132, 154], [89, 109, 189, 199], [75, 111, 177, 201]])
    return Call(boxes, boxes)


def lecture_anchors(rng: np.random.Generator) -> Call:
    """EE 628's five anchors with its dog and its cat, in fractions of the image."""
    anchors = [[0, 0.1, 0.2, 0.3], [0.15, 0.2, 0.4, 0.4], [0.63, 0.05, 0.88, 0.98]]
    anchors += [[0.66, 0.45, 0.8, 0.8], [0.57, 0.3, 0.92, 0.9]]
    return Call(np.array(anchors), np.array([[0.1, 0.08, 0.52, 0.92], [0.55, 0.2, 0.9, 0.88]]))


def _beside(rng: np.random.Generator, moves: Array) -> Call:
    """Return boxes of 10 to 20, and each moved by multiples of its sides, so that it meets a known part."""
    corners, sides = rng.uniform(0, 100, (len(moves), 2)), rng.uniform(10, 20, (len(moves), 2))
    return Call(np.hstack([corners, corners + sides]), np.tile(corners, 2) + np.tile(sides, 2) * moves)


def anywhere(rng: np.random.Generator) -> Call:
    """Boxes anywhere."""
    return Call(draw_boxes(rng, 8), draw_boxes(rng, 5))


def crowd(rng: np.random.Generator) -> Call:
    """Boxes that all overlap much."""
    return Call(draw_crowds(rng, 1, 3), draw_crowds(rng, 1, 5))


def across_a_corner(rng: np.random.Generator) -> Call:
    """Boxes that overlap in a corner, from all four sides."""
    start = rng.uniform(0.2, 0.8, (4, 2)) * [[1, 1], [-1, 1], [1, -1], [-1, -1]]
    return _beside(rng, np.hstack([start, start + 1]))


def one_inside_the_other(rng: np.random.Generator) -> Call:
    """Small boxes inside of large ones."""
    start = rng.uniform(0.1, 0.4, (3, 2))
    return _beside(rng, np.hstack([start, start + rng.uniform(0.2, 0.5, (3, 2))]))


def crosses(rng: np.random.Generator) -> Call:
    """Wide boxes across high ones: no corner lies in the other box."""
    wide = np.stack([-rng.uniform(0.1, 1, 3), rng.uniform(0.1, 0.4, 3)], axis=1)
    return _beside(
        rng, np.hstack([wide, np.stack([rng.uniform(1.1, 2, 3), rng.uniform(0.5, 0.9, 3)], axis=1)])
    )


def diagonally_apart(rng: np.random.Generator) -> Call:
    """Boxes that are apart in x and in y, beside some that meet."""
    near, far = rng.uniform(0.2, 0.6, (2, 2)), rng.uniform(1.2, 1.8, (2, 2))
    return _beside(rng, np.vstack([np.hstack([near, near + 1]), np.hstack([far, far + 1])]))


def side_by_side(rng: np.random.Generator) -> Call:
    """Boxes that are apart in one direction alone, beside some that meet."""
    start = np.array([[1.3, 0.2], [0.2, 1.4], [-1.5, -0.1], [0.3, 0.3]]) + rng.uniform(0, 0.1, (4, 2))
    return _beside(rng, np.hstack([start, start + 1]))


def touching(rng: np.random.Generator) -> Call:
    """Boxes that only touch, and one that does more."""
    x, y, width, height = rng.integers(1, 30, 4).astype(float)
    box = np.array([[x, y, x + width, y + height]])
    others = np.add(box, [[width, 0, width, 0], [0, -height, 0, -height], [width, height, width, height]])
    return Call(box, np.vstack([others, box + np.array([width / 2, 0, width / 2, 0])]))


def identical(rng: np.random.Generator) -> Call:
    """Boxes with themselves."""
    boxes = draw_crowds(rng, 1, 4)
    return Call(boxes, boxes.copy())


def fractions_of_the_image(rng: np.random.Generator) -> Call:
    """Coordinates between 0 and 1."""
    return Call(draw_crowds(rng, 1, 4, extent=0.8), draw_crowds(rng, 1, 2, extent=0.8))


def left_of_the_image(rng: np.random.Generator) -> Call:
    """Boxes at negative coordinates."""
    return Call(draw_crowds(rng, 1, 4) - 130, draw_crowds(rng, 1, 3) - 120)


def whole_numbers(rng: np.random.Generator) -> Call:
    """Whole numbers as coordinates."""
    corners = rng.integers(0, 6, (2, 5, 2))
    boxes = np.concatenate([corners, corners + rng.integers(6, 12, (2, 5, 2))], axis=2)
    return Call(boxes[0, :3], boxes[1])


def without_area(rng: np.random.Generator) -> Call:
    """Boxes without area, which have the IoU 0 even with themselves."""
    boxes = draw_boxes(rng, 3)
    boxes[0, 2] = boxes[0, 0]
    boxes[1, 2:] = boxes[1, :2]
    return Call(boxes, boxes.copy())


def single_precision(rng: np.random.Generator) -> Call:
    """Numbers of single precision."""
    return Call(draw_crowds(rng, 1, 4).astype(np.float32), draw_crowds(rng, 1, 3).astype(np.float32))


def one_against_many(rng: np.random.Generator) -> Call:
    """One box against many."""
    return Call(draw_crowds(rng, 1, 1), draw_boxes(rng, 7))


def many_against_one(rng: np.random.Generator) -> Call:
    """Many boxes against one."""
    return Call(draw_boxes(rng, 8), draw_crowds(rng, 1, 1))


def as_many_on_both_sides(rng: np.random.Generator) -> Call:
    """Four boxes against four others."""
    return Call(draw_crowds(rng, 1, 4), draw_crowds(rng, 1, 4) + 15)


def large(rng: np.random.Generator) -> Call:
    """Many boxes against many, in a large image."""
    return Call(draw_boxes(rng, 40, extent=1500), draw_boxes(rng, 25, extent=1500))


def nothing_meets(rng: np.random.Generator) -> Call:
    """Boxes of which no two meet."""
    return Call(draw_boxes(rng, 3), draw_boxes(rng, 2) + 200)


def no_boxes(rng: np.random.Generator) -> Call:
    """No box on one side."""
    return Call(np.zeros((0, 4)), draw_boxes(rng, 3))


def no_others(rng: np.random.Generator) -> Call:
    """No box on the other side."""
    return Call(draw_boxes(rng, 2), np.zeros((0, 4)))


VISIBLE = (lecture_exercise, lecture_dog_and_cat, half, lecture_suppression, lecture_anchors)
HIDDEN = (
    anywhere,
    crowd,
    across_a_corner,
    one_inside_the_other,
    crosses,
    diagonally_apart,
    side_by_side,
    touching,
    identical,
    fractions_of_the_image,
    left_of_the_image,
    whole_numbers,
    without_area,
    single_precision,
    one_against_many,
    many_against_one,
    as_many_on_both_sides,
    large,
)
EDGES = (nothing_meets, no_boxes, no_others)


def magnitude(boxes1: Array, boxes2: Array) -> float:
    """Return how much an IoU could move if every coordinate moved by the size of the largest.

    Areas move by that times width and height; the IoU by the areas' move over the union.
    """
    if not boxes1.size or not boxes2.size:
        return 0.0
    largest = max(abs(boxes1).max(), abs(boxes2).max())
    rims1, rims2 = ((boxes[:, 2:] - boxes[:, :2]).sum(axis=1) for boxes in (boxes1, boxes2))
    areas = box_area(boxes1)[:, None] + box_area(boxes2)
    rims = rims1[:, None] + rims2
    return float(2 * largest * np.divide(rims, areas, out=np.zeros_like(areas), where=areas > 0).max())
