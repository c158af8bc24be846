"""Whole networks at the papers' scale, forward, beside torchvision: classifiers and detectors."""

import runpy
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from scratchcv import backbones, models
from tests.benchmarks.draw import generator, normal
from tests.benchmarks.row import Call, Group, Inputs, Row

FOLDER = Path(__file__).parents[1] / "golden"
GOLDEN = {
    name: runpy.run_path(str(FOLDER / f"make_{script}.py"))
    for name, script in {
        "fasterrcnn_resnet50_fpn": "faster_rcnn",
        "retinanet_resnet50_fpn": "retinanet",
        "ssd300_vgg16": "ssd",
    }.items()
}
"""By detector, random weights under which activations keep their size, and detections are sure and apart."""

load = GOLDEN["fasterrcnn_resnet50_fpn"]["load"]


def classifier_row(title: str, name: str) -> Row:
    """Return the row of a classifier on two images of 224 × 224; the smoke test has the smallest of them."""

    def draw(short: bool) -> Inputs:
        builder = "resnet18" if short else name
        sides = (1, 3, 64, 64) if short else (2, 3, 224, 224)
        weights = getattr(backbones, builder)(10).state_dict()
        return {"name": builder, "x": normal(generator(), *sides), "weights": weights}

    def ours(given: Inputs) -> Call:
        network = getattr(backbones, given["name"])(10).eval()
        network.load_state_dict(given["weights"])
        return partial(network, given["x"])

    def theirs(given: Inputs) -> Call:
        import torch
        import torchvision

        network = getattr(torchvision.models, given["name"])(num_classes=10).eval()
        load(network, given["weights"])
        return _without_graph(network, torch.from_numpy(given["x"]))

    return Row(f"{title}, 2×3×224×224", draw, ours, theirs)


def draw_darknet(short: bool) -> Inputs:
    """Draw an image of 224 pixels, or a small one, and Darknet-19's weights."""
    weights = backbones.darknet19(10).state_dict()
    return {"x": normal(generator(), 1, 3, *[64 if short else 224] * 2), "weights": weights}


def our_darknet(given: Inputs) -> Call:
    network = backbones.darknet19(10).eval()
    network.load_state_dict(given["weights"])
    return partial(network, given["x"])


def their_darknet(given: Inputs) -> Call:
    """Return the same layers in torch, which has no Darknet of its own; names differ, the order does not."""
    import torch
    from torch import nn

    layers: list[nn.Module] = []
    channels = 3
    for number, stage in enumerate(backbones.DARKNET19):
        layers += [nn.MaxPool2d(2, ceil_mode=True)] if number else []
        for width, size in stage:
            conv = nn.Conv2d(channels, width, size, padding=size // 2, bias=False)
            layers += [conv, nn.BatchNorm2d(width), nn.LeakyReLU(0.1)]
            channels = width
    network = nn.Sequential(*layers, nn.Conv2d(channels, 10, 1), nn.AdaptiveAvgPool2d(1), nn.Flatten()).eval()
    ours = backbones.darknet19(10)
    ours.load_state_dict(given["weights"])
    leaves = [layer for _, layer in ours.named_layers() if next(layer.named_children(), None) is None]
    values = [value for layer in leaves for value in layer.state_dict().values()]
    names = list(network.state_dict())
    network.load_state_dict(
        {name: torch.from_numpy(np.array(value)) for name, value in zip(names, values, strict=True)}
    )
    return _without_graph(network, torch.from_numpy(given["x"]))


def detector_row(title: str, name: str) -> Row:
    """Return the row of a detector on an image of 400 × 533 pixels."""

    def draw(short: bool) -> Inputs:
        side = 64 if short else 400
        shapes = {key: value.shape for key, value in getattr(models, name)(6).state_dict().items()}
        ((image,), _) = GOLDEN[name]["images_and_targets"]([(side, side * 4 // 3)], 6)
        return {
            "image": image.astype(np.float32),
            "sides": (side, 5 * side // 3),
            "weights": GOLDEN[name]["random_state"](shapes),
        }

    def ours(given: Inputs) -> Call:
        model = getattr(models, name)(6, min_size=given["sides"][0], max_size=given["sides"][1])
        model.load_state_dict(given["weights"])
        return lambda: model.predict([given["image"]])[0]

    def theirs(given: Inputs) -> Call:
        import torch
        from torchvision.models import detection

        low, high = given["sides"]
        build = partial(getattr(detection, name), weights=None, weights_backbone=None, num_classes=6)
        model = build(min_size=low, max_size=high).eval()
        load(model, given["weights"])
        call = _without_graph(model, [torch.from_numpy(given["image"])])
        return lambda: call()[0]

    return Row(f"{title}, 3×400×533", draw, ours, theirs, agree=assert_same_detections)


def draw_ssd(short: bool) -> Inputs:
    """Draw an image of 300 × 300 pixels and SSD300's weights; it knows no smaller images."""
    model = models.ssd300_vgg16(6)
    weights = GOLDEN["ssd300_vgg16"]["random_state"](
        {name: value.shape for name, value in model.state_dict().items()}
    )
    ((image,), _) = GOLDEN["ssd300_vgg16"]["images_and_targets"]([(300, 300)], 6)
    return {"image": image.astype(np.float32), "weights": weights}


def our_ssd(given: Inputs) -> Call:
    model = models.ssd300_vgg16(6)
    model.load_state_dict(given["weights"])
    return lambda: model.predict([given["image"]])[0]


def their_ssd(given: Inputs) -> Call:
    import torch
    from torchvision.models import detection

    model = detection.ssd300_vgg16(weights=None, weights_backbone=None, num_classes=6).eval()
    load(model, given["weights"])
    call = _without_graph(model, [torch.from_numpy(given["image"])])
    return lambda: call()[0]


def assert_same_detections(ours: Any, theirs: Any) -> None:
    """Fail unless both found the same, but for a few near a threshold, which float32 takes either way."""
    mine, other = ours["scores"], theirs["scores"].numpy()
    count = min(len(mine), len(other))
    assert abs(len(mine) - len(other)) <= 0.02 * count + 1, (len(mine), len(other))
    np.testing.assert_allclose(np.median(mine), np.median(other), rtol=0, atol=1e-2)
    best = count // 4
    np.testing.assert_allclose(mine[:best], other[:best], rtol=0, atol=1e-3)


def _without_graph(network: Any, given: Any) -> Call:
    import torch

    def call() -> Any:
        with torch.inference_mode():
            return network(given)

    return call


GROUP = Group(
    "networks",
    "Whole networks, forward",
    (
        classifier_row("AlexNet", "alexnet"),
        classifier_row("VGG-16", "vgg16"),
        classifier_row("ResNet-18", "resnet18"),
        classifier_row("ResNet-50", "resnet50"),
        Row("Darknet-19, 1×3×224×224", draw_darknet, our_darknet, their_darknet),
        detector_row("Faster R-CNN on ResNet-50-FPN", "fasterrcnn_resnet50_fpn"),
        detector_row("RetinaNet on ResNet-50-FPN", "retinanet_resnet50_fpn"),
        Row("SSD300 on VGG-16, 3×300×300", draw_ssd, our_ssd, their_ssd, agree=assert_same_detections),
    ),
)
