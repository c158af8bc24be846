"""Write ssd.npz: detections, losses and gradients of torchvision's SSD300, its VGG-16 sixteen times narrower.

Weights, images and targets are drawn by NumPy here and in the tests, and need not be stored.
"""

import runpy
from pathlib import Path
from unittest import mock

import numpy as np

FASTER_RCNN = runpy.run_path(str(Path(__file__).with_name("make_faster_rcnn.py")))
load = FASTER_RCNN["load"]

SAMPLED = (
    "backbone.scale_weight",
    "backbone.features.0.weight",
    "backbone.extra.0.7.1.weight",
    "backbone.extra.4.2.bias",
    "head.classification_head.module_list.0.weight",
    "head.regression_head.module_list.5.bias",
)
"""Parameters whose gradients are compared."""

SIZES, NUM_CLASSES, WIDTH = [(80, 100), (300, 200), (330, 310)], 4, 4
"""The images, the classes with background, and the channels of the first convolution, 64 in the paper."""


def images_and_targets(sizes, num_classes):
    """Return images, the last without objects; the first has such of all sizes, so that every map learns."""
    images, targets = FASTER_RCNN["images_and_targets"](sizes, num_classes)
    height, width = sizes[0]
    of_all_sizes = [[0.03, 0.02, 0.95, 0.97], [0.2, 0.22, 0.95, 0.93], [0.5, 0.5, 0.58, 0.57]]
    boxes = np.array(of_all_sizes) * [width, height, width, height]
    targets[0]["boxes"] = np.vstack([targets[0]["boxes"], boxes])
    targets[0]["labels"] = np.append(targets[0]["labels"], [1, num_classes - 1, 1])
    return images, targets


def random_state(shapes, seed=0):
    """Return weights by name, under which activations keep their size and detections are sure and apart."""
    state = FASTER_RCNN["random_state"](shapes, seed)
    for name in state:
        if name.endswith("scale_weight"):
            state[name] *= np.sqrt(np.float32(len(state[name])))  # pixels' features have the length 1
        elif name.endswith("features.0.weight"):
            state[name] /= 100  # images are 0 to 255
        elif "classification_head" in name and name.endswith("weight"):
            state[name] *= 2
        elif "regression_head" in name and name.endswith("weight"):
            state[name] *= 0.5
    return state


def ask_torchvision(model, images, targets):
    """Return torchvision's detections, its two losses, and all gradients, in float64."""
    import torch

    model.double()
    tensors = [torch.tensor(image) for image in images]
    with torch.no_grad():
        detections = model.eval()(tensors)
    losses = model.train()(
        tensors, [{key: torch.tensor(v) for key, v in target.items()} for target in targets]
    )
    sum(losses.values()).backward()
    theirs = {"classification": "classification", "box": "bbox_regression"}
    return (
        [{key: value.numpy() for key, value in detection.items()} for detection in detections],
        {ours: losses[name].item() for ours, name in theirs.items()},
        {name: p.grad.numpy() for name, p in model.named_parameters()},
    )


def torchvisions_narrow_ssd():
    """Return torchvision's SSD300 with all channels divided, but for those of images and of the heads."""
    from torch import nn, ones
    from torchvision.models.detection import ssd
    from torchvision.models.detection.anchor_utils import DefaultBoxGenerator
    from torchvision.models.vgg import make_layers

    parts = 64 // WIDTH

    class NarrowConv2d(nn.Conv2d):
        def __init__(self, in_channels, out_channels, *arguments, **options):
            super().__init__(in_channels // parts, out_channels // parts, *arguments, **options)

    multiples = [[1] * 2, [2] * 2, [4] * 3, [8] * 3, [8] * 3]
    features = make_layers([size for stage in multiples for size in (*(WIDTH * m for m in stage), "M")])
    with mock.patch.object(nn, "Conv2d", NarrowConv2d):
        backbone = ssd.SSDFeatureExtractorVGG(features, highres=False)
    backbone.scale_weight = nn.Parameter(20 * ones(8 * WIDTH))
    anchors = DefaultBoxGenerator(
        [[2], [2, 3], [2, 3], [2, 3], [2], [2]],
        scales=[0.07, 0.15, 0.33, 0.51, 0.69, 0.87, 1.05],
        steps=[8, 16, 32, 64, 100, 300],
    )
    normalising = {"image_mean": [0.48235, 0.45882, 0.40784], "image_std": [1 / 255] * 3}
    return ssd.SSD(backbone, anchors, (300, 300), NUM_CLASSES, **normalising)


def main():
    model = torchvisions_narrow_ssd()
    load(model, random_state({name: value.shape for name, value in model.state_dict().items()}))
    detections, losses, gradients = ask_torchvision(model, *images_and_targets(SIZES, NUM_CLASSES))
    arrays = {f"loss_{name}": np.array(loss) for name, loss in losses.items()}
    for n, detection in enumerate(detections):
        arrays |= {f"{key}_{n}": value for key, value in detection.items()}
    for name in SAMPLED:
        arrays[f"gradient_{name}"] = gradients[name].reshape(-1)[:: max(gradients[name].size // 50, 1)]
    np.savez_compressed(Path(__file__).with_name("ssd.npz"), **arrays)


if __name__ == "__main__":
    main()
