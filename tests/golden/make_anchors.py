"""Write anchors.npz: anchors and default boxes as torchvision makes them."""

from pathlib import Path

import numpy as np
import torch
from torchvision.models.detection.anchor_utils import AnchorGenerator, DefaultBoxGenerator
from torchvision.models.detection.image_list import ImageList

RETINANET_SIZES = [(s, int(s * 2 ** (1 / 3)), int(s * 2 ** (2 / 3))) for s in (32, 64, 128, 256, 512)]
PYRAMID = [(13, 17), (7, 9), (4, 5), (2, 3), (1, 2)]
SSD300_RATIOS = [[2], [2, 3], [2, 3], [2, 3], [2], [2]]


def run(generator, feature_sizes, image_size):
    images = ImageList(torch.zeros(1, 3, *image_size), [image_size])
    return generator(images, [torch.zeros(1, 1, *size) for size in feature_sizes])[0].numpy()


rpn = AnchorGenerator(((128, 256, 512),), ((0.5, 1.0, 2.0),))
fpn = AnchorGenerator(((32,), (64,), (128,), (256,), (512,)), ((0.5, 1.0, 2.0),) * 5)
retinanet = AnchorGenerator(RETINANET_SIZES, ((0.5, 1.0, 2.0),) * 5)
half_pixels = AnchorGenerator(((5, 7, 9.5),), ((0.3, 1.0, 4.0),))
ssd300 = DefaultBoxGenerator(
    SSD300_RATIOS, scales=[0.07, 0.15, 0.33, 0.51, 0.69, 0.87, 1.05], steps=[8, 16, 32, 64, 100, 300]
)
ssdlite = DefaultBoxGenerator([[2, 3]] * 3, min_ratio=0.2, max_ratio=0.95)
unclipped = DefaultBoxGenerator([[2], []], scales=[0.5, 0.9, 1.3], clip=False)
single = DefaultBoxGenerator([[2]])

ssd300_boxes = run(ssd300, [(n, n) for n in (38, 19, 10, 5, 3, 1)], (300, 300))
np.savez_compressed(
    Path(__file__).with_name("anchors.npz"),
    rpn=run(rpn, [(6, 8)], (100, 130)),
    fpn=run(fpn, PYRAMID, (416, 544)),
    retinanet=run(retinanet, PYRAMID, (416, 544)),
    half_pixels=run(half_pixels, [(2, 3)], (31, 31)),
    ssd300=ssd300_boxes,
    ssdlite=run(ssdlite, [(4, 6), (2, 3), (1, 1)], (320, 480)),
    unclipped=run(unclipped, [(3, 2), (1, 1)], (200, 100)),
    single=run(single, [(2, 2)], (64, 96)),
)
