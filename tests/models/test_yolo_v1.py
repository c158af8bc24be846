"""YOLO v1: targets, gradients, predictions, and what it cannot see."""

import numpy as np
import pytest

from scratchcv.backbones import TinyBackbone
from scratchcv.boxes import box_iou
from scratchcv.data import GeneralizedRCNNTransform
from scratchcv.layers import Conv2d, Flatten, Linear, Sequential
from scratchcv.models import YOLOv1
from scratchcv.models.yolo_v1_tiny import GridNetwork
from scratchcv.testing import check_model

NOTHING = {"boxes": np.zeros((0, 4), np.float32), "labels": np.zeros(0, np.int64)}
S, C = 4, 3


def mini_yolo(head="conv", **switches):
    """A YOLO of a few hundred parameters on images of 16 x 16, for checks of every gradient."""
    rng = np.random.default_rng(0)
    columns = 5 * 2 + C
    layers = [Conv2d(6, columns, 1, rng=rng)]
    if head == "linear":
        layers = [Flatten(), Linear(6 * S * S, columns * S * S, rng=rng)]
    backbone = TinyBackbone((4, 5, 6), (1, 1, 1), 2, rng=rng)
    return YOLOv1(
        GridNetwork(backbone, Sequential(*layers), (columns, S, S)),
        GeneralizedRCNNTransform(fixed_size=(16, 16), size_divisible=4),
        num_classes=C + 1,
        config={},
        grid_size=S,
        **switches,
    )


def images_and_targets(count, size=16, seed=0):
    rng = np.random.default_rng(seed)
    images, targets = [], []
    for _ in range(count):
        corner, extent = rng.uniform(0, size / 2, (2, 2)), rng.uniform(size / 8, size / 2, (2, 2))
        images.append(rng.random((3, size, size), np.float32))
        boxes = np.concatenate([corner, corner + extent], axis=1).astype(np.float32)
        targets.append({"boxes": boxes, "labels": rng.integers(1, C + 1, 2)})
    return images, targets


@pytest.mark.parametrize(("head", "sizes"), [("conv", "image"), ("linear", "cell")])
def test_gradients(backend, head, sizes):
    images, targets = images_and_targets(1)
    model = mini_yolo(head, sizes=sizes, confidence_target="one")  # an IoU as target is a constant
    check_model(model, [*images, images[0]], [*targets, NOTHING], max_entries=2)


@pytest.mark.parametrize("sizes", ["image", "cell"])
def test_perfect_numbers_predict_the_truth(sizes):
    model = mini_yolo(sizes=sizes)
    target = {"boxes": np.array([[1, 2, 6, 8.5], [7, 3, 16, 12]], np.float32), "labels": np.array([3, 2])}
    gt_boxes, gt_labels = model.encode([target], (16, 16))
    prediction = np.zeros((1, S, S, 5 * 2 + C), np.float32)
    prediction[..., 5:7] = gt_boxes[..., :2]  # the second box of each cell
    prediction[..., 7:9] = np.sqrt(gt_boxes[..., 2:])
    prediction[..., 9] = gt_labels > 0
    prediction[..., 10:] = gt_labels[..., None] == np.arange(1, C + 1)
    boxes, scores = model.decode(prediction, (16, 16))
    found = model._select(boxes[0], scores[0], (16, 16))
    assert found["scores"].tolist() == [1, 1]
    overlap = box_iou(found["boxes"], target["boxes"])
    assert (overlap.max(axis=1) > 0.9999).all()
    assert found["labels"].tolist() == target["labels"][overlap.argmax(axis=1)].tolist()


def test_a_score_is_the_class_times_the_confidence():
    """S4, lines 110-146; what is negative counts as nothing."""
    prediction = np.zeros((1, S, S, 5 * 2 + C), np.float32)
    prediction[0, 1, 2, [4, 9]] = 0.5, -0.5
    prediction[0, 1, 2, 10:] = 0.8, -0.2, 0.4
    _, scores = mini_yolo().decode(prediction, (16, 16))
    scores = scores.reshape(S, S, 2, C)
    np.testing.assert_allclose(scores[1, 2], [[0.4, 0, 0.2], [0, 0, 0]], rtol=1e-6)
    assert np.count_nonzero(scores) == 2


def test_of_two_objects_in_one_cell_it_sees_one():
    """S4, lines 185-201: the first stays, the other cannot be told to the network."""
    target = {"boxes": np.array([[4, 4, 8, 8], [3, 3, 9, 9.5]]), "labels": np.array([1, 2])}
    _, labels = mini_yolo().encode([target], (16, 16))
    assert labels[labels > 0].tolist() == [1]


def test_a_cells_boxes_share_their_classes():
    """However many boxes a cell has, it has one set of probabilities: the ranking of classes is the same."""
    rng = np.random.default_rng(0)
    prediction = rng.random((1, S, S, 5 * 2 + C)).astype(np.float32)
    _, scores = mini_yolo().decode(prediction, (16, 16))
    best = scores.reshape(S * S, 2, C).argmax(axis=2)
    assert (best[:, 0] == best[:, 1]).all()


def test_empty_crowded_and_tiny(backend):
    images, _ = images_and_targets(2)
    rng = np.random.default_rng(0)
    corners = rng.uniform(0, 15, (200, 2))
    crowd = {
        "boxes": np.concatenate([corners, corners + 1], axis=1).astype(np.float32),
        "labels": rng.integers(1, C + 1, 200),
    }
    over_the_border = {"boxes": np.array([[-30, -30, 2, 2], [15, 15, 99, 99.0]]), "labels": np.array([1, 2])}
    for target in (NOTHING, crowd, over_the_border):
        model = mini_yolo()
        losses, cache = model.forward(images, [target, NOTHING])
        model.backward(cache)
        assert all(np.isfinite(list(losses.values())))
        assert all(np.isfinite(parameter.grad).all() for parameter in model.parameters())
    assert set(model.forward([], [])[0].values()) == {0.0}
    assert model.predict([]) == []


def test_predictions_are_sorted_and_inside_each_image(backend):
    rng = np.random.default_rng(0)
    images = [rng.random((3, 40, 90), np.float32), rng.random((3, 12, 16), np.float32)]
    model = mini_yolo(max_detections=7)
    for image, found in zip(images, model.predict(images), strict=True):
        assert 0 < len(found["scores"]) <= 7
        assert (np.diff(found["scores"]) <= 0).all()
        assert found["boxes"].min() >= 0
        assert (found["boxes"].max(axis=0)[2:] <= [image.shape[2] + 1e-4, image.shape[1] + 1e-4]).all()
    assert model.boxes_an_image == S * S * 2


def test_no_detection_is_empty():
    """The network may put a midpoint far outside, or predict no width."""
    prediction = np.ones((1, S, S, 5 * 2 + C), np.float32)
    prediction[..., 0], prediction[..., 7] = -9, 0  # all first boxes, and all second ones
    prediction[0, 1, 2, 5:9] = 0.5
    model = mini_yolo()
    boxes, scores = model.decode(prediction, (16, 16))
    found = model._select(boxes[0], scores[0], (16, 16))
    assert sorted(found["labels"].tolist()) == [1, 2, 3]
    np.testing.assert_allclose(found["boxes"], [[8, 4, 12, 8]] * 3, rtol=1e-6)


def test_bad_input_is_named():
    images, targets = images_and_targets(1)
    with pytest.raises(ValueError, match=r"labels'\] must lie in 1…3, got .* = 9"):
        mini_yolo().forward(images, [{**targets[0], "labels": np.array([9, 1])}])
    with pytest.raises(ValueError, match=r"images\[0\] must have shape \(3, H, W\)"):
        mini_yolo().predict([np.zeros((4, 4), np.float32)])
    with pytest.raises(ValueError, match="sizes must be one of image, cell, got 'grid'"):
        mini_yolo(sizes="grid")
    with pytest.raises(ValueError, match="confidence_target must be one of"):
        mini_yolo(confidence_target="two")
    with pytest.raises(ValueError, match="transform must have a fixed_size"):
        YOLOv1(mini_yolo().network, GeneralizedRCNNTransform(), num_classes=C + 1, config={})
