"""SSD: its parts' shapes, its gradients, what it predicts, and that it learns."""

import numpy as np
import pytest

from scratchcv.backbones import TinyBackbone
from scratchcv.boxes import BACKGROUND, box_iou, decode_deltas, ssd_default_boxes
from scratchcv.data import GeneralizedRCNNTransform
from scratchcv.layers import softmax
from scratchcv.models import SSD, SSDHead, ssd_tiny
from scratchcv.models.ssd import DELTA_WEIGHTS
from scratchcv.testing import assert_close, check_model

NAMES = ["background", "cat", "dog"]
NOTHING = {"boxes": np.zeros((0, 4), np.float32), "labels": np.zeros(0, np.int64)}


@pytest.fixture(scope="module")
def model():
    return ssd_tiny(NAMES, size=64)


def images_and_targets(count, size=64, seed=0):
    rng = np.random.default_rng(seed)
    images, targets = [], []
    for _ in range(count):
        corner, extent = rng.uniform(0, size / 2, (2, 2)), rng.uniform(size / 8, size / 2, (2, 2))
        images.append(rng.random((3, size, size), np.float32))
        boxes = np.concatenate([corner, corner + extent], axis=1).astype(np.float32)
        targets.append({"boxes": boxes, "labels": rng.integers(1, 3, 2)})
    return images, targets


def encode(model, images, targets):
    """Return what the default boxes have to learn, and the images' sizes in the batch."""
    _, sizes = model.transform.to_batch(images)
    return model.encode(model.transform.to_batch_targets(targets, images, sizes)), sizes


def mini_ssd(class_names=NAMES):
    """An SSD of a few hundred parameters, for checks of every gradient."""
    rng = np.random.default_rng(0)
    backbone = TinyBackbone((4, 6, 8), (1, 1, 1), 1, rng=rng)
    head = SSDHead(backbone.out_channels, [4, 4], len(class_names), rng=rng)
    anchors = ssd_default_boxes([(8, 8), (4, 4)], (16, 16), [[2], [2]], scales=[0.3, 0.6, 0.9], clip=False)
    return SSD(
        backbone, head, anchors, GeneralizedRCNNTransform(fixed_size=(16, 16), size_divisible=1), config={}
    )


@pytest.mark.parametrize("training", [True, False])
def test_gradients_of_a_small_ssd_with_its_loss(backend, training):
    images, targets = images_and_targets(3, 16)
    check_model(mini_ssd().train(training), images, [*targets[:2], NOTHING], max_entries=6)


def test_encoded_targets_decode_to_the_truth(model):
    images, targets = images_and_targets(1)
    (labels, deltas), _ = encode(model, images, targets)
    positive = labels[0] > 0
    decoded = decode_deltas(deltas[0, positive], model.anchors[positive], weights=DELTA_WEIGHTS)
    best = box_iou(decoded, targets[0]["boxes"]).max(axis=1)
    assert_close(best, np.ones_like(best), rtol=1e-4)
    assert set(labels[0, positive]) == set(targets[0]["labels"])


def test_lists_serve_as_targets(model):
    images, targets = images_and_targets(1)
    as_lists = [{key: value.tolist() for key, value in targets[0].items()}]
    assert model.forward(images, as_lists)[0] == pytest.approx(model.forward(images, targets)[0])


def test_boxes_live_in_each_images_own_pixels(model):
    """The same scene at twice the width and three times the height has the same targets inside."""
    images, targets = images_and_targets(1)
    stretched = [np.repeat(np.repeat(images[0], 3, axis=1), 2, axis=2)]
    scaled = [{"boxes": targets[0]["boxes"] * np.float32([2, 3, 2, 3]), "labels": targets[0]["labels"]}]
    here, there = encode(model, images, targets)[0], encode(model, stretched, scaled)[0]
    assert (here[0] == there[0]).all()
    assert_close(there[1], here[1], rtol=1e-4, atol=1e-4)


def test_a_perfect_network_predicts_the_truth(model, backend):
    """Logits and deltas set to their targets come out as the boxes that made them."""
    images, targets = images_and_targets(1, seed=3)
    (labels, deltas), _ = encode(model, images, targets)
    scores = softmax(20 * np.eye(3, dtype=np.float32)[labels[0]], axis=-1)
    prediction = model._select(scores, deltas[0])
    confident = prediction["scores"] > 0.5
    assert sorted(prediction["labels"][confident]) == sorted(targets[0]["labels"])
    overlap = box_iou(prediction["boxes"][confident], np.clip(targets[0]["boxes"], 0, 64))
    assert overlap.max(axis=0).min() > 0.999


def test_predictions_are_sorted_inside_the_image_and_few(model):
    rng = np.random.default_rng(0)
    images = [rng.random((3, 40, 90), np.float32), rng.random((3, 64, 64), np.float32)]
    predictions = model.predict(images)
    for image, prediction in zip(images, predictions, strict=True):
        boxes, scores, labels = prediction["boxes"], prediction["scores"], prediction["labels"]
        assert len(boxes) == len(scores) == len(labels) <= model.max_detections
        assert (np.diff(scores) <= 0).all()
        assert (scores > model.score_thresh).all()
        assert boxes.min() >= 0
        assert (boxes[:, 2] <= image.shape[2] + 1e-4).all()
        assert (boxes[:, 3] <= image.shape[1] + 1e-4).all()
        assert set(labels) <= {1, 2}


def test_prediction_leaves_the_mode_and_does_not_depend_on_companions(model):
    images, _ = images_and_targets(3)
    model.train()
    together, alone = model.predict(images, batch_size=2), model.predict(images[1:2])
    assert model.training
    assert_close(together[1]["boxes"], alone[0]["boxes"], rtol=1e-5, atol=1e-4)
    assert model(images[1:2])[0]["scores"].tobytes() == alone[0]["scores"].tobytes()


def test_boxes_an_image(model):
    assert model.boxes_an_image == len(model.anchors) == 4 * (8 * 8 + 4 * 4 + 2 * 2 + 1)


def test_an_iou_at_the_threshold_is_too_little_or_enough():
    model = mini_ssd()
    model.anchors = np.array([[0, 0, 8, 8], [0, 0, 8, 4]], np.float32)
    target = {"boxes": np.array([[0, 0, 8, 8]], np.float32), "labels": np.array([2])}
    labels = []
    for model.strict in (True, False):
        labels.append(model.encode([target])[0].tolist())
    assert labels == [[[2, 0]], [[2, 2]]]


@pytest.mark.parametrize("count", [1, 200])
def test_objects_of_one_pixel_and_many_objects(model, count):
    rng = np.random.default_rng(0)
    corner = rng.uniform(0, 60, (count, 2)).astype(np.float32)
    extent = np.float32(1) if count == 1 else rng.uniform(2, 30, (count, 2)).astype(np.float32)
    target = {"boxes": np.hstack([corner, corner + extent]), "labels": rng.integers(1, 3, count)}
    images = [rng.random((3, 90, 90), np.float32)]
    model.zero_grad()
    losses, cache = model.forward(images, [target])
    model.backward(cache)
    assert all(np.isfinite(loss) and loss > 0 for loss in losses.values())
    assert all(np.isfinite(parameter.grad).all() for parameter in model.parameters())


@pytest.mark.parametrize("size", [None, (16, 16)])
def test_a_transform_that_pads_is_refused(size):
    mini, transform = mini_ssd(), GeneralizedRCNNTransform(fixed_size=size)
    with pytest.raises(ValueError, match=r"transform must have a fixed_size, .* 32, .* got"):
        SSD(mini.backbone, mini.head, mini.anchors, transform, config={})


def test_nothing_in_gives_nothing_out(model):
    assert model.predict([]) == []
    losses, cache = model.forward([], [])
    assert losses == {"classification": 0.0, "box": 0.0}
    model.backward(cache)


def test_images_without_objects_give_zero_loss_and_gradient(model):
    images, _ = images_and_targets(2)
    model.zero_grad()
    losses, cache = model.forward(images, [NOTHING, NOTHING])
    model.backward(cache)
    assert losses == {"classification": 0.0, "box": 0.0}
    assert not any(parameter.grad.any() for parameter in model.parameters())
    (labels, _), _ = encode(model, images, [NOTHING, NOTHING])
    assert BACKGROUND not in labels
    assert not labels.any()


def test_bad_input_is_named(model):
    images, targets = images_and_targets(2)
    with pytest.raises(ValueError, match=r"images\[1\] must have shape \(3, H, W\), got \(1, 64, 64\)"):
        model.predict([images[0], images[1][:1]])
    with pytest.raises(ValueError, match=r"targets\[1\]\['labels'\] must lie in 1…2, got .*\[0\] = 7"):
        model.forward(images, [targets[0], {**targets[1], "labels": np.array([7, 1])}])
    with pytest.raises(ValueError, match="batch_size must be at least 1, got -1"):
        model.predict(images, batch_size=-1)


def test_a_failing_or_finished_prediction_restores_every_layers_mode(model):
    frozen = model.backbone.stages[0][0][1]
    model.train()
    frozen.eval()
    model.predict(images_and_targets(1)[0])
    with pytest.raises(ValueError, match="images"):
        model.predict([np.zeros((1, 2, 3))])
    assert model.training
    assert model.head.training
    assert not frozen.training
    model.train()
