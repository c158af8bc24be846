"""The losses of a region proposal network, as torchvision's RegionProposalNetwork.compute_loss."""

import numpy as np

from scratchcv.boxes import IGNORE
from scratchcv.losses import rpn_loss

ROUNDINGS = 16
"""Of the handful of operations on each element."""

SPREAD = [  # images, anchors, scale, shares of objects and ignored anchors
    (1, 1, 1.0, 1.0, 0.0),
    (1, 9, 1.0, 0.3, 0.3),
    (2, 7, 1.0, 0.2, 0.5),
    (3, 5, 10.0, 0.5, 0.3),
    (2, 6, 1e4, 0.5, 0.3),
    (2, 6, 1.0, 0.0, 0.3),
    (2, 6, 1.0, 1.0, 0.8),
]


def random_configuration(rng):
    images, anchors = rng.integers(1, (4, 60)).tolist()
    objects, ignored = float(rng.choice([0, 0.1, 0.5, 1])), float(rng.choice([0, 0.3, 0.9]))
    return images, anchors, float(rng.choice([0.1, 1, 10, 1e4])), objects, ignored


def draw(configuration, rng):
    images, anchors, scale, objects, ignored = configuration
    labels = (rng.random((images, anchors)) < objects).astype(int)
    labels[rng.random(labels.shape) < ignored] = IGNORE
    labels[0, 0] = 1  # torchvision's loss of no sampled anchors is NaN
    return {
        "objectness": scale * rng.standard_normal(labels.shape),
        "deltas": rng.standard_normal((*labels.shape, 4)),
        "labels": labels,
        "target_deltas": 0.3 * rng.standard_normal((*labels.shape, 4)),
    }


def ask_torch(inputs, differentiate):
    from types import SimpleNamespace

    import torch
    from torchvision.models.detection.rpn import RegionProposalNetwork

    labels = list(torch.tensor(inputs["labels"], dtype=torch.float64))
    targets = list(torch.tensor(inputs["target_deltas"], dtype=torch.float64))
    network = SimpleNamespace(
        fg_bg_sampler=lambda labels: ([one == 1 for one in labels], [one == 0 for one in labels])
    )

    def losses(objectness, deltas):
        objectness_loss, box = RegionProposalNetwork.compute_loss(
            network, objectness, deltas.reshape(-1, 4), labels, targets
        )
        return objectness_loss + box, objectness_loss, box

    (_, *losses), dobjectness, ddeltas = differentiate(losses, 1.0, inputs["objectness"], inputs["deltas"])
    return {"objectness": losses[0], "box": losses[1], "dobjectness": dobjectness, "ddeltas": ddeltas}


def ours(objectness, deltas, labels, target_deltas):
    losses, (dobjectness, ddeltas) = rpn_loss(
        objectness, deltas, labels, target_deltas, n_cls=None, n_reg=None, balance=1.0, beta=1 / 9
    )
    return {**losses, "dobjectness": dobjectness, "ddeltas": ddeltas}


def allowed(answers, objectness, deltas, labels, target_deltas):
    sampled, positive = labels != IGNORE, (labels == 1)[..., None]
    count = sampled.sum()
    limits = {  # PyTorch's binary cross-entropy adds x and subtracts it again
        "objectness": (sampled * (2 * abs(objectness) + 1)).sum(),
        "box": (positive * (abs(deltas - target_deltas) + 1 / 18)).sum(),
        "dobjectness": 2.0 * sampled,
        "ddeltas": positive * np.ones_like(deltas),
    }
    return {name: (ROUNDINGS + count) * limit / count for name, limit in limits.items()}
