"""Fast R-CNN's losses, as torchvision.models.detection.roi_heads.fastrcnn_loss."""

import numpy as np

from scratchcv.losses import fast_rcnn_loss

ROUNDINGS = 16
"""Of the handful of operations that are no sums: exponentials, logarithms, divisions."""

SPREAD = [  # regions, classes with background, scale, fraction of regions with an object
    (1, 2, 1.0, 1.0),
    (6, 3, 1.0, 0.5),
    (6, 3, 1.0, 0.0),
    (8, 2, 10.0, 0.3),
    (5, 6, 0.1, 0.5),
    (5, 4, 1e4, 0.5),
    (3, 1, 1.0, 0.0),
]


def random_configuration(rng):
    regions, classes = rng.integers(1, (30, 10)).tolist()
    return regions, classes, float(rng.choice([0.1, 1, 10, 1e4])), float(rng.choice([0, 0.3, 1]))


def draw(configuration, rng):
    regions, classes, scale, fraction = configuration
    labels = rng.integers(0, classes, regions) * (rng.random(regions) < fraction)
    return {
        "logits": scale * rng.standard_normal((regions, classes)),
        "deltas": rng.standard_normal((regions, 4 * classes)),
        "labels": labels,
        "target_deltas": 0.3 * rng.standard_normal((regions, 4)),
    }


def ask_torch(inputs, differentiate):
    import torch
    from torchvision.models.detection.roi_heads import fastrcnn_loss

    labels = torch.tensor(inputs["labels"]).tensor_split(2)  # two images
    targets = torch.tensor(inputs["target_deltas"], dtype=torch.float64).tensor_split(2)

    def losses(logits, deltas):
        classification, box = fastrcnn_loss(logits, deltas, labels, targets)
        return classification + box, classification, box

    (_, *losses), dlogits, ddeltas = differentiate(losses, 1.0, inputs["logits"], inputs["deltas"])
    return {"classification": losses[0], "box": losses[1], "dlogits": dlogits, "ddeltas": ddeltas}


def ours(logits, deltas, labels, target_deltas):
    losses, (dlogits, ddeltas) = fast_rcnn_loss(logits, deltas, labels, target_deltas, beta=1 / 9)
    return {**losses, "dlogits": dlogits, "ddeltas": ddeltas}


def allowed(answers, logits, deltas, labels, target_deltas):
    R, K = logits.shape
    below = abs(logits - logits.max(axis=1, keepdims=True))
    probability = np.exp(-below) / np.exp(-below).sum(axis=1, keepdims=True)
    truth = labels[:, None] == np.arange(K)
    positive = labels > 0
    chosen = deltas.reshape(R, K, 4)[positive, labels[positive]]
    distance = abs(chosen - target_deltas[positive])
    limits = {
        "classification": (truth * (below + np.log(K + 1) + 1)).sum(),
        "box": (distance + 1 / 18).sum(),
        "dlogits": truth + probability * (1 + below),
        "ddeltas": np.repeat(truth & positive[:, None], 4, axis=1),
    }
    return {name: (2 * K + R + ROUNDINGS) * limit / R for name, limit in limits.items()}
