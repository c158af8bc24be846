"""Scales of default boxes from a data set's objects."""

import numpy as np
import pytest

from scratchcv.boxes import box_iou, default_box_scales, ssd_default_boxes


def test_a_geometric_series_over_the_objects_sizes():
    scales = default_box_scales(np.geomspace(0.05, 0.8, 2001), levels=4)
    assert len(scales) == 5
    assert scales[0] == pytest.approx(0.05 * 16**0.05, rel=1e-3)
    assert scales[3] == pytest.approx(0.05 * 16**0.99, rel=1e-3)
    assert np.ptp(np.divide(scales[1:], scales[:-1])) < 1e-12


def test_equal_objects_still_get_a_spread():
    assert default_box_scales([0.1, 0.1, 0.1], levels=3) == pytest.approx([0.1, 0.11, 0.121, 0.1331])


def test_the_default_boxes_meet_their_objects():
    rng = np.random.default_rng(0)
    extent = rng.uniform(20, 60, (300, 2))
    corner = rng.uniform(0, 1, (300, 2)) * (128 - extent)
    boxes = np.concatenate([corner, corner + extent], axis=1)
    scales = default_box_scales(np.sqrt(extent.prod(axis=1)) / 128, levels=3)
    anchors = ssd_default_boxes([(16, 16), (8, 8), (4, 4)], (128, 128), [[2]] * 3, scales=scales, clip=False)
    assert (box_iou(boxes, anchors).max(axis=1) > 0.5).mean() > 0.9


def test_no_objects():
    assert default_box_scales([], levels=2) == pytest.approx([0.1, 0.8, 6.4])


def test_bad_input():
    with pytest.raises(ValueError, match="levels must be at least 2, got 1"):
        default_box_scales([0.3], levels=1)
    with pytest.raises(ValueError, match=r"relative_sizes must have shape \(N,\), got \(1, 4\)"):
        default_box_scales(np.ones((1, 4)), levels=3)
    with pytest.raises(ValueError, match=r"relative_sizes\[\d\] must be finite and above 0, got 0\.0"):
        default_box_scales([0.0, 0.5], levels=3)
