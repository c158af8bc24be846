"""YOLO v2 and v3: targets, gradients, predictions, switches."""

import numpy as np
import pytest

from scratchcv.backbones import TinyBackbone
from scratchcv.boxes import box_iou
from scratchcv.data import GeneralizedRCNNTransform
from scratchcv.layers import WordTree
from scratchcv.models import YOLOHead, YOLOv2
from scratchcv.testing import check_model

NOTHING = {"boxes": np.zeros((0, 4), np.float32), "labels": np.zeros(0, np.int64)}
ANCHORS = {1: [[[6, 6], [12, 9]]], 2: [[[5, 5], [4, 8]], [[12, 12]]]}


def mini_yolo(maps=1, classes=3, **switches):
    """A YOLO of a few hundred parameters on images of 16 x 16, for checks of every gradient."""
    rng = np.random.default_rng(0)
    backbone = TinyBackbone((4, 6, 8), (1, 1, 1), 3 - maps, rng=rng)
    anchors = ANCHORS[maps]
    head = YOLOHead(backbone.out_channels, [len(level) for level in anchors], classes, rng=rng)
    for conv in head.convs:
        conv.weight.value *= 10  # so that it says something
        conv.bias.value[:] = rng.standard_normal(conv.bias.value.shape)
    transform = GeneralizedRCNNTransform(fixed_size=(16, 16), size_divisible=4)
    return YOLOv2(backbone, head, transform, anchors=anchors, num_classes=classes + 1, config={}, **switches)


def images_and_targets(count, size=16, seed=0):
    rng = np.random.default_rng(seed)
    images, targets = [], []
    for _ in range(count):
        corner, extent = rng.uniform(0, size / 2, (2, 2)), rng.uniform(size / 8, size / 2, (2, 2))
        images.append(rng.random((3, size, size), np.float32))
        boxes = np.concatenate([corner, corner + extent], axis=1).astype(np.float32)
        targets.append({"boxes": boxes, "labels": rng.integers(1, 4, 2)})
    return images, targets


SWITCHES = {
    "v2": {"confidence_target": "one"},  # an IoU as target is a constant to the gradient
    "9000": {"confidence_target": "one", "tree": WordTree([-1, 0, 0])},
    "v3": {"loss": "yolo_v3"},
}


@pytest.mark.parametrize(("version", "maps"), [("v2", 1), ("9000", 1), ("v3", 2)])
def test_gradients(backend, version, maps):
    images, targets = images_and_targets(1)
    model = mini_yolo(maps, **SWITCHES[version])
    check_model(model, [*images, images[0]], [*targets, NOTHING], max_entries=2)


@pytest.mark.parametrize("version", SWITCHES)
@pytest.mark.parametrize("maps", [1, 2])
def test_perfect_numbers_predict_the_truth(version, maps):
    """What the loss calls right comes out as the boxes and classes that it was made from."""
    model = mini_yolo(maps, **SWITCHES[version])
    target = {"boxes": np.array([[1, 2, 6, 8.5], [7, 3, 16, 12]], np.float32), "labels": np.array([3, 2])}
    predictions = [
        np.zeros((1, 16 // stride, 16 // stride, len(level), 8), np.float32)
        for stride, level in zip((2, 4)[2 - maps :], model.anchors, strict=True)
    ]
    for prediction in predictions:
        prediction[..., 4] = -3
    for _ in range(1000):  # descend to what the loss wants
        for level, prediction in enumerate(predictions):
            _, gradient = model._loss(level, prediction, [target], (16, 16))
            prediction -= 0.3 * gradient
    boxes, scores = model._decode(predictions, (16, 16))
    found = model._select(boxes[0], scores[0], (16, 16))
    sure = found["scores"] > 0.5
    assert sorted(found["labels"][sure]) == [2, 3]
    overlap = box_iou(found["boxes"][sure], target["boxes"])
    assert (overlap.max(axis=1) > 0.98).all()
    assert found["labels"][sure].tolist() == target["labels"][overlap.argmax(axis=1)].tolist()


def test_an_object_belongs_to_the_map_with_the_most_similar_anchor():
    model = mini_yolo(2)
    boxes = np.array([[0, 0, 5, 5], [3, 3, 7, 11], [1, 1, 14, 13], [0, 0, 16, 16.0]])
    assert model._level_of(boxes).tolist() == [0, 0, 1, 1]


def test_a_tree_names_the_lowest_class_that_is_sure():
    """Animal (1) with cat (2) and dog (3) below: cat or dog, it cannot say, is an animal."""
    model = mini_yolo(tree=WordTree([-1, 0, 0]))
    logits = np.array([[0.0, 0.0, 0.1], [0.0, 9.0, 0.0]], np.float32)
    unsure, cat = model._class_probabilities(logits)
    assert unsure.tolist() == [1, 0, 0.0] or np.flatnonzero(unsure).tolist() == [2]
    strict = mini_yolo(tree=WordTree([-1, 0, 0]), tree_thresh=0.9)
    assert strict._class_probabilities(logits)[0].tolist() == [1, 0, 0]
    assert np.flatnonzero(cat).tolist() == [1]
    assert cat[1] > 0.99


def test_a_label_above_the_leaves_trains_its_path_alone():
    images, _ = images_and_targets(1)
    target = {"boxes": np.array([[2, 2, 12, 12.0]]), "labels": np.array([1])}
    model = mini_yolo(tree=WordTree([-1, 0, 0]))
    _, (_, _, (gradient,)) = model.forward(images, [target])
    assert not gradient[..., 6:].any()


def test_training_sizes_are_drawn_in_training_alone():
    images, targets = images_and_targets(2)
    model = mini_yolo(train_sizes=(16, 24, 32))
    sides = {model.forward(images, targets)[1][2][0].shape[1] for _ in range(20)}
    assert sides == {4, 6, 8}
    model.eval()
    assert {model.forward(images, targets)[1][2][0].shape[1] for _ in range(5)} == {4}
    first, again = (mini_yolo(train_sizes=(16, 24, 32), seed=5) for _ in range(2))
    assert [first.forward(images, targets)[0] for _ in range(3)] == [
        again.forward(images, targets)[0] for _ in range(3)
    ]


@pytest.mark.parametrize("version", SWITCHES)
def test_empty_crowded_and_tiny(backend, version):
    images, _ = images_and_targets(2)
    rng = np.random.default_rng(0)
    corners = rng.uniform(0, 15, (200, 2))
    crowd = {
        "boxes": np.concatenate([corners, corners + 1], axis=1).astype(np.float32),
        "labels": rng.integers(1, 4, 200),
    }
    over_the_border = {"boxes": np.array([[-30, -30, 2, 2], [15, 15, 99, 99.0]]), "labels": np.array([1, 2])}
    for target in (NOTHING, crowd, over_the_border):
        model = mini_yolo(2, **SWITCHES[version])
        losses, cache = model.forward(images, [target, NOTHING])
        model.backward(cache)
        assert all(np.isfinite(list(losses.values())))
        assert all(np.isfinite(parameter.grad).all() for parameter in model.parameters())
    assert set(model.forward([], [])[0].values()) == {0.0}
    assert model.predict([]) == []


def test_predictions_are_sorted_inside_each_image_and_few(backend):
    rng = np.random.default_rng(0)
    images = [rng.random((3, 40, 90), np.float32), rng.random((3, 12, 16), np.float32)]
    model = mini_yolo(2, max_detections=7)
    for image, found in zip(images, model.predict(images), strict=True):
        assert 0 < len(found["scores"]) <= 7
        assert (np.diff(found["scores"]) <= 0).all()
        assert found["boxes"].min() >= 0
        assert (found["boxes"].max(axis=0)[2:] <= [image.shape[2] + 1e-4, image.shape[1] + 1e-4]).all()
        assert set(found["labels"]) <= {1, 2, 3}
    alone = model.predict(images[1:])[0]
    np.testing.assert_allclose(alone["boxes"], model.predict(images)[1]["boxes"], rtol=1e-5, atol=1e-4)
    assert model.boxes_an_image == 8 * 8 * 2 + 4 * 4


@pytest.mark.parametrize(
    ("switches", "message"),
    [
        ({"loss": "yolo_v4"}, "loss must be one of yolo_v2, yolo_v3, got 'yolo_v4'"),
        ({"tree": WordTree([-1, 0])}, "the tree must have 3 classes and the loss yolo_v2, got 2 and yolo_v2"),
        ({"tree": WordTree([-1, 0, 0]), "loss": "yolo_v3"}, "the tree must have 3 classes"),
    ],
)
def test_bad_switches(switches, message):
    with pytest.raises(ValueError, match=message):
        mini_yolo(**switches)


def test_anchors_that_the_head_does_not_have():
    model = mini_yolo()
    with pytest.raises(ValueError, match="the head has other anchors a cell than these 1"):
        YOLOv2(model.backbone, model.head, model.transform, anchors=[[[1, 1]]], num_classes=4, config={})


def test_bad_input_is_named():
    images, targets = images_and_targets(1)
    with pytest.raises(ValueError, match=r"labels'\] must lie in 1…3, got .* = 9"):
        mini_yolo().forward(images, [{**targets[0], "labels": np.array([9, 1])}])
    with pytest.raises(ValueError, match=r"images\[0\] must have shape \(3, H, W\)"):
        mini_yolo().predict([np.zeros((4, 4), np.float32)])
