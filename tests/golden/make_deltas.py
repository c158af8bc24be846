"""Write deltas.npz: boxes encoded and decoded by torchvision's BoxCoder."""

from pathlib import Path

import numpy as np
import torch
from torchvision.models.detection._utils import BoxCoder

rng = np.random.default_rng(0)


def random_boxes(count):
    corner = rng.uniform(-50, 500, (count, 2))
    return np.hstack([corner, corner + np.exp(rng.uniform(-3, 6, (count, 2)))])


boxes, anchors = random_boxes(200), random_boxes(200)
deltas = rng.normal(0, 3, (200, 4))
coder = BoxCoder((10.0, 10.0, 5.0, 5.0))
np.savez_compressed(
    Path(__file__).with_name("deltas.npz"),
    boxes=boxes,
    anchors=anchors,
    deltas=deltas,
    encoded=coder.encode_single(torch.tensor(boxes), torch.tensor(anchors)).numpy(),
    decoded=coder.decode_single(torch.tensor(deltas), torch.tensor(anchors)).numpy(),
    decoded_unweighted=BoxCoder((1.0, 1.0, 1.0, 1.0))
    .decode_single(torch.tensor(deltas * 2), torch.tensor(anchors))
    .numpy(),
)
