"""Mask R-CNN's mask loss, as torchvision.models.detection.roi_heads.maskrcnn_loss."""

import numpy as np

from scratchcv.losses import maskrcnn_loss

ROUNDINGS = 16
"""Of the handful of operations on each pixel."""

SPREAD = [  # regions, classes, mask size, scale
    (1, 1, 1, 1.0),
    (1, 3, 2, 1.0),
    (3, 2, 3, 10.0),
    (2, 4, 2, 1e4),
    (4, 3, 2, 0.01),
    (2, 2, 5, 3.0),
    (0, 3, 4, 1.0),
    (5, 1, 1, 60.0),
]


def random_configuration(rng):
    regions, classes, size = rng.integers((0, 1, 1), (6, 6, 15)).tolist()
    return regions, classes, size, float(rng.choice([0.01, 1, 10, 1e4]))


def draw(configuration, rng):
    regions, classes, size, scale = configuration
    return {
        "mask_logits": scale * rng.standard_normal((regions, classes, size, size)),
        "labels": rng.integers(0, classes, regions),
        "mask_targets": rng.integers(0, 2, (regions, size, size)),
        "split": int(rng.integers(0, regions + 1)),  # so many regions are the first of two images'
    }


def ask_torch(inputs, differentiate):
    import torch
    from torchvision.models.detection.roi_heads import maskrcnn_loss as theirs

    masks, labels, split = (
        torch.tensor(inputs["mask_targets"]),
        torch.tensor(inputs["labels"]),
        inputs["split"],
    )
    images = [slice(None, split), slice(split, None)]
    # From the middle of a pixel before the first to that of the last: cut out so, a mask stays as it is.
    last = masks.shape[1] - 0.5
    rois = torch.tensor([[-0.5, -0.5, last, last]], dtype=torch.float64).expand(len(masks), 4)
    matched = torch.arange(len(masks))
    loss, dmask_logits = differentiate(
        lambda mask_logits: theirs(
            mask_logits,
            [rois[image] for image in images],
            [masks[image].to(torch.float64) for image in images],
            [labels[image] for image in images],
            [matched[: len(masks[image])] for image in images],
        ),
        1.0, inputs["mask_logits"],
    )  # fmt: skip
    return {"loss": loss, "dmask_logits": dmask_logits}


def ours(mask_logits, labels, mask_targets, split):
    loss, dmask_logits = maskrcnn_loss(mask_logits, labels, mask_targets)
    return {"loss": loss, "dmask_logits": dmask_logits}


def allowed(answers, mask_logits, labels, mask_targets, split):
    own = labels[:, None] == np.arange(mask_logits.shape[1])
    x = abs(mask_logits[own])
    count = max(x.size, 1)
    slope = np.where(own[:, :, None, None], 1 + np.exp(-abs(mask_logits)) * abs(mask_logits), 0)
    return {"loss": (ROUNDINGS + count) * (x + 1).sum() / count, "dmask_logits": ROUNDINGS * slope / count}
