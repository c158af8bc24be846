"""Encoded boxes, as torchvision's encode_boxes."""

import numpy as np

from scratchcv.boxes import encode_deltas, encode_deltas_backward

SPREAD = [  # N, weights
    (0, (1.0, 1.0, 1.0, 1.0)),
    (1, (1.0, 1.0, 1.0, 1.0)),
    (3, (10.0, 10.0, 5.0, 5.0)),
    (5, (10.0, 10.0, 5.0, 5.0)),
    (4, (1.0, 2.0, 3.0, 4.0)),
    (7, (0.5, 0.25, 8.0, 1.0)),
    (2, (1.0, 1.0, 1.0, 1.0)),
    (9, (10.0, 10.0, 5.0, 5.0)),
]


def random_configuration(rng):
    weights = [(1.0, 1.0, 1.0, 1.0), (10.0, 10.0, 5.0, 5.0), tuple(rng.uniform(0.1, 10, 4).tolist())]
    return int(rng.integers(0, 20)), weights[rng.integers(3)]


def draw(configuration, rng):
    count, weights = configuration
    corner = rng.uniform(-20, 200, (2, count, 2))
    boxes, anchors = np.concatenate([corner, corner + np.exp(rng.uniform(0, 5, corner.shape))], axis=2)
    return {"boxes": boxes, "anchors": anchors, "dy": rng.standard_normal((count, 4)), "weights": weights}


def ask_torch(inputs, differentiate):
    import torch
    from torchvision.models.detection._utils import encode_boxes

    weights = torch.tensor(inputs["weights"], dtype=torch.float64)
    y, dboxes, danchors = differentiate(
        lambda boxes, anchors: encode_boxes(boxes, anchors, weights),
        inputs["dy"], inputs["boxes"], inputs["anchors"],
    )  # fmt: skip
    return {"y": y, "dboxes": dboxes, "danchors": danchors}


def ours(boxes, anchors, dy, weights):
    dboxes, danchors = encode_deltas_backward(dy, boxes, anchors, weights=weights)
    return {"y": encode_deltas(boxes, anchors, weights=weights), "dboxes": dboxes, "danchors": danchors}


def allowed(answers, boxes, anchors, dy, weights):
    size, anchor_size = (box[:, 2:] - box[:, :2] for box in (boxes, anchors))
    # Centres may cancel: what counts is how large their terms are.
    apart = sum(abs(box).reshape(-1, 2, 2).sum(axis=1) for box in (boxes, anchors)) / anchor_size
    log = abs(np.log(size / anchor_size))
    d = abs(dy) * weights
    dcenter, dlog = d[:, :2] / anchor_size, d[:, 2:]
    return {
        "y": np.concatenate([6 * apart, 4 + 3 * log], axis=1) * weights,
        "dboxes": np.tile(8 * (dcenter + dlog / size), 2),
        "danchors": np.tile(10 * (dcenter * (1 + apart) + dlog / anchor_size), 2),
    }
