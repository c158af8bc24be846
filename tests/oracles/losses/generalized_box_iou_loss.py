"""The GIoU loss of pairs of boxes, as torchvision.ops.generalized_box_iou_loss."""

import numpy as np

from scratchcv.losses import generalized_box_iou_loss

ROUNDINGS = 64
"""Of sides, areas, union, two ratios, and the way back through them: no sum is longer than four terms."""

SPREAD = [  # pairs, size, integer coordinates, reduction
    ((1,), 10.0, False, "none"),
    ((6,), 10.0, False, "none"),
    ((6,), 4.0, True, "sum"),
    ((9,), 2.0, True, "none"),  # many share edges, some have no area
    ((5,), 500.0, False, "mean"),
    ((2, 3), 10.0, True, "mean"),
    ((4,), 1.0, False, "sum"),
    ((0,), 1.0, False, "mean"),
]


def random_configuration(rng):
    pairs = tuple(rng.integers(1, 9, rng.integers(1, 3)).tolist())
    whole = bool(rng.random() < 0.5)
    size = float(rng.choice([2, 4, 10] if whole else [1, 10, 500]))
    return pairs, size, whole, str(rng.choice(["none", "mean", "sum"]))


def draw(configuration, rng):
    pairs, size, whole, reduction = configuration
    corners = size * rng.random((2, 2, *pairs, 2))
    corners = np.sort(corners.round() if whole else corners, axis=1)
    boxes1, boxes2 = np.concatenate([corners[:, 0], corners[:, 1]], axis=-1)
    return {"boxes1": boxes1, "boxes2": boxes2, "reduction": reduction}


def ask_torch(inputs, differentiate):
    from torchvision.ops import generalized_box_iou_loss

    boxes1, boxes2, reduction = inputs["boxes1"], inputs["boxes2"], inputs["reduction"]
    loss, dboxes1, dboxes2 = differentiate(
        lambda boxes1, boxes2: generalized_box_iou_loss(boxes1, boxes2, reduction=reduction),
        np.ones(boxes1.shape[:-1] if reduction == "none" else ()), boxes1, boxes2,
    )  # fmt: skip
    return {"loss": loss, "dboxes1": dboxes1, "dboxes2": dboxes2}


def ours(boxes1, boxes2, reduction):
    loss, (dboxes1, dboxes2) = generalized_box_iou_loss(boxes1, boxes2, reduction=reduction)
    return {"loss": loss, "dboxes1": dboxes1, "dboxes2": dboxes2}


def allowed(answers, boxes1, boxes2, reduction):
    eps = 1e-7
    outer = np.maximum(boxes1, boxes2)[..., 2:] - np.minimum(boxes1, boxes2)[..., :2]
    inner = np.minimum(boxes1, boxes2)[..., 2:] - np.maximum(boxes1, boxes2)[..., :2]
    inner = np.where((inner > 0).all(axis=-1, keepdims=True), inner, 0)
    sides1, sides2 = (boxes[..., 2:] - boxes[..., :2] for boxes in (boxes1, boxes2))
    areas = [sides.prod(axis=-1) for sides in (sides1, sides2, inner, outer)]
    union, enclosing = areas[0] + areas[1] - areas[2] + eps, areas[3] + eps
    # Both ratios are at most 1; an area's slope is the other side.
    limits = {"loss": np.ones_like(union)}
    for name, sides in (("dboxes1", sides1), ("dboxes2", sides2)):
        slope = (sides + inner) / union[..., None] + outer / enclosing[..., None]
        limits[name] = np.tile(slope[..., ::-1], 2)
    if reduction == "mean":
        limits = {name: limit / max(union.size, 1) for name, limit in limits.items()}
    if reduction != "none":
        limits["loss"] = (1 + union.size) * limits["loss"].sum()
    return {name: ROUNDINGS * limit for name, limit in limits.items()}
