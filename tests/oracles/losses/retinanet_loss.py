"""RetinaNet's losses, as the compute_loss of torchvision's two heads."""

import numpy as np

from scratchcv.boxes import IGNORE
from scratchcv.losses import retinanet_loss

ROUNDINGS = 16
"""Of the handful of operations on each element."""

SPREAD = [  # images, anchors, classes with background, scale, shares of objects and ignored anchors, beta
    (1, 1, 2, 1.0, 1.0, 0.0, 0.0),
    (1, 9, 3, 1.0, 0.3, 0.3, 0.0),
    (2, 7, 3, 1.0, 0.2, 0.5, 1.0),
    (3, 5, 2, 10.0, 0.5, 0.3, 0.0),
    (2, 6, 4, 60.0, 0.5, 0.3, 1.0),
    (2, 6, 2, 1.0, 0.0, 0.3, 0.0),
    (2, 6, 3, 1.0, 1.0, 1.0, 0.0),
]


def random_configuration(rng):
    images, anchors, classes = rng.integers((1, 1, 2), (4, 40, 6)).tolist()
    objects, ignored = float(rng.choice([0, 0.1, 0.5, 1])), float(rng.choice([0, 0.3, 0.9]))
    return images, anchors, classes, float(rng.choice([0.1, 1, 10, 60])), objects, ignored, int(rng.choice(2))


def draw(configuration, rng):
    images, anchors, classes, scale, objects, ignored, beta = configuration
    shape = images, anchors
    labels = rng.integers(1, classes, shape) * (rng.random(shape) < objects)
    labels[rng.random(shape) < ignored] = IGNORE
    return {
        "logits": scale * rng.standard_normal((*shape, classes)),
        "deltas": rng.standard_normal((*shape, 4)),
        "labels": labels,
        "target_deltas": 0.7 * rng.standard_normal((*shape, 4)),
        "beta": float(beta),
    }


def ask_torch(inputs, differentiate):
    from types import SimpleNamespace

    import torch
    from torchvision.models.detection.retinanet import RetinaNetClassificationHead, RetinaNetRegressionHead

    labels, classes = inputs["labels"], inputs["logits"].shape[2]
    matches = list(torch.tensor(np.where(labels == 0, -1, labels)))  # truth number u is of class u
    targets = [{"labels": torch.arange(classes), "boxes": torch.zeros(classes, 4)} for _ in labels]
    # In place of anchors stand the deltas that they encode.
    encoded = list(torch.tensor(inputs["target_deltas"], dtype=torch.float64))
    cls_head = SimpleNamespace(BETWEEN_THRESHOLDS=IGNORE)
    box_head = SimpleNamespace(
        _loss_type="smooth_l1" if inputs["beta"] else "l1",
        box_coder=SimpleNamespace(encode_single=lambda boxes, anchors: anchors),
    )

    def losses(logits, deltas):
        outputs = {"cls_logits": logits, "bbox_regression": deltas}
        classification = RetinaNetClassificationHead.compute_loss(cls_head, targets, outputs, matches)
        box = RetinaNetRegressionHead.compute_loss(box_head, targets, outputs, encoded, matches)
        return classification + box, classification, box

    (_, *losses), dlogits, ddeltas = differentiate(losses, 1.0, inputs["logits"], inputs["deltas"])
    return {"classification": losses[0], "box": losses[1], "dlogits": dlogits, "ddeltas": ddeltas}


def ours(logits, deltas, labels, target_deltas, beta):
    losses, (dlogits, ddeltas) = retinanet_loss(
        logits, deltas, labels, target_deltas, beta=beta, background_column=True
    )
    return {**losses, "dlogits": dlogits, "ddeltas": ddeltas}


def allowed(answers, logits, deltas, labels, target_deltas, beta):
    positive, used = (labels > 0)[..., None], (labels != IGNORE)[..., None]
    yes = positive & (labels[..., None] == np.arange(logits.shape[2]))
    x, weight = np.where(yes, logits, -logits), np.where(yes, 0.25, 0.75) * used
    entropy, missing = np.logaddexp(0, -x), np.exp(-np.logaddexp(0, x))
    # The entropy is off by |x| + 1 roundings, torchvision's 1 - p by one of 1: as for the focal loss alone.
    divisor = len(labels) * np.maximum(positive.sum(axis=1), 1)[:, None]
    limits = {
        "classification": (weight * missing * (3 * missing * (abs(x) + 1) + 2 * entropy) / divisor).sum(),
        "box": (positive * (abs(deltas - target_deltas) + beta) / divisor).sum(),
        "dlogits": weight * missing * (3 * missing * (abs(x) + 4) + 4 * entropy) / divisor,
        "ddeltas": positive / divisor * np.ones_like(deltas),
    }
    return {name: (ROUNDINGS + x.size) * limit for name, limit in limits.items()}
