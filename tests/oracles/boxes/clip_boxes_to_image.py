"""Boxes cut off at the border, as torchvision.ops.clip_boxes_to_image, with coordinates on the border."""

import numpy as np

from scratchcv.boxes import clip_boxes_to_image, clip_boxes_to_image_backward

SPREAD = [(1, 3, 4), (5, 3, 4), (5, 6, 2), (9, 1, 1), (9, 2, 2), (0, 3, 4), (4, 7, 5), (12, 5, 5)]


def random_configuration(rng):
    return tuple(rng.integers((0, 1, 1), (20, 9, 9)).tolist())


def draw(configuration, rng):
    count, height, width = configuration
    boxes = rng.integers(-3, 12, (count, 4)) if rng.random() < 0.5 else rng.uniform(-3, 12, (count, 4))
    return {"boxes": boxes.astype(float), "dy": rng.standard_normal((count, 4)), "size": (height, width)}


def ask_torch(inputs, differentiate):
    from torchvision import ops

    y, dx = differentiate(
        lambda boxes: ops.clip_boxes_to_image(boxes, inputs["size"]), inputs["dy"], inputs["boxes"]
    )
    return {"y": y, "dx": dx}


def ours(boxes, dy, size):
    return {"y": clip_boxes_to_image(boxes, size), "dx": clip_boxes_to_image_backward(dy, boxes, size)}


def allowed(answers, boxes, dy, size):
    return {"y": np.zeros_like(boxes), "dx": 0}
