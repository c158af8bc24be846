import itertools

import numpy as np

from scratchcv.data.scenes import SceneDataset
from scratchcv.visualize.palette import COLORS, class_color, text_color

# Machado, Oliveira, Fernandes (2009): linear RGB as seen without the long-, middle- and short-wave cones.
VISION = {
    "normal": np.eye(3),
    "protanopia": [[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]],
    "deuteranopia": [[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]],
    "tritanopia": [[1.256, -0.077, -0.179], [-0.078, 0.931, 0.148], [0.005, 0.691, 0.304]],
}
XYZ_OF_RGB = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def lab(color, vision):
    srgb = np.array([int(color[start : start + 2], 16) / 255 for start in (1, 3, 5)])
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    x, y, z = np.cbrt(XYZ_OF_RGB @ np.clip(vision @ linear, 0, 1) / [0.9505, 1, 1.089])
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def test_all_pairs_of_colours_differ_for_every_kind_of_colour_vision():
    # 2.3 is just noticeable.
    for vision in VISION.values():
        for first, second in itertools.combinations(COLORS, 2):
            assert np.linalg.norm(lab(first, np.array(vision)) - lab(second, np.array(vision))) > 15


def test_the_scenes_have_a_colour_for_each_class():
    things = range(1, len(SceneDataset(0).class_names))
    assert len({class_color(label) for label in things}) == len(things)


def test_text_is_readable_on_every_colour():
    assert [text_color(color) for color in ("#000000", "#ffffff", "#882255")] == ["white", "black", "white"]
