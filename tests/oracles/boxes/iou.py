"""IoU and GIoU of all pairs, and GIoU pair by pair with eps, as in torchvision's ops and GIoU loss."""

import numpy as np

from scratchcv.boxes import (
    box_iou,
    box_iou_backward,
    generalized_box_iou,
    generalized_box_iou_backward,
    paired_giou,
    paired_giou_backward,
)

EPS = 1e-7
SPREAD = [  # N, M, kind
    (1, 1, "ordinary"),
    (3, 4, "ordinary"),
    (4, 3, "small integers"),
    (5, 5, "small integers"),
    (3, 3, "identical"),
    (2, 6, "far"),
    (0, 3, "ordinary"),
    (3, 0, "ordinary"),
]


def random_configuration(rng):
    N, M = rng.integers(0, 40 if rng.random() < 0.1 else 8, 2).tolist()
    return N, M, str(rng.choice(["ordinary", "small integers", "identical", "far"]))


def draw(configuration, rng):
    N, M, kind = configuration
    if kind == "small integers":  # equal coordinates, shared edges
        corner, size = rng.integers(0, 5, (N + M, 2)), rng.integers(1, 4, (N + M, 2))
    else:
        corner = rng.uniform(0, 500 if kind == "far" else 10, (N + M, 2))
        size = rng.uniform(0.5, 9, (N + M, 2))
    boxes = np.hstack([corner, corner + size]).astype(float)
    if kind == "identical":
        boxes[:] = boxes[:1]
    pairs = min(N, M)
    return {
        "boxes1": boxes[:N],
        "boxes2": boxes[N:],
        "dy": rng.standard_normal((N, M)),
        "dpairs": rng.standard_normal(pairs),
    }


def ask_torch(inputs, differentiate):
    from torchvision import ops

    boxes1, boxes2, dpairs = inputs["boxes1"], inputs["boxes2"], inputs["dpairs"]
    pairs, both = len(dpairs), (boxes1, boxes2)
    answers = {}
    for name, function in (("iou", ops.box_iou), ("giou", ops.generalized_box_iou)):
        answers |= _named(name, differentiate(function, inputs["dy"], *both))
    return answers | _named(
        "pairs",
        differentiate(
            lambda a, b: 1 - ops.generalized_box_iou_loss(a, b, eps=EPS),
            dpairs, *(boxes[:pairs] for boxes in both),
        ),
    )  # fmt: skip


def ours(boxes1, boxes2, dy, dpairs):
    pairs = boxes1[: len(dpairs)], boxes2[: len(dpairs)]
    both = boxes1, boxes2
    return (
        _named("iou", (box_iou(*both), *box_iou_backward(dy, *both)))
        | _named("giou", (generalized_box_iou(*both), *generalized_box_iou_backward(dy, *both)))
        | _named("pairs", (paired_giou(*pairs, eps=EPS), *paired_giou_backward(dpairs, *pairs, eps=EPS)))
    )


def allowed(answers, boxes1, boxes2, dy, dpairs):
    pairs = len(dpairs)
    iou, d1, d2 = _absolutes(abs(dy), boxes1, boxes2, enclosing=False)
    # A ratio of areas of three roundings each, in whose union two more are added.
    of_iou = _named(
        "iou", (20 * iou, (40 + d1.shape[1]) * d1.sum(axis=1), (40 + d2.shape[0]) * d2.sum(axis=0))
    )
    _, g1, g2 = _absolutes(abs(dy), boxes1, boxes2, enclosing=True)
    rest = 25  # (C − U) / C, at most 1, with as many roundings
    of_giou = _named(
        "giou", (20 * iou + rest, (50 + g1.shape[1]) * g1.sum(axis=1), (50 + g2.shape[0]) * g2.sum(axis=0))
    )
    _, p1, p2 = _absolutes(np.diag(abs(dpairs)), boxes1[:pairs], boxes2[:pairs], enclosing=True)
    of_pairs = _named(
        "pairs", (20 * iou[:pairs, :pairs].diagonal() + rest, 51 * p1.sum(axis=1), 51 * p2.sum(axis=0))
    )
    return of_iou | of_giou | of_pairs


def _named(name, parts):
    return dict(zip((name, f"{name}_dboxes1", f"{name}_dboxes2"), parts, strict=True))


def _absolutes(d, boxes1, boxes2, enclosing):
    """IoU, and for each pair the gradients' terms without their signs, (N, M, 4) for either box."""
    a, b = boxes1[:, None], boxes2[None]
    inner = np.maximum(np.minimum(a[..., 2:], b[..., 2:]) - np.maximum(a[..., :2], b[..., :2]), 0)
    outer = np.maximum(a[..., 2:], b[..., 2:]) - np.minimum(a[..., :2], b[..., :2])
    side1, side2 = (np.broadcast_to(box[..., 2:] - box[..., :2], inner.shape) for box in (a, b))
    I, C = inner.prod(axis=-1), outer.prod(axis=-1)
    U = side1.prod(axis=-1) + side2.prod(axis=-1) - I
    dU = I / U**2 + (1 / C if enclosing else 0)
    dC = (1 + (C - U) / C) / C if enclosing else 0 * C
    common = (1 / U + dU)[..., None] * inner + dC[..., None] * outer
    terms = [d[..., None] * (common + dU[..., None] * side) for side in (side1, side2)]
    return I / U, *(np.concatenate([term[..., ::-1]] * 2, axis=-1) for term in terms)
