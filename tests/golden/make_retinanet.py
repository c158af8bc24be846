"""Write retinanet.npz: detections, losses and gradients of torchvision's RetinaNet on a ResNet-18-FPN.

Weights, images and targets are drawn by NumPy here and in the tests, and need not be stored.
"""

import re
import runpy
from pathlib import Path

import numpy as np

FASTER_RCNN = runpy.run_path(str(Path(__file__).with_name("make_faster_rcnn.py")))
images_and_targets, load = FASTER_RCNN["images_and_targets"], FASTER_RCNN["load"]

SAMPLED = (
    "backbone.body.layer2.0.conv1.weight",
    "backbone.fpn.layer_blocks.0.0.weight",
    "backbone.fpn.extra_blocks.p6.weight",
    "backbone.fpn.extra_blocks.p7.bias",
    "head.classification_head.conv.1.0.weight",
    "head.classification_head.cls_logits.weight",
    "head.regression_head.bbox_reg.weight",
    "head.regression_head.bbox_reg.bias",
)
"""Parameters whose gradients are compared."""

SCALES = {r"cls_logits\.weight$": 0.8, r"bbox_reg\.weight$": 0.2}
"""What random weights are multiplied by, so that detections are sure, of all classes and apart."""

BIAS = -5.0
"""Of the logits: few of the many anchors say yes."""


def random_state(shapes, seed=0):
    """Return weights and statistics by name; what is random in torchvision's Faster R-CNN is so here."""
    state = FASTER_RCNN["random_state"](shapes, seed)
    for name, value in state.items():
        for pattern, scale in SCALES.items():
            if re.search(pattern, name):
                value *= np.float32(scale)
        if name.endswith("cls_logits.bias"):
            value += np.float32(BIAS)
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
        {name: p.grad.numpy() for name, p in model.named_parameters() if p.grad is not None},
    )


def torchvisions_resnet18(num_classes, min_size, max_size):
    """Return torchvision's RetinaNet on a ResNet-18-FPN."""
    from torchvision.models.detection import RetinaNet
    from torchvision.models.detection.backbone_utils import resnet_fpn_backbone
    from torchvision.models.detection.retinanet import _default_anchorgen
    from torchvision.ops.feature_pyramid_network import LastLevelP6P7

    backbone = resnet_fpn_backbone(
        backbone_name="resnet18",
        weights=None,
        trainable_layers=5,
        returned_layers=[2, 3, 4],
        extra_blocks=LastLevelP6P7(256, 256),
    )
    return RetinaNet(backbone, num_classes, min_size, max_size, anchor_generator=_default_anchorgen())


SIZES, SETTINGS = [(80, 100), (120, 60), (96, 96)], (4, 96, 160)
"""The images of the small model, and its arguments."""


def main():
    model = torchvisions_resnet18(*SETTINGS)
    load(model, random_state({name: value.shape for name, value in model.state_dict().items()}))
    detections, losses, gradients = ask_torchvision(model, *images_and_targets(SIZES, SETTINGS[0]))
    arrays = {f"loss_{name}": np.array(loss) for name, loss in losses.items()}
    for n, detection in enumerate(detections):
        arrays |= {f"{key}_{n}": value for key, value in detection.items()}
    for name in SAMPLED:
        arrays[f"gradient_{name}"] = gradients[name].reshape(-1)[:: max(gradients[name].size // 50, 1)]
    np.savez_compressed(Path(__file__).with_name("retinanet.npz"), **arrays)


if __name__ == "__main__":
    main()
