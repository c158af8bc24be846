"""Tasks, definitions, and the detection of a single object."""

import numpy as np
import pytest

from scratchcv.backbones import TinyBackbone
from scratchcv.boxes import box_convert, box_iou
from scratchcv.data import SceneDataset
from scratchcv.layers import Flatten, Linear, ReLU, Sequential, softmax
from scratchcv.losses import cross_entropy, mse_loss, multi_task_loss
from scratchcv.metrics import localization_accuracy
from scratchcv.models import Localizer


def test_01_the_tasks_and_what_they_put_out():
    """S0, lines 513-524; S1, lines 7-71; S2, lines 10-43 and 958-967: one scene answers every task.

    Things have instances, stuff has none; panoptic segmentation labels the pixels of *stuff*, too.
    """
    _, target = SceneDataset(1, seed=0)[0]
    objects = len(target["boxes"])
    assert target["boxes"].shape == (objects, 4)  # detection: things alone
    assert target["labels"].shape == (objects,)
    assert target["masks"].shape == (
        objects,
        *target["semantic"].shape,
    )  # instance segmentation: things alone
    things = target["masks"].any(axis=0)
    assert things.any()
    assert not things.all()
    stuff = set(np.unique(target["semantic"][~things]).tolist())
    assert stuff.isdisjoint(target["labels"].tolist())  # semantic and panoptic: the rest is stuff


def test_02_four_numbers_an_object():
    """S0, lines 26-67; S1, lines 214-232; S2, lines 53-161: 4 for a cat, 12 for three, 4 N for N."""
    cat = [[32, 24, 20, 16]]
    dogs_and_cat = [[10, 12, 8, 8], [40, 12, 10, 20], *cat]
    assert [box_convert(boxes, "cxcywh", "xyxy").size for boxes in (cat, dogs_and_cat)] == [4, 12]


def test_03_centres_and_corners():
    """S0, line 44 (centres), and S3, lines 302-326 (corners): the dog and the cat in both forms."""
    dog_bbox, cat_bbox = [60, 45, 378, 516], [400, 112, 655, 493]
    centres = box_convert([dog_bbox, cat_bbox], "xyxy", "cxcywh")
    assert centres.tolist() == [[219, 280.5, 318, 471], [527.5, 302.5, 255, 381]]
    assert box_convert(centres, "cxcywh", "xyxy").tolist() == [dog_bbox, cat_bbox]
    assert box_iou([dog_bbox], [cat_bbox]).item() == 0


def test_05_what_and_where_in_a_weighted_sum():
    """S0, lines 852-915; S1, lines 164-212; S2, lines 67-133: 4096 -> 1000 softmax, 4096 -> 4 L2, summed."""
    rng = np.random.default_rng(0)
    features = rng.standard_normal((1, 4096))
    what, where = Linear(4096, 1000, rng=rng).astype(np.float64), Linear(4096, 4, rng=rng).astype(np.float64)
    (logits, _), (box, _) = what.forward(features), where.forward(features)
    assert (logits.shape, box.shape) == ((1, 1000), (1, 4))
    classification = cross_entropy(logits, [3])
    regression = mse_loss(box, np.array([[0.5, 0.5, 0.2, 0.4]]))
    losses, (dlogits, dbox) = multi_task_loss(
        {"classification": classification, "box": regression}, {"classification": 1.0, "box": 0.25}
    )
    assert losses == {"classification": classification[0], "box": 0.25 * regression[0]}
    np.testing.assert_array_equal(dlogits, classification[1])
    np.testing.assert_array_equal(dbox, 0.25 * regression[1])


def test_05_the_localizer_has_these_layers_and_losses():
    """S0, lines 852-915; S1, lines 164-212; S2, lines 67-133: one vector of 4096, read by both tasks."""
    rng = np.random.default_rng(0)
    model = Localizer(
        TinyBackbone((4,), (1,), 0, rng=rng),
        Sequential(Flatten(), Linear(4 * 8 * 8, 4096, rng=rng), ReLU()),
        Linear(4096, 1000, rng=rng),
        Linear(4096, 4, rng=rng),
        size=8,
        config={},
        loss_weights={"box": 0.25},
    )
    shapes = [layer.weight.value.shape for layer in (model.cls_score, model.bbox_pred)]
    assert shapes == [(1000, 4096), (4, 4096)]
    image, target = np.full((3, 8, 8), 0.5, np.float32), {"boxes": [[1, 2, 5, 8]], "labels": [3]}
    losses, cache = model.forward([image], [target])
    vector = model.vector(model.backbone.forward(model.transform.to_batch([image])[0])[0][-1])
    what = cross_entropy(model.cls_score(vector), [3])[0]
    where = mse_loss(model.bbox_pred(vector), [[3 / 8, 5 / 8, 4 / 8, 6 / 8]])[0]
    assert losses == pytest.approx({"classification": what, "box": 0.25 * where}, rel=1e-5)
    model.backward(cache)
    assert all(parameter.grad.any() for parameter in (model.cls_score.weight, model.bbox_pred.weight))


def test_05_the_printed_scores_are_probabilities():
    """S0, lines 884-886: Cat .9, Dog .05, Car .01, and .04 for the 997 others."""
    printed = np.array([0.9, 0.05, 0.01, *[0.04 / 997] * 997])
    assert printed.sum() == pytest.approx(1, abs=1e-12)
    np.testing.assert_allclose(softmax(np.log(printed), axis=0), printed, rtol=1e-12)
    assert cross_entropy(np.log(printed)[None], [0])[0] == pytest.approx(0.10536051565782628, rel=1e-12)


def test_06_accuracy_and_iou_are_the_metrics():
    """S1, lines 45-71: a class counts by accuracy, a box by its IoU."""
    boxes, truths = np.array([[0, 0, 2, 2.0]] * 3), np.array([[0, 0, 2, 2], [0, 0, 2, 1], [5, 5, 6, 6.0]])
    result = localization_accuracy([1, 1, 2], boxes, [1, 2, 2], truths)
    assert result == {"classification": 2 / 3, "localization": 2 / 3, "both": 1 / 3, "mean_iou": 0.5}
