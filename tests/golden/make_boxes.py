"""Write boxes.npz: what torchvision's box operations return, inputs beside outputs.

Run it where torch and torchvision are installed: ``python tests/golden/make_boxes.py``.
"""

from pathlib import Path

import numpy as np
import torch
import torchvision
from torchvision.ops import boxes as ops

THRESHOLDS = (0.0, 0.3, 1 / 3, 0.5, 0.7, 1.0)
SIZE = (40, 60)
COUNT = 60


def box_sets(rng):
    """Return ordinary boxes, boxes full of exact ties, and degenerate and inverted ones."""
    corner = rng.uniform(0, 60, (COUNT, 2))
    ordinary = np.hstack([corner, corner + rng.uniform(0, 30, (COUNT, 2))])
    tied = np.sort(rng.integers(0, 6, (COUNT, 2, 2)), axis=1).reshape(COUNT, 4)
    degenerate = rng.integers(0, 4, (COUNT, 4))
    return {"ordinary": ordinary, "tied": tied, "degenerate": degenerate}


def outputs(boxes, scores, groups):
    """Return torchvision's answers by name."""
    answers = {
        "area": ops.box_area(boxes),
        "iou": ops.box_iou(boxes[:30], boxes[20:]),
        "giou": ops.generalized_box_iou(boxes[:30], boxes[20:]),
        "clip": ops.clip_boxes_to_image(boxes - 5, SIZE),
        "large": ops.remove_small_boxes(boxes, 2.0),
    }
    for in_fmt in ("xyxy", "xywh", "cxcywh"):
        for out_fmt in ("xyxy", "xywh", "cxcywh"):
            answers[f"{in_fmt}_{out_fmt}"] = ops.box_convert(boxes, in_fmt, out_fmt)
    for k, threshold in enumerate(THRESHOLDS):
        answers[f"nms_{k}"] = ops.nms(boxes, scores, threshold)
        answers[f"batched_nms_{k}"] = ops.batched_nms(boxes, scores, groups, threshold)
    return {name: answer.numpy() for name, answer in answers.items()}


def main():
    rng = np.random.default_rng(2024)
    arrays = {"thresholds": np.array(THRESHOLDS), "size": np.array(SIZE)}
    arrays["torchvision"] = np.array(torchvision.__version__)
    for name, boxes in box_sets(rng).items():
        scores, groups = rng.integers(0, 20, COUNT) / 20, rng.integers(0, 4, COUNT)
        for dtype in (np.float32, np.float64):
            inputs = {"boxes": boxes.astype(dtype), "scores": scores.astype(dtype), "groups": groups}
            answers = outputs(*(torch.from_numpy(array) for array in inputs.values()))
            for key, value in {**inputs, **answers}.items():
                arrays[f"{name}_{np.dtype(dtype)}_{key}"] = value
    np.savez_compressed(Path(__file__).with_name("boxes.npz"), **arrays)


if __name__ == "__main__":
    main()
