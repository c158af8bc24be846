"""Faster R-CNN without its second stage: shapes, gradients, targets, detections."""

import numpy as np
import pytest

from scratchcv.backbones import BackboneWithFPN, FeaturePyramidNetwork, TinyBackbone
from scratchcv.boxes import box_iou, encode_deltas
from scratchcv.data import GeneralizedRCNNTransform
from scratchcv.models import SingleStageRCNN
from scratchcv.proposals import RegionProposalNetwork, RPNHead
from scratchcv.testing import assert_close, check_model

NOTHING = {"boxes": np.zeros((0, 4), np.float32), "labels": np.zeros(0, np.int64)}
TARGET = {"boxes": np.array([[1, 2, 9, 10], [6, 4, 15, 14]], np.float32), "labels": np.array([2, 1])}
IMAGE = np.random.default_rng(0).random((3, 16, 16), np.float32)


def mini_model(fpn=True, **options):
    """A detector of a few hundred parameters that draws nothing."""
    rng = np.random.default_rng(0)
    sizes, ratios = [(6.0,), (12.0,)], [(0.5, 1.0)] * 2
    if fpn:
        body = TinyBackbone((4, 5, 6), (1, 1, 1), 1, rng=rng)
        backbone = BackboneWithFPN(body, FeaturePyramidNetwork(body.out_channels, 4, rng=rng))
    else:
        backbone, sizes, ratios = TinyBackbone((4, 4), (1, 1), 1, rng=rng), [(6.0, 12.0)], [(0.5, 1.0)]
    head = RPNHead(4, len(sizes[0]) * len(ratios[0]), num_logits=3, rng=rng)
    for parameter in head.parameters():
        parameter.value *= 20
    rpn = RegionProposalNetwork(head, sizes, ratios, batch_size_per_image=10**6, positive_fraction=1)
    transform = GeneralizedRCNNTransform(fixed_size=(16, 16), size_divisible=4)
    return SingleStageRCNN(backbone, rpn, transform, num_classes=3, config={}, **options)


def test_the_lectures_shapes():
    """S1, line 1166; S2, lines 665-694: (C + 1)·K·20·15 classes and 4·K·20·15 box transforms."""
    C, K = 20, 4
    head = RPNHead(8, K, num_logits=C + 1)
    assert head.cls_logits.weight.value.shape[0] == (C + 1) * K
    assert head.bbox_pred.weight.value.shape[0] == 4 * K
    logits, deltas = head([np.zeros((1, 8, 20, 15), np.float32)])
    assert logits.size == (C + 1) * K * 20 * 15
    assert deltas.size == 4 * K * 20 * 15


@pytest.mark.parametrize("fpn", [True, False])
@pytest.mark.parametrize("training", [True, False])
def test_gradients(fpn, training):
    check_model(mini_model(fpn).train(training), [IMAGE, IMAGE[:, ::-1]], [TARGET, NOTHING], max_entries=2)


def test_a_perfect_head_detects_the_truth(backend):
    model = mini_model()
    anchors, _ = model.rpn.anchors(model.backbone(IMAGE[None]), (16, 16))
    best = box_iou(anchors, TARGET["boxes"]).argmax(axis=0)
    scores, deltas = np.zeros((len(anchors), 3), np.float32), np.zeros((len(anchors), 4), np.float32)
    scores[:, 0] = 1
    scores[best] = [[0, 0, 1], [0.2, 0.8, 0]]
    deltas[best] = encode_deltas(TARGET["boxes"], anchors[best])
    found = model._select(scores, deltas, anchors, (16, 16))
    assert found["labels"].tolist() == [2, 1]
    assert found["scores"].tolist() == pytest.approx([1, 0.8])
    assert_close(found["boxes"], TARGET["boxes"], rtol=1e-5, atol=1e-4)


def test_suppression_is_class_by_class():
    model = mini_model(score_thresh=0.3)
    anchors, _ = model.rpn.anchors(model.backbone(IMAGE[None]), (16, 16))
    scores = np.tile(np.float32([1, 0, 0]), (len(anchors), 1))
    scores[5] = [0.1, 0.5, 0.4]
    scores[6] = [0.4, 0.2, 0.4]
    found = model._select(scores, np.zeros((len(anchors), 4), np.float32), anchors, (16, 16))
    assert found["labels"].tolist()[:2] == [1, 2]  # one anchor, two classes
    assert (found["boxes"][0] == found["boxes"][1]).all()
    assert found["scores"].min() > 0.3


def test_an_image_without_objects_learns_background():
    losses, cache = mini_model().forward([IMAGE], [NOTHING])
    assert losses["classification"] > 0
    assert losses["box"] == 0
    mini_model().backward(cache)


def test_nothing_in_gives_nothing_out():
    model = mini_model()
    assert model.predict([]) == []
    losses, cache = model.forward([], [])
    assert losses == {"classification": 0.0, "box": 0.0}
    model.backward(cache)


def test_a_head_without_classes_is_refused():
    model = mini_model()
    with pytest.raises(ValueError, match="the head must have 5 logits an anchor, one a class, got 3"):
        SingleStageRCNN(model.backbone, model.rpn, model.transform, num_classes=5, config={})
