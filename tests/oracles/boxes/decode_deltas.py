"""Decoded deltas of one class or several, as torchvision's BoxCoder.decode_single."""

import numpy as np

from scratchcv.boxes import (
    decode_class_deltas,
    decode_class_deltas_backward,
    decode_deltas,
    decode_deltas_backward,
)

CLIP = float(np.log(1000 / 16))
SPREAD = [  # N, K (0: not by class), weights, spread of the deltas
    (1, 0, (1.0, 1.0, 1.0, 1.0), 1),
    (4, 0, (10.0, 10.0, 5.0, 5.0), 3),
    (5, 0, (1.0, 2.0, 3.0, 4.0), 9),
    (0, 0, (1.0, 1.0, 1.0, 1.0), 1),
    (3, 1, (10.0, 10.0, 5.0, 5.0), 3),
    (3, 4, (10.0, 10.0, 5.0, 5.0), 9),
    (2, 3, (1.0, 1.0, 1.0, 1.0), 5),
    (0, 3, (1.0, 1.0, 1.0, 1.0), 1),
]


def random_configuration(rng):
    weights = [(1.0, 1.0, 1.0, 1.0), (10.0, 10.0, 5.0, 5.0), tuple(rng.uniform(0.1, 10, 4).tolist())]
    count, classes = rng.integers(0, (12, 5)).tolist()
    return count, classes, weights[rng.integers(3)], int(rng.integers(1, 10))


def draw(configuration, rng):
    count, classes, weights, spread = configuration
    corner = rng.uniform(-20, 200, (count, 2))
    anchors = np.hstack([corner, corner + np.exp(rng.uniform(0, 5, (count, 2)))])
    deltas = rng.normal(0, spread, (count, 4 * max(classes, 1)))
    dy = rng.standard_normal((count, classes, 4) if classes else (count, 4))
    return {"deltas": deltas, "anchors": anchors, "dy": dy, "weights": weights, "by_class": bool(classes)}


def ask_torch(inputs, differentiate):
    from torchvision.models.detection._utils import BoxCoder

    coder, shape = BoxCoder(inputs["weights"]), inputs["dy"].shape
    y, ddeltas, danchors = differentiate(
        lambda deltas, anchors: coder.decode_single(deltas, anchors).reshape(shape),
        inputs["dy"], inputs["deltas"], inputs["anchors"],
    )  # fmt: skip
    return {"y": y, "ddeltas": ddeltas, "danchors": danchors}


def ours(deltas, anchors, dy, weights, by_class):
    decode, backward = (
        (decode_class_deltas, decode_class_deltas_backward)
        if by_class
        else (decode_deltas, decode_deltas_backward)
    )
    ddeltas, danchors = backward(dy, deltas, anchors, weights=weights)
    return {"y": decode(deltas, anchors, weights=weights), "ddeltas": ddeltas, "danchors": danchors}


def allowed(answers, deltas, anchors, dy, weights, by_class):
    deltas_shape, deltas = deltas.shape, deltas.reshape(len(deltas), deltas.shape[1] // 4, 4)
    t = abs(deltas) / weights
    log_scale = np.minimum(deltas[..., 2:] / weights[2:], CLIP)
    size = (anchors[:, 2:] - anchors[:, :2])[:, None]
    # An exponent of e roundings makes an exponential of e · |exponent|.
    grown, off = np.exp(log_scale), 10 + 3 * abs(log_scale)
    centers = abs(anchors[:, None, :2]) + size * (1 + t[..., :2])
    d = abs(dy).reshape(t.shape)
    d = d[..., :2] + d[..., 2:]  # both corners hang on centre and size
    y = np.tile(6 * centers + off * grown * size, 2)
    ddeltas = np.concatenate([d * size * 8, d * off * grown * size], axis=-1) / weights
    danchors = (d * (10 * (1 + t[..., :2]) + off * grown)).sum(axis=1) * (1 + t.shape[1])
    return {
        "y": y.reshape(dy.shape),
        "ddeltas": ddeltas.reshape(deltas_shape),
        "danchors": np.tile(danchors, 2),
    }
