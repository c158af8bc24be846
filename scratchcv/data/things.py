"""The drawn things: eight classes that are told apart by their shapes alone.

All classes draw from the same distribution of colours, sizes and tilts, and their proportions overlap; what
makes a mug a mug is its handle. Each function draws one class, part by part from back to front, in a frame
about two units wide.
"""

import math
from collections.abc import Callable

import numpy as np

from scratchcv.data.chance import between
from scratchcv.data.pen import Pen, Sprite, direction
from scratchcv.data.shapes import Point, difference, intersection, union

KEYPOINT_NAMES = (
    "left_shoulder", "right_shoulder", "left_elbow", "right_elbow", "left_wrist", "right_wrist",
    "left_hip", "right_hip", "left_knee", "right_knee", "left_ankle", "right_ankle",
)  # fmt: skip
"""A person's keypoints in COCO's order; left is the person's left."""

KEYPOINT_FLIP_PAIRS = ((0, 1), (2, 3), (4, 5), (6, 7), (8, 9), (10, 11))
"""The keypoints that a mirror turns into each other."""


def _step(start: Point, length: float, t: float, sign: float) -> Point:
    """Return the point `length` from `start`, downwards for t = 0 and outwards for t = 1."""
    down, out = direction(t)
    return start[0] + length * out * sign, start[1] + length * down


def _person(pen: Pen, rng: np.random.Generator) -> None:
    arms = []
    for side, sign in (("left", 1.0), ("right", -1.0)):  # it faces us: its left is on our right
        shoulder, hip = (0.23 * sign, -0.25), (0.13 * sign, 0.22)
        lift = between(rng, 0.3, 1.8)
        elbow = _step(shoulder, 0.27, lift, sign)
        wrist = _step(elbow, 0.25, lift * between(rng, 0.4, 1.6), sign)
        stance = between(rng, 0.0, 0.4)
        knee = _step(hip, 0.3, stance, sign)
        ankle = _step(knee, 0.28, stance * between(rng, -0.3, 0.9), sign)
        joints = (shoulder, elbow, wrist, hip, knee, ankle)
        for name, joint in zip(KEYPOINT_NAMES[::2], joints, strict=True):
            pen.keypoints[name.replace("left", side)] = pen.place(joint)
        pen.paint(pen.stroke([hip, knee, ankle], 0.21), pen.second)
        pen.paint(pen.stroke([ankle, (ankle[0] + 0.07 * sign, ankle[1] + 0.05)], 0.18), pen.third)
        arms.append((shoulder, elbow, wrist))
    pen.paint(pen.polygon([(-0.29, -0.37), (0.29, -0.37), (0.25, 0.31), (-0.25, 0.31)], 0.14), pen.main)
    for shoulder, elbow, wrist in arms:
        pen.paint(pen.disc(wrist, 0.11), pen.pale)
        pen.paint(pen.stroke([shoulder, elbow, wrist], 0.17), pen.main)
        pen.paint(pen.disc(wrist, 0.09), pen.pale, outlined=False)
    head = pen.disc((0, -0.6), 0.3)
    pen.paint(head, pen.pale)
    pen.paint(intersection(head, pen.rectangle(-0.6, -1.2, 0.6, -0.69)), pen.third, outlined=False)
    for x in (-0.11, 0.11):
        pen.paint(pen.disc((x, -0.57), 0.04), pen.dark, outlined=False)
    smile = intersection(pen.disc((0, -0.48), 0.11), pen.rectangle(-0.2, -0.46, 0.2, -0.2))
    pen.paint(smile, pen.dark, outlined=False)


def _car(pen: Pen, rng: np.random.Generator) -> None:
    end, roof = between(rng, 0.75, 1.0), between(rng, -0.62, -0.45)
    front, back = end * between(rng, 0.25, 0.45), -end * between(rng, 0.5, 0.75)
    pen.paint(pen.polygon([(back - 0.12, 0), (back, roof), (front, roof), (front + 0.28, 0)], 0.12), pen.main)
    middle = 0.5 * (front + back)
    for near, far, slope in ((middle - 0.04, back + 0.05, -0.08), (middle + 0.04, front - 0.03, 0.17)):
        glass = [(near, -0.06), (near, roof + 0.1), (far, roof + 0.1), (far + slope, -0.06)]
        pen.paint(pen.polygon(glass, 0.03), pen.pale, outlined=False)
    body = pen.polygon([(-end, -0.1), (end - 0.15, -0.1), (end, 0.05), (end, 0.36), (-end, 0.36)], 0.1)
    pen.paint(body, pen.main)
    pen.paint(intersection(body, pen.rectangle(-2, 0.16, 2, 0.27)), pen.second, outlined=False)
    pen.paint(pen.disc((end - 0.1, 0.04), 0.08), pen.pale, outlined=False)
    for x in (-0.55 * end, 0.56 * end):
        pen.paint(pen.disc((x, 0.36), 0.23), pen.dark)
        pen.paint(pen.disc((x, 0.36), 0.12), pen.third, outlined=False)


def _boat(pen: Pen, rng: np.random.Generator) -> None:
    mast, peak, bow = between(rng, -0.15, 0.1), between(rng, -1.0, -0.65), between(rng, 0.7, 0.95)
    pen.paint(pen.stroke([(mast, peak), (mast, 0.4)], 0.06), pen.third)
    pen.paint(
        pen.polygon([(mast + 0.05, peak + 0.05), (mast + 0.05, 0.26), (bow - 0.14, 0.26)], 0.05), pen.main
    )
    pen.paint(
        pen.polygon([(mast - 0.06, peak + 0.3), (mast - 0.06, 0.26), (0.2 - bow, 0.26)], 0.05), pen.pale
    )
    hull = pen.polygon([(-bow, 0.36), (bow, 0.36), (bow - 0.28, 0.82), (0.3 - bow, 0.82)], 0.08)
    pen.paint(hull, pen.second)
    pen.paint(intersection(hull, pen.rectangle(-1, 0.47, 1, 0.59)), pen.third, outlined=False)


def _house(pen: Pen, rng: np.random.Generator) -> None:
    wall, eaves = between(rng, 0.55, 0.8), between(rng, -0.3, 0.0)
    chimney = between(rng, 0.25, 0.45) * wall
    pen.paint(pen.rectangle(chimney, -0.8, chimney + 0.2, eaves), pen.third)
    pen.paint(pen.rectangle(-wall, eaves, wall, 0.8), pen.main)
    pen.paint(pen.polygon([(-wall - 0.22, eaves), (0, -0.95), (wall + 0.22, eaves)], 0.06), pen.second)
    door = wall * between(rng, -0.6, -0.45)
    pen.paint(pen.rectangle(door - 0.15, 0.25, door + 0.15, 0.8), pen.third)
    x, y = wall * 0.42, 0.36
    pen.paint(pen.rectangle(x - 0.2, y - 0.18, x + 0.2, y + 0.18), pen.pale)
    cross = union(
        pen.stroke([(x, y - 0.18), (x, y + 0.18)], 0.05), pen.stroke([(x - 0.2, y), (x + 0.2, y)], 0.05)
    )
    pen.paint(cross, pen.dark, outlined=False)


def _fish(pen: Pen, rng: np.random.Generator) -> None:
    belly, spread = between(rng, 0.42, 0.62), between(rng, 0.35, 0.55)
    for sign in (-1, 1):
        lobe = [(-0.45, 0.0), (-0.75, sign * spread), (-1.0, sign * spread * 1.1), (-0.78, sign * 0.02)]
        pen.paint(pen.polygon(lobe, 0.06), pen.second)
        fin = [(0.3, sign * belly * 0.7), (-0.2, sign * (belly + 0.2)), (-0.35, sign * belly * 0.7)]
        pen.paint(pen.polygon(fin, 0.08), pen.second)
    body = pen.ellipse((0.15, 0), (0.78, belly))
    pen.paint(body, pen.main)
    for x in (-0.28, 0.02):
        pen.paint(intersection(body, pen.rectangle(x, -1, x + 0.15, 1)), pen.third, outlined=False)
    pen.paint(pen.disc((0.58, -0.13), 0.13), pen.pale, outlined=False)
    pen.paint(pen.disc((0.61, -0.13), 0.065), pen.dark, outlined=False)


def _butterfly(pen: Pen, rng: np.random.Generator) -> None:
    span, lift = between(rng, 0.36, 0.55), between(rng, 0.15, 0.4)
    for sign in (-1, 1):
        pen.paint(pen.stroke([(0.03 * sign, -0.45), (0.2 * sign, -0.85)], 0.06), pen.dark, outlined=False)
        pen.paint(pen.ellipse((0.9 * span * sign, 0.4), (0.85 * span, 0.33), 0.35 * sign), pen.second)
        pen.paint(pen.ellipse((1.05 * span * sign, -0.25), (1.1 * span, 0.42), -lift * sign), pen.main)
        pen.paint(pen.disc((1.3 * span * sign, -0.34), 0.17), pen.third, outlined=False)
        pen.paint(pen.disc((1.0 * span * sign, 0.44), 0.13), pen.pale, outlined=False)
    pen.paint(pen.stroke([(0, -0.45), (0, 0.55)], 0.17), pen.third)


def _mug(pen: Pen, rng: np.random.Generator) -> None:
    rim, foot, floor = between(rng, 0.48, 0.62), between(rng, 0.38, 0.55), between(rng, 0.6, 0.85)
    ear = (rim, 0.08)
    pen.paint(difference(pen.ellipse(ear, (0.4, 0.43)), pen.ellipse(ear, (0.22, 0.25))), pen.main)
    body = pen.polygon([(-rim, -0.6), (rim, -0.6), (foot, floor), (-foot, floor)], 0.12)
    pen.paint(body, pen.main)
    pen.paint(intersection(body, pen.rectangle(-1, 0.02, 1, 0.38)), pen.second, outlined=False)
    pen.paint(pen.ellipse((0, -0.58), (rim, 0.2)), pen.pale)
    pen.paint(pen.ellipse((0, -0.54), (rim * 0.78, 0.12)), pen.third, outlined=False)


def _mushroom(pen: Pen, rng: np.random.Generator) -> None:
    width, crown, foot = between(rng, 0.65, 0.95), between(rng, 0.65, 0.95), between(rng, 0.26, 0.38)
    pen.paint(pen.polygon([(-0.22, -0.2), (0.22, -0.2), (foot, 0.85), (-foot, 0.85)], 0.14), pen.third)
    cap = intersection(pen.ellipse((0, 0.05), (width, crown)), pen.rectangle(-2, -2, 2, 0.16))
    pen.paint(cap, pen.main)
    for x, y, radius in ((-0.55, -0.12, 0.17), (0.02, -0.5, 0.21), (0.55, -0.08, 0.16)):
        centre = ((x + between(rng, -0.06, 0.06)) * width, y * crown)
        pen.paint(intersection(cap, pen.disc(centre, radius)), pen.second, outlined=False)


_CLASSES: dict[str, tuple[Callable[[Pen, np.random.Generator], None], Point, bool]] = {
    "person": (_person, (1.25, 1.85), False),
    "car": (_car, (1.75, 1.15), True),
    "boat": (_boat, (1.55, 1.55), True),
    "house": (_house, (1.8, 1.75), True),
    "fish": (_fish, (1.95, 1.3), True),
    "butterfly": (_butterfly, (1.95, 1.65), True),
    "mug": (_mug, (1.55, 1.55), True),
    "mushroom": (_mushroom, (1.6, 1.65), True),
}
"""How each class is drawn, the usual width and height of its frame, and whether it may be mirrored."""

CLASS_NAMES = ("background", *_CLASSES)
"""Names of the labels; 0 is background."""


def draw_thing(rng: np.random.Generator, label: int, size: float) -> Sprite:
    """Draw a thing of a class in random colours, proportions, tilt and pose.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of all choices.
    label : int
        1 … 8, an index into `CLASS_NAMES`.
    size : float
        About the square root of the area of the box around the thing, in pixels.

    Returns
    -------
    Sprite
        The drawing, cut out.

    Examples
    --------
    >>> sprite = draw_thing(np.random.default_rng(0), CLASS_NAMES.index("person"), 40.0)
    >>> len(sprite.keypoints), sprite.layer.dtype.name
    (12, 'float32')
    """
    draw, (width, height), flips = _CLASSES[CLASS_NAMES[label]]
    stretch = between(rng, 0.82, 1.22)
    unit = size / math.sqrt(width * height)
    flip = flips and float(rng.random()) < 0.5
    axis = direction(between(rng, -0.15, 0.15))
    pen = Pen(rng, (unit * stretch, unit / stretch), axis, flip)
    draw(pen, rng)
    return pen.sprite()
