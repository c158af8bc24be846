"""Faster R-CNN on AlexNet: the paper's anchors on one map, one network for both stages."""

import json

import numpy as np
import pytest

from scratchcv.backbones import AlexNet
from scratchcv.models import build_model, faster_rcnn_alexnet
from scratchcv.testing import check_model


def small(**options):
    network = AlexNet(channels=(4, 4, 4, 4, 8), hidden=16, rng=np.random.default_rng(0))
    return faster_rcnn_alexnet(3, network=network, **options)


def test_both_stages_read_one_map_of_stride_16():
    model = small(min_size=96, max_size=160)
    x, _ = model.transform.to_batch([np.zeros((3, 96, 160), np.float32)])
    (feature,) = model.backbone(x)
    assert feature.shape == (1, 8, 5, 9)
    anchors, (count,) = model.rpn.anchors([feature], x.shape[-2:])
    assert len(anchors) == count == 9 * 5 * 9


@pytest.mark.parametrize("pooling", ["pool", "align"])
def test_gradients_of_a_narrow_one_with_its_four_losses(pooling):
    rng = np.random.default_rng(0)
    images = [rng.random((3, 64, 96), np.float32)]
    boxes = np.array([[4, 4, 60, 50], [30, 10, 94, 62]], np.float32)
    model = small(pooling=pooling, min_size=64, max_size=96).eval()  # without dropout
    model.rpn.batch_size_per_image = model.roi_heads.batch_size_per_image = 10**6
    for parameter in model.parameters():
        parameter.value *= 4  # so narrow a network would hand on nearly nothing
    # To the second stage proposals are constants, whatever moves the first.
    model.rpn._select = lambda objectness, deltas, anchors, *rest: (boxes + 2).astype(anchors.dtype)
    check_model(model, images, [{"boxes": boxes, "labels": np.array([1, 2])}], max_entries=2)


def test_at_most_300_proposals_are_looked_at():
    model = small(min_size=160, max_size=160).eval()
    model.rpn.nms_thresh = 1.0  # nothing is suppressed
    x, sizes = model.transform.to_batch([np.random.default_rng(0).random((3, 160, 160), np.float32)])
    (proposals,) = model.rpn.propose(model.backbone(x), x.shape[-2:], sizes)
    assert len(proposals) == 300


@pytest.mark.slow(reason="AlexNet takes half a gigabyte")
def test_its_configuration_builds_it_again():
    model = faster_rcnn_alexnet(4, seed=1)
    again = build_model(json.loads(json.dumps(model.config)))
    assert again.config == model.config
    own, theirs = model.state_dict(), again.state_dict()
    assert all(own[name].tobytes() == theirs[name].tobytes() for name in own)
