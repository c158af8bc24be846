"""Scales of default boxes from a data set's objects."""

import numpy as np
import pytest

from scratchcv.boxes import box_iou, default_box_scales, ssd_default_boxes


def squares(sides):
    sides = np.asarray(sides, np.float64)
    return np.stack([0 * sides, 0 * sides, sides, sides], axis=1)


def test_a_geometric_series_over_the_objects_sizes():
    scales = default_box_scales(squares(np.geomspace(5, 80, 2001)), np.full(2001, 100.0**2), levels=4)
    assert len(scales) == 5
    assert scales[0] == pytest.approx(0.05 * 16**0.05, rel=1e-3)
    assert scales[3] == pytest.approx(0.05 * 16**0.99, rel=1e-3)
    ratios = np.divide(scales[1:], scales[:-1])
    assert np.ptp(ratios) < 1e-12


def test_sizes_are_relative_to_each_objects_own_image():
    boxes, areas = squares([10, 20]), np.array([100.0**2, 200.0**2])
    scales = default_box_scales(boxes, areas, levels=3)
    assert scales[0] == pytest.approx(0.1)
    assert scales[1] == pytest.approx(0.11)  # equal objects still get a spread


def test_the_default_boxes_meet_their_objects():
    rng = np.random.default_rng(0)
    extent = rng.uniform(20, 60, (300, 2))
    corner = rng.uniform(0, 1, (300, 2)) * (128 - extent)
    boxes = np.concatenate([corner, corner + extent], axis=1)
    scales = default_box_scales(boxes, np.full(300, 128.0**2), levels=3)
    anchors = ssd_default_boxes([(16, 16), (8, 8), (4, 4)], (128, 128), [[2]] * 3, scales=scales, clip=False)
    assert (box_iou(boxes, anchors).max(axis=1) > 0.5).mean() > 0.9


def test_no_objects():
    assert default_box_scales(np.zeros((0, 4)), np.zeros(0), levels=2) == pytest.approx([0.1, 0.8, 6.4])


def test_bad_input():
    with pytest.raises(ValueError, match="levels must be at least 2, got 1"):
        default_box_scales(squares([3]), np.ones(1), levels=1)
    with pytest.raises(ValueError, match="1 boxes, 2 areas"):
        default_box_scales(squares([3]), np.ones(2), levels=3)
