"""Make losses.npz: losses and gradients that PyTorch and torchvision compute.

Run with the oracle installed: ``python tests/golden/make_losses.py``.
"""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import torch
from torch.nn import functional
from torchvision.models.detection._utils import BoxCoder
from torchvision.models.detection.ssd import SSD


def cross_entropy_cases(rng):
    for shape in ((7, 4), (2, 3, 5), (2, 5, 3, 4)):
        labels = rng.integers(0, shape[1], (shape[0], *shape[2:]))
        labels.flat[2] = -100
        for reduction in ("none", "mean", "sum"):
            for weight in (None, rng.uniform(0.2, 2, shape[1])):
                yield 3 * rng.standard_normal(shape), labels, weight, reduction
    yield np.array([[1e4, -1e4, 0], [-1e4, 1e4, 1e4]]), np.array([1, 2]), None, "mean"


def cross_entropy(logits, labels, weight, reduction):
    logits = torch.tensor(logits, requires_grad=True)
    weight = None if weight is None else torch.tensor(weight)
    loss = functional.cross_entropy(logits, torch.tensor(labels), weight=weight, reduction=reduction)
    loss.sum().backward()
    return loss.detach().numpy(), logits.grad.numpy()


def smooth_l1(prediction, target, beta, reduction):
    prediction = torch.tensor(prediction, requires_grad=True)
    loss = functional.smooth_l1_loss(prediction, torch.tensor(target), beta=beta, reduction=reduction)
    loss.sum().backward()
    return loss.detach().numpy(), prediction.grad.numpy()


def multibox(logits, deltas, matches, gt_labels, gt_boxes, anchors):
    """Return torchvision's SSD losses, gradients, and the targets that it encodes."""
    coder = BoxCoder(weights=(10.0, 10.0, 5.0, 5.0))
    logits = torch.tensor(logits, requires_grad=True)
    deltas = torch.tensor(deltas, requires_grad=True)
    anchors = torch.tensor(anchors)
    targets = [
        {"boxes": torch.tensor(boxes), "labels": torch.tensor(labels)}
        for boxes, labels in zip(gt_boxes, gt_labels, strict=True)
    ]
    heads = {"bbox_regression": deltas, "cls_logits": logits}
    ssd = SimpleNamespace(box_coder=coder, neg_to_pos_ratio=3)
    losses = SSD.compute_loss(
        ssd, targets, heads, [anchors] * len(matches), [torch.tensor(m) for m in matches]
    )
    sum(losses.values()).backward()
    labels = np.where(matches >= 0, np.take_along_axis(gt_labels, np.maximum(matches, 0), 1), 0)
    encoded = [
        coder.encode_single(target["boxes"][torch.tensor(np.maximum(match, 0))], anchors).numpy()
        for target, match in zip(targets, matches, strict=True)
    ]
    return {
        "labels": labels,
        "target_deltas": np.stack(encoded),
        "classification": losses["classification"].item(),
        "box": losses["bbox_regression"].item(),
        "dlogits": logits.grad.numpy(),
        "ddeltas": deltas.grad.numpy(),
    }


def random_boxes(rng, *shape):
    corner = rng.uniform(0, 80, (*shape, 2))
    return np.concatenate([corner, corner + rng.uniform(5, 40, (*shape, 2))], axis=-1)


def main():
    rng = np.random.default_rng(0)
    arrays = {}

    def keep(case, **fields):
        arrays.update({f"{case}/{key}": value for key, value in fields.items() if value is not None})

    for number, (logits, labels, weight, reduction) in enumerate(cross_entropy_cases(rng)):
        loss, gradient = cross_entropy(logits, labels, weight, reduction)
        keep(f"cross_entropy/{number}", logits=logits, labels=labels, weight=weight, reduction=reduction,
             loss=loss, gradient=gradient)  # fmt: skip
    number = 0
    for beta in (1.0, 0.25, 0.0, 3.0):
        for reduction in ("none", "mean", "sum"):
            prediction, target = 2 * rng.standard_normal((2, 6, 4))
            loss, gradient = smooth_l1(prediction, target, beta, reduction)
            keep(f"smooth_l1/{number}", prediction=prediction, target=target, beta=beta, reduction=reduction,
                 loss=loss, gradient=gradient)  # fmt: skip
            number += 1
    for number, fraction in enumerate((0.1, 0.2, 0.02)):  # enough negatives for all
        logits, deltas = rng.standard_normal((3, 40, 5)), rng.standard_normal((3, 40, 4))
        matches = np.where(rng.random((3, 40)) < fraction, rng.integers(0, 2, (3, 40)), -1)
        matches[0] = -1
        gt_labels, gt_boxes = rng.integers(1, 5, (3, 2)), random_boxes(rng, 3, 2)
        results = multibox(logits, deltas, matches, gt_labels, gt_boxes, random_boxes(rng, 40))
        keep(f"multibox/{number}", logits=logits, deltas=deltas, **results)
    np.savez_compressed(Path(__file__).with_name("losses.npz"), **arrays)


if __name__ == "__main__":
    main()
