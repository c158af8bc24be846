"""The localizer: its losses worked by hand, its gradients, what it predicts, and that it learns."""

import numpy as np
import pytest

from scratchcv.backbones import TinyBackbone
from scratchcv.data import SceneDataset, to_tensor
from scratchcv.layers import Flatten, Linear, ReLU, Sequential
from scratchcv.losses import cross_entropy, mse_loss, smooth_l1_loss
from scratchcv.metrics import localization_accuracy, mean_average_precision
from scratchcv.models import Localizer, build_model, localizer_tiny
from scratchcv.testing import assert_close, check_model
from scratchcv.training import SGD, clip_grad_norm

NAMES = ["background", "cat", "dog"]
NOTHING = {"boxes": np.zeros((0, 4), np.float32), "labels": np.zeros(0, np.int64)}
ONE = {"boxes": np.array([[10.0, 20, 40, 60]], np.float32), "labels": np.array([2])}

CROWD = np.repeat(np.arange(200.0)[:, None] / 10, 4, axis=1)


@pytest.fixture(scope="module")
def model():
    return localizer_tiny(NAMES, size=64)


def images(count, size=(64, 64), seed=0):
    rng = np.random.default_rng(seed)
    return [rng.random((3, *size), np.float32) for _ in range(count)]


def mini_localizer(box_loss="mse", weights=None):
    """A localizer of a few hundred parameters, for checks of every gradient."""
    rng = np.random.default_rng(0)
    backbone = TinyBackbone((4, 6), (1, 1), 1, rng=rng)
    vector = Sequential(Flatten(), Linear(6 * 4 * 4, 8, rng=rng), ReLU())
    heads = Linear(8, 3, rng=rng), Linear(8, 4, rng=rng)
    return Localizer(backbone, vector, *heads, size=8, config={}, box_loss=box_loss, loss_weights=weights)


@pytest.mark.parametrize("box_loss", ["mse", "smooth_l1"])
@pytest.mark.parametrize("training", [True, False])
def test_gradients_with_both_losses(backend, training, box_loss):
    model = mini_localizer(box_loss, {"classification": 0.5, "box": 3.0}).train(training)
    two = {"boxes": np.array([[1.0, 2, 5, 8], [0, 0, 8, 8]]), "labels": np.array([1, 2])}
    small = {"boxes": np.array([[2.0, 1, 5, 6]]), "labels": np.array([1])}
    check_model(model, images(4, (8, 8)), [small, two, NOTHING, small], max_entries=3)


def test_gradients_of_localizer_tiny():
    check_model(localizer_tiny(NAMES, size=64), images(2), [ONE, ONE], max_entries=1)


@pytest.mark.parametrize(("box_loss", "function"), [("mse", mse_loss), ("smooth_l1", smooth_l1_loss)])
def test_the_losses_are_the_lectures(box_loss, function):
    """Softmax loss of all images, the box's loss of those with an object, each times its weight."""
    model = localizer_tiny(NAMES, size=64, box_loss=box_loss, box_weight=7.0).eval()
    batch = images(3, seed=1)
    losses, _ = model.forward(batch, [ONE, NOTHING, ONE])
    x, _ = model.transform.to_batch(batch)
    vector = model.vector(model.backbone(x)[-1])
    truth = np.array([[25 / 64, 40 / 64, 30 / 64, 40 / 64]] * 2)
    assert losses["classification"] == pytest.approx(
        cross_entropy(model.cls_score(vector), [2, 0, 2])[0], rel=1e-5
    )
    assert losses["box"] == pytest.approx(7 * function(model.bbox_pred(vector)[[0, 2]], truth)[0], rel=1e-5)


def test_of_several_objects_the_largest_inside_the_image_is_learnt(model):
    target = {
        "boxes": np.array([[0.0, 0, 30, 30], [10, 10, 50, 50], [20, 10, 60, 50], [40, 40, 140, 140]]),
        "labels": np.array([1, 2, 1, 1]),
    }
    labels, numbers = model.encode(images(1), [target])
    assert labels.tolist() == [2]
    assert_close(numbers, np.array([[30.0, 30, 40, 40]]) / 64)


def test_an_image_without_objects_teaches_background_and_no_box(model):
    model.zero_grad()
    losses, cache = model.forward(images(2), [NOTHING, NOTHING])
    model.backward(cache)
    assert losses["box"] == 0
    assert losses["classification"] > 0
    assert not model.bbox_pred.weight.grad.any()
    assert model.cls_score.weight.grad.any()


@pytest.mark.parametrize(
    "target",
    [
        {"boxes": np.array([[5.0, 5, 6, 6]]), "labels": np.array([1])},
        {"boxes": np.array([[63.5, 63.5, 90, 90]]), "labels": np.array([1])},
        {"boxes": CROWD + np.array([0, 0, 9, 9]), "labels": np.ones(200, int)},
    ],
    ids=["one pixel", "at the corner", "200 objects"],
)
def test_odd_targets_are_learnt_from(target):
    model = localizer_tiny(NAMES, size=64)
    optimizer = SGD(model.parameters(), lr=0.01)
    for _ in range(2):
        losses, cache = model.forward(images(2), [target, NOTHING])
        model.backward(cache)
        optimizer.step()
        assert all(np.isfinite(loss) for loss in losses.values())
        assert losses["box"] > 0


def test_boxes_live_in_each_images_own_pixels(model):
    stretched = images(1, (96, 128))
    scaled = {"boxes": ONE["boxes"] * np.float32([2, 1.5, 2, 1.5]), "labels": ONE["labels"]}
    labels, numbers = model.encode(stretched, [scaled])
    assert_close(numbers, model.encode(images(1), [ONE])[1])
    assert_close(model.decode(numbers, stretched[0]), scaled["boxes"].astype(np.float64))
    assert labels.tolist() == [2]


def test_whatever_the_regression_says_boxes_stay_in_the_image_and_upright(model):
    numbers = np.array([[0.5, 0.5, -1, 0.5], [2, 2, 1, 1], [0.1, 0.1, 1, 1]], np.float32)
    boxes = model.decode(numbers, images(1, (10, 20))[0])
    assert boxes.dtype == np.float32
    assert (boxes[:, :2] <= boxes[:, 2:]).all()
    assert_close(boxes[2], np.float32([0, 0, 12, 6]), rtol=1e-5)
    assert boxes.min() >= 0
    assert (boxes <= [20, 10, 20, 10]).all()


def test_one_box_one_label_one_score_an_image(model):
    batch = [*images(2), *images(1, (40, 90), seed=3)]
    model.train()
    predictions, alone = model.predict(batch, batch_size=2), model.predict(batch[2:])
    assert model.training
    for prediction in predictions:
        assert (prediction["boxes"].shape, prediction["scores"].shape) == ((1, 4), (1,))
        assert prediction["labels"].tolist() in ([1], [2])
        assert 0 < prediction["scores"][0] < 1
    assert_close(predictions[2]["boxes"], alone[0]["boxes"], rtol=1e-5, atol=1e-4)
    assert model(batch[2:])[0]["scores"].tobytes() == alone[0]["scores"].tobytes()


def test_nothing_in_gives_nothing_out(model):
    assert model.predict([]) == []
    losses, cache = model.forward([], [])
    assert losses == {"classification": 0.0, "box": 0.0}
    model.backward(cache)


def test_config_builds_the_same_model_again():
    model = localizer_tiny(NAMES, size=64, seed=3, box_loss="smooth_l1", box_weight=9)
    again = build_model(model.config)
    assert (again.box_loss, again.loss_weights) == ("smooth_l1", {"box": 9.0})
    state, other = model.state_dict(), again.state_dict()
    assert all(state[name].tobytes() == other[name].tobytes() for name in state)
    different = localizer_tiny(NAMES, size=64, seed=4).state_dict()
    assert any(state[name].tobytes() != different[name].tobytes() for name in state)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"size": 100}, "size must be a multiple of 64, got 100"),
        ({"class_names": ["cat"]}, "class_names must be a list that begins with 'background', got"),
        ({"class_names": "background"}, "class_names must be a list that begins with 'background', got"),
        ({"box_loss": "l1"}, "box_loss must be one of mse, smooth_l1, got 'l1'"),
        ({"box_weight": -1}, "box_weight must be a finite number and not negative, got -1"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        localizer_tiny(**{"class_names": NAMES, **arguments})


def test_bad_input_is_named(model):
    with pytest.raises(ValueError, match=r"images\[1\] must have shape \(3, H, W\), got \(1, 64, 64\)"):
        model.predict([images(1)[0], images(1)[0][:1]])
    with pytest.raises(ValueError, match=r"targets\[1\]\['labels'\] must lie in 1…2"):
        model.forward(images(2), [ONE, {**ONE, "labels": np.array([7])}])
    with pytest.raises(ValueError, match="batch_size must be at least 1, got 0"):
        model.predict(images(1), batch_size=0)


@pytest.mark.slow
def test_overfits_eight_scenes_of_one_thing():
    scenes = SceneDataset(8, size=64, seed=4, max_things=1)
    batch = [to_tensor(image) for image, _ in scenes]
    targets = [target for _, target in scenes]
    model = localizer_tiny(scenes.class_names, size=64)
    optimizer = SGD(model.parameters(), lr=0.01, momentum=0.9)
    for step in range(120):
        model.zero_grad()
        _, cache = model.forward(batch, targets)
        model.backward(cache)
        clip_grad_norm(model.parameters(), 10.0)
        optimizer.step(0.01 * (1 - step / 120))
    for norm in (layer for _, layer in model.named_layers() if layer.buffers):
        norm.momentum = 1.0  # the running statistics of these very images
    model.forward(batch, targets)
    found = model.predict(batch)
    accuracy = localization_accuracy(
        [one["labels"][0] for one in found],
        np.concatenate([one["boxes"] for one in found]),
        [target["labels"][0] for target in targets],
        np.concatenate([target["boxes"] for target in targets]),
    )
    assert accuracy["both"] == 1
    assert accuracy["mean_iou"] > 0.9
    assert mean_average_precision(found, targets).mean >= 0.99
