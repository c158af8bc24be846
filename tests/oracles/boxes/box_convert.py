"""Formats of boxes, as torchvision.ops.box_convert."""

import numpy as np

from scratchcv.boxes import box_convert, box_convert_backward
from scratchcv.boxes.convert import FORMATS

SPREAD = [(3, a, b) for a in FORMATS for b in FORMATS if a != b] + [(0, "xyxy", "xywh"), (2, "xywh", "xywh")]


def random_configuration(rng):
    return int(rng.integers(0, 20)), *(str(fmt) for fmt in rng.choice(FORMATS, 2))


def draw(configuration, rng):
    count, in_fmt, out_fmt = configuration
    boxes, dy = rng.normal(0, 50, (2, count, 4))
    return {"boxes": boxes, "dy": dy, "in_fmt": in_fmt, "out_fmt": out_fmt}


def ask_torch(inputs, differentiate):
    from torchvision import ops

    formats = inputs["in_fmt"], inputs["out_fmt"]
    y, dx = differentiate(lambda boxes: ops.box_convert(boxes, *formats), inputs["dy"], inputs["boxes"])
    return {"y": y, "dx": dx}


def ours(boxes, dy, in_fmt, out_fmt):
    return {"y": box_convert(boxes, in_fmt, out_fmt), "dx": box_convert_backward(dy, in_fmt, out_fmt)}


def allowed(answers, boxes, dy, in_fmt, out_fmt):
    # By way of corners: two sums of two numbers each.
    to, out = (abs(box_convert(np.eye(4), *formats)) for formats in ((in_fmt, "xyxy"), ("xyxy", out_fmt)))
    return {"y": 4 * abs(boxes) @ to @ out, "dx": 4 * abs(dy) @ (to @ out).T}
