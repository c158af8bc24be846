"""Mask pasting, as torchvision.models.detection.roi_heads.paste_masks_in_image."""

import numpy as np

from scratchcv.layers import paste_masks_in_image, paste_masks_in_image_backward

SPREAD = [  # masks, image_size, padding
    ((1, 1, 2, 2), (5, 5), 1),
    ((3, 1, 4, 4), (9, 7), 1),
    ((2, 1, 5, 5), (6, 12), 0),
    ((2, 1, 3, 3), (8, 8), 2),
    ((2, 1, 4, 6), (9, 9), 1),
    ((0, 1, 4, 4), (3, 5), 1),
]


def random_configuration(rng):
    side = int(rng.integers(1, 9))
    sides = (side, side) if rng.random() < 0.7 else tuple(rng.integers(1, 9, 2).tolist())
    masks = (int(rng.integers(0, 5)), 1, *sides)
    return masks, tuple(rng.integers(1, 25, 2).tolist()), int(rng.integers(0, 3))


def draw(configuration, rng):
    shape, (H, W), padding = configuration
    corners = rng.uniform(0, 1, (shape[0], 2, 2)) * (W, H)
    boxes = np.sort(corners, axis=1).reshape(-1, 4)
    return {
        "masks": rng.random(shape),
        "boxes": boxes,
        "dy": rng.standard_normal((shape[0], 1, H, W)),
        "image_size": (H, W),
        "padding": padding,
    }


def ask_torch(inputs, differentiate):
    import torch
    from torchvision.models.detection.roi_heads import paste_masks_in_image

    boxes = torch.tensor(inputs["boxes"])  # in their own precision: corners are cut to whole pixels
    y, dmasks = differentiate(
        lambda masks: paste_masks_in_image(masks, boxes, inputs["image_size"], inputs["padding"]),
        inputs["dy"], inputs["masks"],
    )  # fmt: skip
    return {"y": y, "dmasks": dmasks}


def ours(masks, boxes, dy, image_size, padding):
    return {
        "y": paste_masks_in_image(masks, boxes, image_size, padding),
        "dmasks": paste_masks_in_image_backward(dy, boxes, masks.shape[2:], padding),
    }


def allowed(answers, masks, boxes, dy, image_size, padding):
    # A position is off by 4 roundings of numbers up to the padded side, a weight by as much, a side each.
    position = 2 * 4 * (max(masks.shape[2:]) + 2 * padding)
    H, W = image_size
    total = abs(dy).sum(axis=(1, 2, 3)).reshape(-1, 1, 1, 1)  # at most all of an image reaches a mask's pixel
    return {"y": (4 + 8 + position) * abs(masks).max(initial=0), "dmasks": (H * W + 8 + position) * total}
