"""Bilinear cropping of masks, as torchvision.models.detection.roi_heads.project_masks_on_boxes."""

import numpy as np

from scratchcv.layers import crop_masks, crop_masks_backward

SPREAD = [  # masks, boxes, size
    ((1, 6, 6), 1, 3),
    ((3, 7, 5), 4, 4),
    ((2, 4, 9), 3, 1),
    ((2, 3, 3), 0, 2),
]


def random_configuration(rng):
    shape = tuple(rng.integers((1, 1, 1), (5, 16, 16)).tolist())
    return shape, int(rng.integers(0, 6)), int(rng.integers(1, 8))


def draw(configuration, rng):
    shape, boxes, size = configuration
    corners = rng.uniform(0, 1, (boxes, 2, 2)) * (shape[2], shape[1])
    return {
        "masks": rng.random(shape),
        "boxes": np.sort(corners, axis=1).reshape(-1, 4),
        "indices": rng.integers(0, shape[0], boxes),
        "dy": rng.standard_normal((boxes, size, size)),
        "size": size,
    }


def ask_torch(inputs, differentiate):
    import torch
    from torchvision.models.detection.roi_heads import project_masks_on_boxes

    boxes, indices = torch.tensor(inputs["boxes"], dtype=torch.float64), torch.tensor(inputs["indices"])
    y, dmasks = differentiate(
        lambda masks: project_masks_on_boxes(masks, boxes, indices, inputs["size"]),
        inputs["dy"], inputs["masks"],
    )  # fmt: skip
    return {"y": y, "dmasks": dmasks}


def ours(masks, boxes, indices, dy, size):
    return {
        "y": crop_masks(masks, boxes, size, indices),
        "dmasks": crop_masks_backward(dy, boxes, masks.shape, indices),
    }


def allowed(answers, masks, boxes, indices, dy, size):
    samples = np.ceil(max(*masks.shape[1:]) / size)
    position = 2 * 5 * max(masks.shape[1:])  # 5 roundings of numbers up to the side, a side each
    total = np.zeros((len(masks), 1, 1))
    np.add.at(total, indices, abs(dy).sum(axis=(1, 2), keepdims=True))  # reaches a pixel at most
    return {
        "y": (4 * samples**2 + 8 + position) * masks.max(),
        "dmasks": (dy.size * samples**2 + 8 + position) * total,
    }
