"""SSD's losses, as the compute_loss of torchvision's SSD."""

import numpy as np

from scratchcv.losses import multibox_loss

ROUNDINGS = 16
"""Of the handful of operations on each element."""

SPREAD = [  # images, anchors, classes with background, scale, share of objects
    (1, 1, 2, 1.0, 1.0),
    (1, 9, 3, 1.0, 0.2),
    (2, 12, 3, 1.0, 0.1),
    (3, 8, 2, 10.0, 0.3),
    (2, 6, 4, 1e3, 0.5),
    (2, 6, 2, 1.0, 0.0),
]


def random_configuration(rng):
    images, anchors, classes = rng.integers((1, 1, 2), (4, 40, 7)).tolist()
    return images, anchors, classes, float(rng.choice([0.1, 1, 10, 1e3])), float(rng.choice([0, 0.1, 0.3, 1]))


def draw(configuration, rng):
    images, anchors, classes, scale, objects = configuration
    shape = images, anchors
    labels = rng.integers(1, classes, shape) * (rng.random(shape) < objects)
    # Where negatives run out torchvision counts positives twice; here each image has enough, or none at all.
    few = np.cumsum(labels > 0, axis=1) <= anchors // 4
    return {
        "logits": scale * rng.standard_normal((*shape, classes)),
        "deltas": 2 * rng.standard_normal((*shape, 4)),
        "labels": labels if objects == 1 else labels * few,
        "target_deltas": rng.standard_normal((*shape, 4)),
    }


def ask_torch(inputs, differentiate):
    from types import SimpleNamespace

    import torch
    from torchvision.models.detection.ssd import SSD

    labels, classes = inputs["labels"], inputs["logits"].shape[2]
    matches = list(torch.tensor(np.where(labels == 0, -1, labels)))  # truth number u is of class u
    targets = [{"labels": torch.arange(classes), "boxes": torch.zeros(classes, 4)} for _ in labels]
    # In place of anchors stand the deltas that they encode.
    encoded = list(torch.tensor(inputs["target_deltas"], dtype=torch.float64))
    ratio = 0 if (labels > 0).all() else 3
    coder = SimpleNamespace(encode_single=lambda boxes, anchors: anchors)
    ssd = SimpleNamespace(box_coder=coder, neg_to_pos_ratio=ratio)

    def losses(logits, deltas):
        outputs = {"cls_logits": logits, "bbox_regression": deltas}
        losses = SSD.compute_loss(ssd, targets, outputs, encoded, matches)
        classification, box = losses["classification"], losses["bbox_regression"]
        return classification + box, classification, box

    (_, *losses), dlogits, ddeltas = differentiate(losses, 1.0, inputs["logits"], inputs["deltas"])
    return {"classification": losses[0], "box": losses[1], "dlogits": dlogits, "ddeltas": ddeltas}


def ours(logits, deltas, labels, target_deltas):
    losses, (dlogits, ddeltas) = multibox_loss(logits, deltas, labels, target_deltas)
    return {**losses, "dlogits": dlogits, "ddeltas": ddeltas}


def allowed(answers, logits, deltas, labels, target_deltas):
    positive = labels > 0
    counted = answers["dlogits"].any(axis=2) | positive
    count = max(int(positive.sum()), 1)
    # A log-sum-exp over K classes is off by K + |x| roundings.
    entropy = logits.shape[2] + 2 * abs(logits).max(axis=2, initial=0)
    distance = positive[..., None] * (abs(deltas) + abs(target_deltas) + 0.5)
    limits = {
        "classification": (counted * entropy).sum() / count,
        "box": distance.sum() / count,
        "dlogits": entropy[..., None] / count * np.ones_like(logits),
        "ddeltas": distance / count,
    }
    return {name: (ROUNDINGS + logits.size) * limit for name, limit in limits.items()}
