"""EE 628's TinySSD: anchors, targets and losses by both conventions, gradients, and that it learns."""

import numpy as np
import pytest

from scratchcv.boxes import MULTIBOX_CONVENTIONS, multibox_detection, multibox_target
from scratchcv.data import SceneDataset, to_tensor
from scratchcv.layers import log_softmax
from scratchcv.metrics import mean_average_precision
from scratchcv.models import build_model, tiny_ssd_d2l
from scratchcv.testing import assert_close, check_model
from scratchcv.training import SGD

NAMES = ["background", "cat", "dog"]
NOTHING = {"boxes": np.zeros((0, 4), np.float32), "labels": np.zeros(0, np.int64)}


@pytest.fixture(scope="module", params=["d2l", "mxnet"])
def model(request):
    return tiny_ssd_d2l(NAMES, size=64, convention=request.param)


def images_and_targets(size=64):
    rng = np.random.default_rng(0)
    images = [rng.random((3, size, size), np.float32) for _ in range(2)]
    return images, [
        {"boxes": np.array([[4, 6, 40, 50]], np.float32) * size / 64, "labels": np.array([2])},
        NOTHING,
    ]


def test_5444_anchors():
    """EE 628, lines 807-845: maps of 32, 16, 8, 4 and 1 cells, four anchors a cell, around its middle."""
    model = tiny_ssd_d2l(NAMES)
    assert model.size == 256
    assert model.boxes_an_image == len(model.anchors) == 4 * (32**2 + 16**2 + 8**2 + 4**2 + 1) == 5444
    logits, deltas = model.head(model.backbone(np.zeros((1, 3, 256, 256), np.float32)))
    assert logits.shape == (1, 5444, 3)
    assert deltas.shape == (1, 5444, 4)
    first, last = model.anchors[:4], model.anchors[-4:]
    assert_close((first[:, :2] + first[:, 2:]) / 2, np.full((4, 2), 4, np.float32), atol=1e-4)
    root = np.sqrt(2)
    sides = 256 * np.array(
        [[0.88, 0.88], [0.961, 0.961], [0.88 * root, 0.88 / root], [0.88 / root, 0.88 * root]]
    )
    assert_close(last[:, 2:] - last[:, :2], sides.astype(np.float32), rtol=1e-5)


def test_gradients(model):
    images, targets = images_and_targets()
    check_model(model, images, targets, max_entries=1)


def test_targets_are_those_of_the_convention(model):
    _, targets = images_and_targets()
    labels, deltas = model.encode(targets)
    arguments = MULTIBOX_CONVENTIONS[model.config["convention"]].target
    expected, _, classes = multibox_target(model.anchors, targets[0]["boxes"], [2], **arguments)
    assert labels[0].tolist() == classes.tolist()
    assert deltas[0].tobytes() == expected.tobytes()
    assert not labels[1].any()


def test_the_losses_are_means_over_all_anchors():
    """d2l: softmax cross-entropy and masked L1, each averaged over anchors and images; nothing is mined."""
    model = tiny_ssd_d2l(NAMES, size=64)
    images, targets = images_and_targets()
    losses, _ = model.forward(images, targets)
    x, _ = model.transform.to_batch(images)
    (logits, deltas), _ = model.head.forward(model.backbone.forward(x)[0])
    labels, expected = model.encode(targets)
    mask = labels > 0
    entropy = -np.take_along_axis(log_softmax(logits, axis=2), labels[:, :, None], axis=2)
    assert losses["classification"] == pytest.approx(entropy.mean(), rel=1e-4)
    assert losses["box"] == pytest.approx(abs((deltas - expected) * mask[:, :, None]).mean(), rel=1e-4)
    assert losses["box"] > 0


def test_detections_are_those_of_the_convention(model):
    rng = np.random.default_rng(0)
    scores = rng.dirichlet(np.full(3, 0.2), len(model.anchors)).astype(np.float32)
    deltas = rng.standard_normal(model.anchors.shape).astype(np.float32)
    found = model._select(scores, deltas)
    arguments = MULTIBOX_CONVENTIONS[model.config["convention"]].detection
    rows = multibox_detection(scores, deltas, model.anchors / np.float32(64), **arguments)
    rows = rows[rows[:, 0] >= 0]
    assert 10 < len(rows) < len(scores)
    assert found["labels"].tolist() == (rows[:, 0] + 1).tolist()
    assert found["scores"].tolist() == rows[:, 1].tolist()
    assert (np.diff(found["scores"]) <= 0).all()
    assert_close(found["boxes"], rows[:, 2:] * 64, rtol=1e-6)
    inside = (found["boxes"] >= 0).all() and (found["boxes"] <= 64).all()
    assert inside == (model.config["convention"] == "mxnet")  # which clips


def test_no_images_no_objects_and_many(model):
    assert model.predict([]) == []
    losses, cache = model.forward([], [])
    assert losses == {"classification": 0.0, "box": 0.0}
    model.backward(cache)
    images, _ = images_and_targets()
    losses, cache = model.forward(images, [NOTHING, NOTHING])
    assert losses["classification"] > losses["box"] == 0
    model.backward(cache)
    rng = np.random.default_rng(0)
    corner = rng.uniform(0, 60, (200, 2)).astype(np.float32)
    crowd = {"boxes": np.hstack([corner, corner + 3]), "labels": rng.integers(1, 3, 200)}
    dot = {"boxes": np.array([[30, 30, 31, 31]], np.float32), "labels": np.array([1])}
    losses, cache = model.forward(images, [crowd, dot])
    model.backward(cache)
    assert all(np.isfinite(loss) for loss in losses.values())
    assert all(np.isfinite(parameter.grad).all() for parameter in model.parameters())


def test_a_configuration_rebuilds_the_model(model):
    rebuilt = build_model(model.config)
    assert rebuilt.config == model.config
    assert rebuilt.anchors.tobytes() == model.anchors.tobytes()
    assert rebuilt.convention is model.convention


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"size": 100}, "size must be a multiple of 64, got 100"),
        ({"size": 0}, "size must be a multiple of 64, got 0"),
        ({"convention": "torch"}, "convention must be one of d2l, mxnet, got 'torch'"),
        ({"class_names": ["cat"]}, "class_names must be a list that begins with 'background'"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        tiny_ssd_d2l(**{"class_names": NAMES, **arguments})


def train(model, dataset, steps, batch_size, lr):
    """Train as the book does, but with momentum; each step sees other scenes."""
    optimizer = SGD(model.parameters(), lr=lr, momentum=0.9, weight_decay=5e-4)
    for step in range(steps):
        batch = [dataset[(step * batch_size + n) % len(dataset)] for n in range(batch_size)]
        optimizer.lr = lr * min(1, (step + 1) / 10)
        model.zero_grad()
        losses, cache = model.forward(
            [to_tensor(image) for image, _ in batch], [target for _, target in batch]
        )
        model.backward(cache)
        optimizer.step()
    return losses


@pytest.mark.slow
def test_overfits_eight_scenes():
    scenes = SceneDataset(8, size=64, seed=4)
    model = tiny_ssd_d2l(scenes.class_names, size=64)
    train(model, scenes, steps=170, batch_size=8, lr=0.4)
    for norm in (layer for _, layer in model.named_layers() if layer.buffers):
        norm.momentum = 1.0  # the running statistics of these very images
    images, targets = [to_tensor(image) for image, _ in scenes], [target for _, target in scenes]
    model.forward(images, targets)
    assert mean_average_precision(model.predict(images), targets).mean >= 0.99


def one_thing(count, seed):
    """Return scenes of a single object, all of one class, as the book has bananas."""
    scenes = SceneDataset(count, size=64, seed=seed, max_things=1)
    return [(image, {"boxes": target["boxes"], "labels": [1]}) for image, target in scenes]


@pytest.mark.slow
@pytest.mark.parametrize("convention", ["d2l", "mxnet"])
def test_learns_single_objects(convention):
    """Measured on scenes that it never saw."""
    model = tiny_ssd_d2l(["background", "thing"], size=64, convention=convention)
    train(model, one_thing(2400, seed=0), steps=150, batch_size=16, lr=0.3)
    unseen = one_thing(100, seed=1)
    images, targets = [to_tensor(image) for image, _ in unseen], [target for _, target in unseen]
    assert mean_average_precision(model.predict(images), targets).mean >= 0.5
