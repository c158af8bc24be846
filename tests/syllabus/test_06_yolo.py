"""YOLO: grids, label vectors, decoding, the loss."""

import numpy as np
import pytest

from scratchcv.boxes import decode_yolo_grid, decode_yolo_v2, encode_yolo_grid, yolo_label_vectors
from scratchcv.layers import WordTree, sigmoid, softmax
from scratchcv.losses import split_yolo_v1, yolo_v1_loss, yolo_v2_loss, yolo_v3_loss
from scratchcv.models import (
    PassthroughDarknet,
    YOLOHead,
    yolo_v1_448,
    yolo_v1_tiny,
    yolo_v2_tiny,
    yolo_v3_tiny,
)
from scratchcv.testing import check_loss

PERSON, CAR = 1, 2


def test_01_an_object_belongs_to_one_cell():
    """S0, lines 335-352; S1, lines 1199-1208; S4, line 90: the cell of its midpoint, on a border too."""
    side = 300
    for center in ((50, 50), (100, 100), (299.9, 0), (300, 300), (0, 150)):
        box = [[center[0] - 40, center[1] - 20, center[0] + 40, center[1] + 20.0]]
        _, labels = encode_yolo_grid(box, [1], (side, side), 3)
        assert np.count_nonzero(labels) == 1
        row, column = np.argwhere(labels)[0].tolist()
        assert (row, column) == (min(int(center[1] // 100), 2), min(int(center[0] // 100), 2))


def test_02_label_vectors_of_eight():
    """S0, lines 344-394: y = (pc, bx, by, bh, bw, c1, c2, c3), height before width; output 3 x 3 x 8."""
    grid_boxes, grid_labels = encode_yolo_grid([[95, 105, 185, 155.0]], [CAR], (300, 300), 3, sizes="cell")
    y = yolo_label_vectors(grid_boxes, grid_labels, 3)
    assert y.shape == (3, 3, 8)
    assert y[1, 1].round(12).tolist() == [1, 0.4, 0.3, 0.5, 0.9, 0, 1, 0]
    assert y[0, 0, 0] == 0  # and the rest is "?": it has no part in the loss
    _, gradient = yolo_v1_loss(
        np.full((1, 3, 3, 8), 0.5), grid_boxes[None], grid_labels[None], boxes_per_cell=1, sizes="cell"
    )
    assert gradient[0, 1, 1].all()
    empty = np.ones((3, 3), bool)
    empty[1, 1] = False
    assert np.count_nonzero(gradient[0, empty], axis=1).tolist() == [1] * 8  # pc alone


def test_03_the_example_cell():
    """S0, lines 399-406: (bx, by) = (.4, .3), (bh, bw) = (.5, .9); bh and bw may exceed 1."""
    grid = np.zeros((3, 3, 1, 4))
    grid[1, 1, 0] = 0.4, 0.3, 0.9, 0.5
    assert decode_yolo_grid(grid, (300, 300), sizes="cell")[1, 1, 0].round(9).tolist() == [95, 105, 185, 155]
    wide, _ = encode_yolo_grid([[0, 90, 300, 210.0]], [CAR], (300, 300), 3, sizes="cell")
    assert wide[1, 1].tolist() == [0.5, 0.5, 3, 1.2]


def test_04_two_anchors_make_sixteen_rows():
    """S0, lines 411-450: 3 x 3 x 2 x 8 = 3 x 3 x 16; the person goes to anchor 1, the car to anchor 2."""
    tall, flat = [0.4, 1.2], [1.2, 0.5]
    person, car = [130, 90, 170, 210.0], [95, 125, 205, 175.0]
    grid_boxes, grid_labels = encode_yolo_grid(
        [car, person], [CAR, PERSON], (300, 300), 3, sizes="cell", anchors=[tall, flat]
    )
    assert grid_labels[1, 1].tolist() == [PERSON, CAR]
    y = yolo_label_vectors(grid_boxes, grid_labels, 3)
    assert y.reshape(3, 3, -1).shape == (3, 3, 16)
    five = encode_yolo_grid([car], [5], (300, 300), 3, anchors=np.ones((5, 2)))
    assert yolo_label_vectors(*five, 5).shape == (3, 3, 5, 10)
    assert yolo_label_vectors(*five, 5).reshape(3, 3, -1).shape == (3, 3, 50)


def test_05_realistic_dimensions():
    """S0, lines 452-457: 608 x 608 pixels give 19 x 19 x 5 x 85, and 85 = 5 + 80."""
    grid = encode_yolo_grid(np.zeros((0, 4)), np.zeros(0, int), (608, 608), 19, anchors=np.ones((5, 2)))
    y = yolo_label_vectors(*grid, 80)
    assert y.shape == (19, 19, 5, 85)
    assert (y.size, y[..., 0].size, 608 / 19) == (153_425, 1_805, 32)


def test_06_outputs_of_version_one():
    """S1, lines 1274-1285; S4, line 94: 7 x 7 x (5 x 2 + 20) = 1470 numbers, 98 boxes."""
    model = yolo_v1_448(["background", *"abcdefghijklmnopqrst"], width=1 / 64).eval()
    prediction = model.network(np.zeros((1, 3, 448, 448), np.float32)).transpose(0, 2, 3, 1)
    assert prediction.shape == (1, 7, 7, 5 * 2 + 20)
    boxes, confidence, class_scores = split_yolo_v1(prediction)
    assert prediction.size == 1470
    assert confidence.size == boxes[..., 0].size == model.boxes_an_image == 98
    assert class_scores.shape == (1, 7, 7, 20)


def test_07_sizes_relative_to_the_image_or_to_the_cell():
    """S4, lines 104-106 (image), and S0, lines 403-404 (cell): the same box in both conventions."""
    box = [[95, 105, 185, 155.0]]
    by_image, _ = encode_yolo_grid(box, [1], (300, 300), 3, sizes="image")
    by_cell, _ = encode_yolo_grid(box, [1], (300, 300), 3, sizes="cell")
    np.testing.assert_allclose(by_image[1, 1], [0.4, 0.3, 0.3, 1 / 6], rtol=1e-14)
    np.testing.assert_allclose(by_cell[1, 1, 2:], 3 * by_image[1, 1, 2:], rtol=1e-14)


@pytest.mark.parametrize(("target", "C_hat"), [("iou", 0.36), ("one", 1)])
def test_08_what_the_confidence_should_be(target, C_hat):
    """S4, line 113: Pr(object) IoU; line 175, spoken: 1. Pr(class | object) times it is the class's score."""
    prediction = np.array([0.5, 0.5, 0.6, 0.6, 0.8, 1]).reshape(1, 1, 1, 6)  # sizes .36 by their roots
    losses, _ = yolo_v1_loss(
        prediction, [[[[0.5, 0.5, 0.6, 0.6]]]], [[[1]]], boxes_per_cell=1, confidence_target=target
    )
    assert losses["object"] == pytest.approx((0.8 - C_hat) ** 2, rel=1e-9)


def test_09_the_five_terms_of_the_loss():
    """S1, lines 1289-1311; S4, lines 152-179: each by itself; the sums run to S^2 - 1 and B - 1.

    The root weighs an error in a small box more (S4, line 173, says that it is for two dimensions).
    """
    rng = np.random.default_rng(0)
    S, B, C = 3, 2, 4
    prediction = rng.uniform(0.2, 0.9, (1, S, S, 5 * B + C))
    gt_boxes, gt_labels = encode_yolo_grid([[20, 30, 80, 95.0]], [3], (99, 99), S)
    losses, _ = yolo_v1_loss(prediction, gt_boxes[None], gt_labels[None], confidence_target="one")
    x, y, w, h = gt_boxes[1, 1]
    cell = prediction[0, 1, 1]
    j = int(losses["center"] != pytest.approx(5 * ((cell[0] - x) ** 2 + (cell[1] - y) ** 2)))
    box = cell[5 * j : 5 * j + 5]
    confidences = prediction[0, :, :, [4, 9]].sum(), (prediction[0, :, :, [4, 9]] ** 2).sum()
    expected = {
        "center": 5 * ((box[0] - x) ** 2 + (box[1] - y) ** 2),
        "size": 5 * ((box[2] - np.sqrt(w)) ** 2 + (box[3] - np.sqrt(h)) ** 2),
        "object": (box[4] - 1) ** 2,
        "no_object": 0.5 * (confidences[1] - box[4] ** 2),
        "classification": ((cell[10:] - [0, 0, 1, 0]) ** 2).sum(),
    }
    assert losses == pytest.approx(expected, rel=1e-12)
    check_loss(yolo_v1_loss, prediction, gt_boxes[None], gt_labels[None])
    small, large = ((np.sqrt(w + 0.01) - np.sqrt(w)) ** 2 for w in (0.04, 0.64))
    assert small > 10 * large


def test_10_what_version_one_cannot_do():
    """S4, lines 185-201; S1, lines 1313-1331: of two objects in a cell one is lost, and boxes share a class.

    S4, line 82, says "only convolutional layers": with the paper's linear ones a cell sees the whole image.
    """
    model = yolo_v1_tiny(["background", "person", "car"])
    crowd = {"boxes": np.array([[2, 2, 14, 14], [3, 1, 13, 15.0]], np.float32), "labels": np.array([1, 2])}
    _, labels = model.encode([crowd], (128, 128))
    assert labels[labels > 0].tolist() == [1]
    prediction = np.random.default_rng(0).random((1, 8, 8, 12)).astype(np.float32)
    classes = model.decode(prediction, (128, 128))[1].reshape(64, 2, 2).argmax(axis=2)
    assert (classes[:, 0] == classes[:, 1]).all()
    assert model.boxes_an_image == 8 * 8 * 2
    image = np.random.default_rng(1).random((1, 3, 128, 128), np.float32)
    elsewhere = image.copy()
    elsewhere[..., 112:, 112:] = 0
    for head, sees in (("conv", False), ("linear", True)):
        network = yolo_v1_tiny(["background", "person"], head=head).network.eval()
        assert (network(image)[..., 0, 0] != network(elsewhere)[..., 0, 0]).any() == sees


def test_11_version_two_decodes_from_its_cell():
    """S4, lines 207-240: b_x = sigma(t_x) + c_x, b_w = p_w e^t_w; t = 0 is the cell's middle, the prior, .5.

    S4, line 235, calls sigma(t_o) the conditional class probability: the slide's Pr(object) IoU is right.
    """
    t = np.zeros((19, 19, 2, 5))
    t[4, 7, 1] = 0.3, -0.2, np.log(2), 0, 1
    boxes, confidence = decode_yolo_v2(t, [[1, 2], [3, 4]])
    assert boxes[2, 5].tolist() == [[5.5, 2.5, 1, 2], [5.5, 2.5, 3, 4]]
    assert confidence[2, 5].tolist() == [0.5, 0.5]

    def sigma(x):
        return 1 / (1 + np.exp(-x))

    np.testing.assert_allclose(boxes[4, 7, 1], [7 + sigma(0.3), 4 + sigma(-0.2), 6, 4], rtol=1e-12)
    assert confidence[4, 7, 1] == pytest.approx(sigma(1))


def test_12_the_exercise_of_the_output_volume():
    """S4, lines 687 and 704: 19 x 19 cells, 20 classes, 5 anchors with classes each: 19 x 19 x 125.

    The hint S x S x (5 B + C) is version one's, where a cell's boxes share the classes: 19 x 19 x 45.
    """
    with_anchors = encode_yolo_grid(
        np.zeros((0, 4)), np.zeros(0, int), (608, 608), 19, anchors=np.ones((5, 2))
    )
    volume = yolo_label_vectors(*with_anchors, 20).reshape(19, 19, -1)
    assert volume.shape == (19, 19, 125)
    assert volume.size == 45_125
    assert split_yolo_v1(np.zeros((1, 19, 19, 45)), 5)[2].shape == (1, 19, 19, 20)
    assert 19 * 19 * 45 == 16_245
    assert yolo_label_vectors(*with_anchors, 21).reshape(19, 19, -1).shape[2] == 130  # with background


@pytest.mark.parametrize(("num_classes", "volume"), [(80, (19, 19, 5, 85)), (20, (19, 19, 5, 25))])
def test_13_the_network_of_version_two_gives_these_volumes(num_classes, volume):
    """S0, lines 452-457, and S4, line 687: from (608, 608, 3), through Darknet's stages, one filter wide."""
    backbone = PassthroughDarknet([[(1, 3)]] * 6, width=1, passthrough=4).eval()
    head = YOLOHead(backbone.out_channels, [5], num_classes)
    (prediction,) = head(backbone(np.zeros((1, 3, 608, 608), np.float32)))
    assert prediction.shape == (1, *volume)
    assert len(head.convs[0].weight.value) == 5 * (5 + num_classes)


def test_14_what_yolo9000_and_version_three_changed():
    """S4, line 685 (to be found out): labels in a tree; three maps, logistic classes, objectness 1."""
    t = np.array([0.2, -0.1, 0.3, 0.1, 0.4, 1.0, 2.0, -1.0]).reshape(1, 1, 1, 1, 8)
    box, anchors = np.array([0.5, 0.4, 1.0, 2.0]).reshape(1, 1, 1, 1, 4), [[1.0, 1.0]]
    label = np.array([[[[2]]]])
    (two, dtwo), (nine_thousand, _), (three, dthree) = (
        yolo_v2_loss(t, box, label, anchors=anchors, confidence_target="one"),
        yolo_v2_loss(t, box, label, anchors=anchors, confidence_target="one", tree=WordTree([-1, 0, 0])),
        yolo_v3_loss(t, box, label, anchors=anchors),
    )
    scores, one_hot = t[0, 0, 0, 0, 5:], np.array([0, 1, 0])
    np.testing.assert_allclose(dtwo[0, 0, 0, 0, 5:], softmax(scores, axis=0) - one_hot, rtol=1e-12)
    np.testing.assert_allclose(dthree[0, 0, 0, 0, 5:], sigmoid(scores) - one_hot, rtol=1e-12)
    root_alone, siblings = 0.0, -np.log(softmax(scores[1:], axis=0)[0])  # Pr(root) Pr(2 | root)
    assert nine_thousand["classification"] == pytest.approx(root_alone + siblings, rel=1e-12)
    confidence = sigmoid(t[..., 4]).item()
    assert two["object"] == pytest.approx(5 / 2 * (confidence - 1) ** 2, rel=1e-12)
    assert three["object"] == pytest.approx(-np.log(confidence), rel=1e-12)

    names = ["background", "person", "woman"]
    second, third = yolo_v2_tiny(names, size=64), yolo_v3_tiny(names, size=64)
    x = np.zeros((1, 3, 64, 64), np.float32)
    grids = [[p.shape[1:4] for p in model.eval().head(model.backbone(x))] for model in (second, third)]
    assert grids == [[(4, 4, 5)], [(8, 8, 3), (4, 4, 3), (2, 2, 3)]]
    both = np.array([5.0, 5.0])  # a woman is a person: only logistic classes can say both
    assert second._class_probabilities(both).tolist() == [0.5, 0.5]
    assert third._class_probabilities(both).min() > 0.99


def test_15_backbone_neck_and_head():
    """S0, lines 460-465: the neck, a pyramid, collects the backbone's maps and feeds the head."""
    model = yolo_v3_tiny(["background", "cat"], size=64).eval()
    body, neck, head = model.backbone.body, model.backbone.fpn, model.head
    images = np.random.default_rng(0).random((1, 3, 64, 64)).astype(np.float32)
    maps = body(images)
    levels = neck(maps)
    assert [level.shape[2:] for level in levels] == [feature.shape[2:] for feature in maps]
    assert {level.shape[1] for level in levels} == {64}
    by_parts, at_once = head(levels), model.head(model.backbone(images))
    assert all((part == whole).all() for part, whole in zip(by_parts, at_once, strict=True))
    other = neck(body(images[:, :, :, :32]))  # of an arbitrary size
    assert [level.shape[2:] for level in other] == [(8, 4), (4, 2), (2, 1)]
