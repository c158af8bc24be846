"""Thousands of random sets of boxes, on which the kernel with its table must keep what the formula keeps."""

import numpy as np
import pytest

from scratchcv.boxes.iou import box_iou_numpy
from scratchcv.boxes.nms import greatest_tolerated_iou, nms_numpy

THRESHOLDS = [-0.1, 0.0, 1e-9, 1e-4, 1e-3, 0.05, 0.1, 0.25, 0.3, 1 / 3, 0.5, 0.6, 0.7, 0.9, 0.99, 1.0, 1.5]


def corners_and_sizes(rng, kind, count):
    if kind == "whole pixels":  # full of exact ties
        return rng.integers(0, 9, (count, 2)), rng.integers(0, 7, (count, 2))
    if kind == "crowd":
        objects = rng.integers(0, 4, count)
        corner, size = rng.uniform(0, 50, (4, 2))[objects], rng.uniform(5, 60, (4, 2))[objects]
        return corner + rng.normal(0, 2, (count, 2)), size * rng.uniform(0.8, 1.25, (count, 2))
    if kind == "all sizes":
        size = 10 ** rng.uniform(-3, 3, (count, 2))
        return rng.uniform(-1, 1, (count, 2)) * rng.choice([size, 30 * size]), size
    if kind == "one is huge":
        size = rng.uniform(0.5, 2, (count, 2))
        size[rng.integers(count)] *= 1e5
        return rng.uniform(-10, 10, (count, 2)) - size / 2, size
    if kind == "far away":  # float32 has steps of 1/16 there
        return 1e6 + rng.integers(0, 40, (count, 2)) / 16, rng.integers(0, 40, (count, 2)) / 16
    if kind == "nearly equal":
        return rng.integers(0, 2, (count, 2)) * 1e-4, 10 + rng.integers(0, 3, (count, 2)) * 1e-4
    assert kind == "tiny"  # products of sides leave float32's range
    return rng.integers(0, 9, (count, 2)) * 4e-23, rng.integers(0, 7, (count, 2)) * 4e-23


KINDS = ["whole pixels", "crowd", "all sizes", "one is huge", "far away", "nearly equal", "tiny"]


def random_boxes(rng, kind, count, dtype):
    corner, size = corners_and_sizes(rng, kind, count)
    boxes = np.hstack([corner, corner + size]).astype(dtype)
    if rng.random() < 0.2:  # some of no area, inverted, or no boxes at all
        rows = rng.integers(0, count, 3)
        boxes[rows, 2:] = boxes[rows, :2] - rng.integers(0, 2, (3, 2))
        boxes[rng.integers(0, count, 2), rng.integers(0, 4, 2)] = rng.choice(
            [np.nan, np.inf, -np.inf, 1e30], 2
        )
    return boxes


def kept_by_formula(boxes, limit):
    with np.errstate(all="ignore"):
        exceeds = box_iou_numpy(boxes, boxes) > limit
    keep = np.ones(len(boxes), bool)
    for i in range(len(boxes)):
        if keep[i]:
            keep[i + 1 :] &= ~exceeds[i, i + 1 :]
    return np.flatnonzero(keep)


@pytest.mark.parametrize("kind", KINDS)
def test_the_shortened_formula_is_the_formula(kind, dtype):
    rng = np.random.default_rng(0)
    for threshold in THRESHOLDS:
        boxes = random_boxes(rng, kind, 30, dtype)
        with np.errstate(all="ignore"):
            kept = nms_numpy(boxes, np.arange(30), dtype(threshold))
        assert kept.tolist() == kept_by_formula(boxes, dtype(threshold)).tolist()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("few", "per_cell"), [(0, 0.1), (5, 1.0)])
def test_the_table_finds_what_the_formula_finds(kind, few, per_cell, dtype, monkeypatch):
    pytest.importorskip("numba")
    from scratchcv.kernels import nms as kernels

    monkeypatch.setattr(kernels, "_TABLE_FROM", 0)
    monkeypatch.setattr(kernels, "_FEW", few)  # the table is asked from the first box on
    monkeypatch.setattr(kernels, "_PER_CELL", per_cell)
    rng = np.random.default_rng(1)
    for case in range(150):
        boxes = random_boxes(rng, kind, int(rng.integers(1, 120)), dtype)
        limit = greatest_tolerated_iou(THRESHOLDS[case % len(THRESHOLDS)], bool(case % 2), np.dtype(dtype))
        kept = kernels.nms(boxes, np.arange(len(boxes)), limit)
        assert kept.tolist() == kept_by_formula(boxes, limit).tolist()
