"""Mask R-CNN's keypoint loss, as torchvision.models.detection.roi_heads.keypointrcnn_loss."""

import numpy as np

from scratchcv.losses import keypointrcnn_loss, keypoints_to_heatmap

ROUNDINGS = 16
"""Of the handful of operations that are no sums: exponentials, logarithms, divisions."""

SPREAD = [  # regions, keypoints, heatmap size, scale, whole numbers
    (1, 1, 1, 1.0, False),
    (1, 3, 2, 1.0, True),
    (3, 2, 3, 10.0, False),
    (2, 4, 2, 1e4, True),
    (4, 3, 2, 0.01, False),
    (2, 2, 5, 3.0, True),
    (0, 3, 4, 1.0, False),
    (3, 2, 4, 1.0, True),
]


def random_configuration(rng):
    regions, points, size = rng.integers((0, 1, 1), (6, 6, 15)).tolist()
    return regions, points, size, float(rng.choice([0.01, 1, 10, 1e4])), bool(rng.random() < 0.5)


def draw(configuration, rng):
    """Draw keypoints in and around regions; where numbers are whole, many lie on borders."""
    regions, points, size, scale, whole = configuration
    corner = rng.uniform(0, 20, (regions, 2))
    rois = np.hstack([corner, corner + rng.uniform(1, 30, (regions, 2))])
    places = rng.uniform(0, 50, (regions, points, 2))
    if whole:
        rois, places = np.round(rois), np.round(places)
        rois[:, 2:] = np.maximum(rois[:, 2:], rois[:, :2] + 1)
    visibility = rng.integers(0, 3, (regions, points))
    return {
        "keypoint_logits": scale * rng.standard_normal((regions, points, size, size)),
        "keypoints": np.dstack([places, visibility]),
        "rois": rois,
    }


def ask_torch(inputs, differentiate):
    import torch
    from torchvision.models.detection.roi_heads import keypointrcnn_loss as loss_of
    from torchvision.models.detection.roi_heads import keypoints_to_heatmap as heatmap_of

    keypoints, rois = (torch.tensor(inputs[name], dtype=torch.float64) for name in ("keypoints", "rois"))
    targets, visible = heatmap_of(keypoints, rois, inputs["keypoint_logits"].shape[2])
    loss, dkeypoint_logits = differentiate(
        lambda logits: loss_of(logits, [rois], [keypoints], [torch.arange(len(rois))]),
        1.0, inputs["keypoint_logits"],
    )  # fmt: skip
    return {
        "loss": loss,
        "dkeypoint_logits": dkeypoint_logits,
        "targets": targets.numpy(),
        "visible": visible.numpy() > 0,
    }


def ours(keypoint_logits, keypoints, rois):
    targets, visible = keypoints_to_heatmap(keypoints, rois, keypoint_logits.shape[2])
    loss, dkeypoint_logits = keypointrcnn_loss(keypoint_logits, targets, visible)
    return {"loss": loss, "dkeypoint_logits": dkeypoint_logits, "targets": targets, "visible": visible}


def allowed(answers, keypoint_logits, keypoints, rois):
    R, P, m, _ = keypoint_logits.shape
    x, visible = keypoint_logits.reshape(R, P, m * m), answers["visible"]
    below = abs(x - x.max(axis=2, keepdims=True, initial=-np.inf))
    probability = np.exp(-below) / np.exp(-below).sum(axis=2, keepdims=True)
    truth = answers["targets"][..., None] == np.arange(m * m)
    count, roundings = max(visible.sum(), 1), 2 * m * m + R * P + ROUNDINGS
    losses = (truth * below).sum(axis=2) + np.log(m * m + 1) + 1
    dlogits = (truth + probability * (1 + below)) * visible[..., None] / count
    return {
        "loss": roundings * (losses * visible).sum() / count,
        "dkeypoint_logits": roundings * dlogits.reshape(keypoint_logits.shape),
        "targets": 0,
        "visible": 0,
    }
