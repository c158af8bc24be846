"""RetinaNet: gradients, what its anchors learn, its detections, and its arguments."""

import numpy as np
import pytest

from scratchcv.backbones import BackboneWithFPN, FeaturePyramidNetwork, TinyBackbone
from scratchcv.boxes import IGNORE, box_iou, encode_deltas
from scratchcv.data import GeneralizedRCNNTransform
from scratchcv.losses import DENSE_LOSSES
from scratchcv.models import RetinaNet, RetinaNetHead, retinanet_tiny
from scratchcv.testing import assert_close, check_model

NOTHING = {"boxes": np.zeros((0, 4), np.float32), "labels": np.zeros(0, np.int64)}
TARGET = {"boxes": np.array([[1, 2, 9, 10], [6, 4, 15, 14]], np.float32), "labels": np.array([2, 1])}
IMAGE = np.random.default_rng(0).random((3, 16, 16), np.float32)


def mini_model(columns=2, **options):
    """A detector of a few hundred parameters, on two levels."""
    rng = np.random.default_rng(0)
    body = TinyBackbone((4, 5, 6), (1, 1, 1), 1, rng=rng)
    head = RetinaNetHead(4, 4, columns, conv_depth=1, rng=rng)
    for parameter in head.parameters():
        if parameter.value.ndim > 1:
            parameter.value *= 30
    return RetinaNet(
        BackboneWithFPN(body, FeaturePyramidNetwork(body.out_channels, 4, rng=rng)),
        head,
        GeneralizedRCNNTransform(fixed_size=(16, 16), size_divisible=4),
        **{
            "strides": (2, 4), "sizes": [(5.0, 7.0), (9.0, 12.0)], "aspect_ratios": (0.5, 1.0),
            "num_classes": 3, "config": {}, **options,
        },
    )  # fmt: skip


def anchors_of(model):
    return model.anchors(model.backbone(IMAGE[None]), (16, 16))


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("loss", DENSE_LOSSES)
def test_gradients(loss, training):
    model = mini_model(loss=loss).train(training)
    check_model(model, [IMAGE, IMAGE[:, ::-1]], [TARGET, NOTHING], max_entries=2)


@pytest.mark.parametrize("options", [{"columns": 3}, {"box_loss": "giou"}])
def test_gradients_with_a_background_column_and_by_giou(options):
    check_model(mini_model(**options), [IMAGE, IMAGE[:, ::-1]], [TARGET, NOTHING], max_entries=2)


def test_an_anchor_learns_an_object_background_or_nothing():
    """Thresholds .5 and .4, and each object's best anchor."""
    model = mini_model()
    anchors, _ = anchors_of(model)
    labels, deltas = model.encode(anchors, [TARGET, NOTHING])
    overlaps = box_iou(anchors, TARGET["boxes"])
    largest, best = overlaps.max(axis=1), overlaps.argmax(axis=0)
    rest = np.setdiff1d(
        np.arange(len(anchors)), np.flatnonzero((overlaps == overlaps.max(axis=0)).any(axis=1))
    )
    assert labels[0, best].tolist() == [2, 1]
    assert (labels[0, rest] > 0).tolist() == (largest[rest] >= 0.5).tolist()
    assert (labels[0, rest] == 0).tolist() == (largest[rest] < 0.4).tolist()
    assert (labels[0] == IGNORE).any()
    assert not labels[1].any()
    assert_close(deltas[0, best], encode_deltas(TARGET["boxes"], anchors[best]))


def test_a_perfect_head_detects_the_truth(backend):
    model = mini_model()
    anchors, counts = anchors_of(model)
    best = box_iou(anchors, TARGET["boxes"]).argmax(axis=0)
    logits, deltas = np.full((len(anchors), 2), -9, np.float32), np.zeros((len(anchors), 4), np.float32)
    logits[best] = [[-9, 9], [3, -9]]
    deltas[best] = encode_deltas(TARGET["boxes"], anchors[best])
    found = model._select(logits, deltas, anchors, counts, (16, 16))
    assert found["labels"].tolist() == [2, 1]
    assert found["scores"].tolist() == pytest.approx([0.99988, 0.95257], abs=1e-5)
    assert_close(found["boxes"], TARGET["boxes"], rtol=1e-5, atol=1e-4)


def test_candidates_are_counted_level_by_level_and_suppressed_class_by_class():
    model = mini_model(max_candidates=1, score_thresh=0.3)
    anchors, counts = anchors_of(model)
    logits = np.full((len(anchors), 2), -9, np.float32)
    logits[[3, 50]] = [[2, 1], [0, 3]]
    logits[counts[0] + 5] = [-0.5, -2]
    found = model._select(logits, np.zeros_like(anchors), anchors, counts, (16, 16))
    assert found["labels"].tolist() == [2, 1]  # of the fine level the best, and one of the coarse
    assert_close(found["boxes"][1], np.clip(anchors[counts[0] + 5], 0, 16))
    model.max_candidates = 10
    model.max_detections = 3
    found = model._select(logits, np.zeros_like(anchors), anchors, counts, (16, 16))
    assert found["labels"].tolist() == [2, 1, 2]  # anchor 3 is found twice, as two classes
    assert found["scores"].min() > 0.3


def test_column_0_may_belong_to_the_background():
    model = mini_model(columns=3)
    assert model.background_column
    anchors, counts = anchors_of(model)
    logits = np.full((len(anchors), 3), -9, np.float32)
    logits[7, 2] = logits[90, 0] = 5
    found = model._select(logits, np.zeros_like(anchors), anchors, counts, (16, 16))
    assert sorted(found["labels"].tolist()) == [0, 2]


def test_boxes_come_back_in_each_images_own_pixels():
    model = mini_model()
    small, large = model.predict([IMAGE]), model.predict([IMAGE.repeat(4, axis=1).repeat(2, axis=2)])
    assert len(small[0]["boxes"]) > 0
    assert_close(large[0]["boxes"], small[0]["boxes"] * np.float32([2, 4, 2, 4]), rtol=1e-3, atol=1e-2)


def test_an_image_without_objects_learns_background():
    model = mini_model()
    losses, cache = model.forward([IMAGE], [NOTHING])
    assert losses["classification"] > 0
    assert losses["box"] == 0
    model.backward(cache)
    mined, _ = mini_model(loss="mining").forward([IMAGE], [NOTHING])
    assert mined == {"classification": 0.0, "box": 0.0}  # three negatives for each of no positives


def test_nothing_in_gives_nothing_out():
    model = mini_model()
    assert model.predict([]) == []
    losses, cache = model.forward([], [])
    assert losses == {"classification": 0.0, "box": 0.0}
    model.backward(cache)


@pytest.mark.parametrize("loss", DENSE_LOSSES)
def test_one_pixel_and_two_hundred_objects(loss):
    rng = np.random.default_rng(0)
    corner = rng.uniform(0, 60, (200, 2)).astype(np.float32)
    crowd = {"boxes": np.hstack([corner, corner + 4]), "labels": rng.integers(1, 3, 200)}
    dot = {"boxes": np.float32([[5, 5, 6, 6]]), "labels": np.array([1])}
    model = retinanet_tiny(["background", "cat", "dog"], size=64, loss=loss)
    losses, cache = model.forward([rng.random((3, 64, 64), np.float32)] * 3, [crowd, dot, NOTHING])
    model.backward(cache)
    assert all(np.isfinite(list(losses.values())))
    assert losses["box"] > 0
    assert all(np.isfinite(parameter.grad).all() for parameter in model.parameters())


def test_the_stages_are_measured():
    from scratchcv.metrics import Stopwatch

    watch = Stopwatch()
    mini_model().predict([IMAGE], stopwatch=watch)
    assert list(watch.seconds) == ["features", "heads", "post-processing"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"strides": (2, 4, 8)}, r"sizes must give 3 levels 4 anchors a cell, got \[\(5.0, 7.0\)"),
        ({"aspect_ratios": (1.0,)}, "sizes must give 2 levels 4 anchors a cell, got"),
        (
            {"num_classes": 5},
            "the head must have 4 logits an anchor, or 5 with a column for the background, got 2",
        ),
        ({"loss": "hinge"}, "loss must be one of focal, balanced, cross_entropy, mining, got 'hinge'"),
        ({"box_loss": "l2"}, "box_loss must be one of l1, giou, got 'l2'"),
    ],
)
def test_bad_arguments(options, message):
    with pytest.raises(ValueError, match=message):
        mini_model(**options)
