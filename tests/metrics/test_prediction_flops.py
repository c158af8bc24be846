"""Floating-point operations of a prediction: those of the forward pass, and what comes on top a proposal."""

import numpy as np

from scratchcv.metrics import prediction_flops, summary
from scratchcv.models import faster_rcnn_tiny, yolo_v2_tiny

NAMES = ["background", "cat"]


def test_a_dense_detector_costs_what_its_forward_costs():
    model = yolo_v2_tiny(NAMES, size=64)
    image = np.random.default_rng(0).random((3, 64, 64), np.float32)
    assert prediction_flops(model.eval(), image) == summary(model, (1, 3, 64, 64)).forward_flops > 1e6


def test_regions_cost_by_their_number():
    model = faster_rcnn_tiny(NAMES, size=64)
    image = np.random.default_rng(0).random((3, 64, 64), np.float32)
    model.rpn.post_nms_top_n["testing"] = 4
    few = prediction_flops(model, image)
    model.rpn.post_nms_top_n["testing"] = 8
    more = prediction_flops(model, image)
    model.rpn.post_nms_top_n["testing"] = 16
    assert prediction_flops(model, image) - more == 2 * (more - few) > 0
    assert "forward" not in vars(model)
