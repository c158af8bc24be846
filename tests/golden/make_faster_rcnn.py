"""Write faster_rcnn.npz: detections, losses and gradients of torchvision's Faster R-CNN on a ResNet-18-FPN.

Weights, images and targets are drawn by NumPy here and in the tests, and need not be stored.
"""

import re
from pathlib import Path

import numpy as np

SAMPLED = (
    "backbone.body.layer1.0.conv1.weight",
    "backbone.fpn.layer_blocks.0.0.weight",
    "rpn.head.cls_logits.weight",
    "rpn.head.bbox_pred.bias",
    "roi_heads.box_head.fc7.weight",
    "roi_heads.box_predictor.bbox_pred.weight",
)
"""Parameters whose gradients are compared."""


SCALES = {
    r"layer\d\.\d\.bn[23]\.weight$": 0.5,  # each block adds a little to what it was given
    r"rpn\.head\.cls_logits\.weight$": 1.0,
    r"rpn\.head\.bbox_pred\.weight$": 0.2,
    r"box_predictor\.cls_score\.weight$": 0.7,
    r"box_predictor\.bbox_pred\.weight$": 0.5,
}
"""What random weights are multiplied by, so that detections are sure, of all classes and apart."""


def random_state(shapes, seed=0):
    """Return weights and statistics by name, under which activations keep their size."""
    rng = np.random.default_rng(seed)
    state = {}
    for name, shape in sorted(shapes.items()):
        if name.endswith("num_batches_tracked"):
            continue
        value = rng.uniform(-1, 1, shape)
        if name.endswith("running_var") or (len(shape) == 1 and name.endswith("weight")):
            value = 0.75 + 0.25 * value
        elif len(shape) == 1:
            value *= 0.1
        else:
            value *= np.sqrt(6 / np.prod(shape[1:]))
            value -= value.mean(axis=1, keepdims=True)  # what all features have in common says nothing
        for pattern, scale in SCALES.items():
            if re.search(pattern, name):
                value *= scale
        state[name] = value.astype(np.float32)
    return state


def images_and_targets(sizes, num_classes, seed=0):
    """Return images of these sizes with three objects each, but for the last, which has none."""
    rng = np.random.default_rng(seed)
    images, targets = [], []
    for height, width in sizes:
        coarse = rng.random((3, height // 8 + 1, width // 8 + 1))
        images.append(np.kron(coarse, np.ones((1, 8, 8)))[:, :height, :width])
        corner = rng.uniform(0, 0.5, (3, 2)) * [width, height]
        extent = rng.uniform(0.2, 0.5, (3, 2)) * [width, height]
        boxes, labels = np.hstack([corner, corner + extent]), rng.integers(1, num_classes, 3)
        targets.append({"boxes": boxes, "labels": labels})
    targets[-1] = {"boxes": np.zeros((0, 4)), "labels": np.zeros(0, np.int64)}
    return images, targets


def ask_torchvision(model, images, targets, proposals=200):
    """Return torchvision's detections, its four losses, and all gradients, in float64.

    Training takes every anchor and every proposal, so that nothing is left to chance.
    """
    import torch

    model.double()
    tensors = [torch.tensor(image) for image in images]
    with torch.no_grad():
        detections = model.eval()(tensors)
    model.train()
    model.rpn._post_nms_top_n["training"] = proposals
    for sampler in (model.rpn.fg_bg_sampler, model.roi_heads.fg_bg_sampler):
        sampler.batch_size_per_image, sampler.positive_fraction = 10**6, 1.0
    losses = model(tensors, [{key: torch.tensor(v) for key, v in target.items()} for target in targets])
    sum(losses.values()).backward()
    theirs = {"objectness": "objectness", "rpn_box": "rpn_box_reg"}
    theirs |= {"classification": "classifier", "box": "box_reg"}
    return (
        [{key: value.numpy() for key, value in detection.items()} for detection in detections],
        {ours: losses[f"loss_{name}"].item() for ours, name in theirs.items()},
        {name: p.grad.numpy() for name, p in model.named_parameters() if p.grad is not None},
    )


def torchvisions_resnet18(num_classes, representation, min_size, max_size):
    """Return torchvision's Faster R-CNN on a ResNet-18-FPN with a small head."""
    from torchvision.models.detection import FasterRCNN
    from torchvision.models.detection.backbone_utils import resnet_fpn_backbone
    from torchvision.models.detection.faster_rcnn import FastRCNNPredictor, TwoMLPHead

    return FasterRCNN(
        resnet_fpn_backbone(backbone_name="resnet18", weights=None, trainable_layers=5),
        box_head=TwoMLPHead(256 * 49, representation),
        box_predictor=FastRCNNPredictor(representation, num_classes),
        min_size=min_size,
        max_size=max_size,
    )


def load(model, state):
    """Give torchvision's model these weights."""
    import torch

    model.load_state_dict({name: torch.tensor(value) for name, value in state.items()}, strict=False)


SIZES, SETTINGS = [(80, 100), (120, 60), (96, 96)], (4, 32, 96, 160)
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
    np.savez_compressed(Path(__file__).with_name("faster_rcnn.npz"), **arrays)


if __name__ == "__main__":
    main()
