"""Overlap, suppression and matching of boxes, beside torchvision."""

from typing import Any

import numpy as np

from scratchcv.boxes import batched_nms, box_iou, match_rpn, nms
from tests.benchmarks.agreement import assert_agrees, assert_same_set
from tests.benchmarks.draw import generator
from tests.benchmarks.row import Call, Group, Inputs, Row

IOU_THRESHOLD = 0.5
HIGH, LOW = 0.5, 0.4
CLASSES = 80
BOXES_AN_OBJECT = 100


def sparse_boxes(rng: np.random.Generator, count: int) -> np.ndarray:
    """Draw small boxes over an area that grows with their number, so that few overlap."""
    center = rng.uniform(0, 1000 * np.sqrt(count / 1000), (count, 2))
    side = rng.uniform(5, 60, (count, 2))
    return np.concatenate([center - side / 2, center + side / 2], axis=1).astype(np.float32)


def crowded_boxes(rng: np.random.Generator, count: int) -> np.ndarray:
    """Draw what a detector says before suppression: about a hundred boxes around each object."""
    objects = max(1, count // BOXES_AN_OBJECT)
    which = rng.integers(0, objects, count)
    center = rng.uniform(0, 1000, (objects, 2))[which]
    side = rng.uniform(30, 150, (objects, 2))[which]
    center += 0.1 * side * rng.standard_normal((count, 2))
    side *= np.exp(0.1 * rng.standard_normal((count, 2)))
    return np.concatenate([center - side / 2, center + side / 2], axis=1).astype(np.float32)


def distinct_scores(rng: np.random.Generator, count: int) -> np.ndarray:
    """Draw scores of which no two are equal: torchvision does not say in which order it returns equals."""
    return (rng.permutation(count) / count).astype(np.float32)


def box_iou_row(count1: int, count2: int) -> Row:
    def draw(short: bool) -> Inputs:
        rng, counts = generator(), (20, 10) if short else (count1, count2)
        return {f"boxes{i}": sparse_boxes(rng, count) for i, count in enumerate(counts, start=1)}

    def theirs(given: Inputs) -> Call:
        import torch
        from torchvision import ops

        boxes1, boxes2 = torch.from_numpy(given["boxes1"]), torch.from_numpy(given["boxes2"])
        return lambda: ops.box_iou(boxes1, boxes2)

    def ours(given: Inputs) -> Call:
        return lambda: box_iou(given["boxes1"], given["boxes2"])

    return Row(f"box_iou, {count1:,} × {count2:,}", draw, ours, theirs)


def nms_row(count: int, kind: str, draw_boxes: Any) -> Row:
    def draw(short: bool) -> Inputs:
        rng, number = generator(), 50 if short else count
        return {"boxes": draw_boxes(rng, number), "scores": distinct_scores(rng, number)}

    def theirs(given: Inputs) -> Call:
        import torch
        from torchvision import ops

        boxes, scores = torch.from_numpy(given["boxes"]), torch.from_numpy(given["scores"])
        return lambda: ops.nms(boxes, scores, IOU_THRESHOLD)

    def ours(given: Inputs) -> Call:
        return lambda: nms(given["boxes"], given["scores"], IOU_THRESHOLD)

    return Row(f"nms, {count:,} boxes, {kind}", draw, ours, theirs, assert_agrees)


def batched_nms_row(count: int) -> Row:
    def draw(short: bool) -> Inputs:
        rng, number = generator(), 50 if short else count
        return {
            "boxes": crowded_boxes(rng, number),
            "scores": distinct_scores(rng, number),
            "labels": rng.integers(0, CLASSES, number),
        }

    def theirs(given: Inputs) -> Call:
        import torch
        from torchvision import ops

        tensors = [torch.from_numpy(given[name]) for name in ("boxes", "scores", "labels")]
        return lambda: ops.batched_nms(*tensors, IOU_THRESHOLD)

    def ours(given: Inputs) -> Call:
        return lambda: batched_nms(given["boxes"], given["scores"], given["labels"], IOU_THRESHOLD)

    return Row(f"batched_nms, {count:,} boxes of {CLASSES} classes", draw, ours, theirs, assert_same_set)


def matching_row(anchors: int, truths: int) -> Row:
    """Return the row of matching anchors and truths by torchvision's rule, their IoU included."""

    def draw(short: bool) -> Inputs:
        rng = generator()
        counts = (60, 3) if short else (anchors, truths)
        # Anchors over the truths' area, dense enough that each truth is touched: a rule differs where not.
        return {"anchors": sparse_boxes(rng, counts[0]) / 3, "truths": sparse_boxes(rng, counts[1])}

    def theirs(given: Inputs) -> Call:
        import torch
        from torchvision import ops
        from torchvision.models.detection._utils import Matcher

        matcher = Matcher(HIGH, LOW, allow_low_quality_matches=True)
        anchor_boxes, truth_boxes = torch.from_numpy(given["anchors"]), torch.from_numpy(given["truths"])
        return lambda: matcher(ops.box_iou(truth_boxes, anchor_boxes))

    def ours(given: Inputs) -> Call:
        return lambda: match_rpn(box_iou(given["anchors"], given["truths"]), HIGH, LOW)

    return Row(f"matching, {anchors:,} anchors × {truths} truths", draw, ours, theirs)


GROUP = Group(
    "boxes",
    "IoU, NMS, matching",
    (
        box_iou_row(10_000, 1_000),
        *(
            nms_row(count, kind, draw_boxes)
            for count in (1_000, 10_000, 100_000)
            for kind, draw_boxes in (("crowded", crowded_boxes), ("sparse", sparse_boxes))
        ),
        *map(batched_nms_row, (1_000, 10_000, 100_000)),
        matching_row(8_732, 50),
    ),
    mean_limit=0.1,
    row_limit=1.0,
)
