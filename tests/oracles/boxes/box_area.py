"""Areas, as torchvision.ops.box_area, of inverted boxes too."""

import numpy as np

from scratchcv.boxes import box_area, box_area_backward

SPREAD = [0, 1, 2, 3, 5, 8, 13, 21]


def random_configuration(rng):
    return int(rng.integers(0, 30))


def draw(configuration, rng):
    return {"boxes": rng.normal(0, 20, (configuration, 4)), "dy": rng.standard_normal(configuration)}


def ask_torch(inputs, differentiate):
    from torchvision import ops

    y, dx = differentiate(ops.box_area, inputs["dy"], inputs["boxes"])
    return {"y": y, "dx": dx}


def ours(boxes, dy):
    return {"y": box_area(boxes), "dx": box_area_backward(dy, boxes)}


def allowed(answers, boxes, dy):
    sides = abs(boxes[:, 2:] - boxes[:, :2])
    return {"y": 3 * sides.prod(axis=1), "dx": 2 * abs(dy)[:, None] * np.tile(sides[:, ::-1], 2)}
