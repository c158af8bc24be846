"""R-CNN: what it trains on, its gradients, what it predicts, and that it learns."""

import numpy as np
import pytest

from scratchcv.backbones import TinyBackbone
from scratchcv.boxes import box_iou, sliding_windows
from scratchcv.data import SceneDataset, to_tensor
from scratchcv.layers import Flatten, Linear, ReLU, Sequential
from scratchcv.metrics import Stopwatch, mean_average_precision
from scratchcv.models import RCNN, build_model, rcnn_tiny
from scratchcv.proposals import ProposalDataset, selective_search
from scratchcv.testing import assert_close, check_model
from scratchcv.training import SGD, clip_grad_norm

NAMES = ["background", "cat", "dog"]
NOTHING = {"boxes": np.zeros((0, 4), np.float32), "labels": np.zeros(0, np.int64)}
OBJECT = np.array([[8, 8, 40, 32]], np.float32)


def windows(image):
    """Squares of two sizes, everywhere: proposals that need no search."""
    size = image.shape[:2]
    return np.concatenate([sliding_windows(size, (side, side), side // 2) for side in (16, 32)])


def images_and_targets(count, size=64, seed=0):
    rng = np.random.default_rng(seed)
    images, targets = [], []
    for _ in range(count):
        corner, extent = rng.uniform(0, size / 2, (2, 2)), rng.uniform(size / 8, size / 2, (2, 2))
        images.append(rng.random((3, size, size), np.float32))
        boxes = np.concatenate([corner, corner + extent], axis=1).astype(np.float32)
        shifted = boxes + rng.uniform(-2, 2, boxes.shape).astype(np.float32)
        far = np.array([[0, 0, 5, 5], [size - 6, size - 9, size, size]], np.float32)
        proposals = np.concatenate([shifted, far])
        targets.append({"boxes": boxes, "labels": rng.integers(1, 3, 2), "proposals": proposals})
    return images, targets


class Pairs(list):
    """A data set of a few images that are at hand."""

    class_names = tuple(NAMES)


def as_dataset(images, targets):
    pixels = [np.rint(255 * image).astype(np.uint8).transpose(1, 2, 0) for image in images]
    return Pairs(zip(pixels, targets, strict=True))


def mini_rcnn():
    """An R-CNN of a few hundred parameters, for checks of every gradient; it draws all proposals."""
    rng = np.random.default_rng(0)
    backbone = TinyBackbone((4, 6), (1, 1), 1, rng=rng)
    box_head = Sequential(Flatten(), Linear(6 * 16, 5, rng=rng), ReLU())
    return RCNN(
        backbone, box_head, pooled_features=6 * 16, num_features=5, num_classes=3, propose=windows,
        config={}, crop_size=8, context=1, regions_per_image=1000, positive_fraction=1.0,
    )  # fmt: skip


@pytest.fixture(scope="module")
def model():
    return rcnn_tiny(NAMES, size=64, propose=windows)


@pytest.fixture(scope="module")
def fitted():
    model = rcnn_tiny(NAMES, size=64, propose=windows)
    model.svm_c = 1.0  # random features of four images need a firm hand
    model.fit(as_dataset(*images_and_targets(4)))
    return model


@pytest.mark.parametrize("training", [True, False])
def test_gradients_of_a_small_rcnn_with_its_loss(backend, training):
    images, targets = images_and_targets(2, 32)
    bare = {**NOTHING, "proposals": np.array([[3, 3, 20, 20]], np.float32)}
    check_model(mini_rcnn().train(training), [*images, images[0]], [*targets, bare], max_entries=6)


def test_gradients_of_rcnn_tiny_with_its_loss():
    images, targets = images_and_targets(2)
    check_model(rcnn_tiny(NAMES, size=64, propose=windows), images, targets, max_entries=2)


def test_positive_neutral_negative():
    """The object itself, its near copy, one of IoU .4 that is left out, and one elsewhere."""
    model = mini_rcnn()
    model.bg_iou_thresh = 0.3
    proposals = np.array([[9, 8, 40, 32], [8, 8, 40, 17.6], [50, 40, 60, 60]], np.float32)
    target = {"boxes": OBJECT, "labels": np.array([2]), "proposals": proposals}
    image = np.random.default_rng(0).random((3, 64, 64), np.float32)
    crops, labels = model.sample([image], [target])
    assert labels.tolist() == [2, 2, 0]
    assert_close(crops, model.warp(image, np.concatenate([OBJECT, proposals[[0, 2]]])))
    model.bg_iou_thresh = 0.5
    assert model.sample([image], [target])[1].tolist() == [2, 2, 0, 0]


def test_a_quarter_of_what_is_drawn_is_positive(model):
    near = np.repeat(OBJECT, 100, axis=0) + np.random.default_rng(0).uniform(-1, 1, (100, 4))
    far = np.repeat([[50.0, 50, 60, 60]], 100, axis=0)
    proposals = np.concatenate([near, far]).astype(np.float32)
    target = {"boxes": OBJECT, "labels": np.array([1]), "proposals": proposals}
    _, labels = model.sample([np.zeros((3, 64, 64), np.float32)] * 2, [target] * 2)
    assert np.bincount(labels).tolist() == [96, 32]


def test_the_mean_is_what_lies_beyond_the_image(model):
    image = np.broadcast_to(model.mean, (3, 64, 64)).astype(np.float32)
    assert_close(model.warp(image, np.array([[-9.0, 50, 20, 90]])), np.zeros((1, 3, 32, 32), np.float32))


def test_proposals_are_searched_where_the_target_has_none(model):
    image = np.zeros((3, 64, 64), np.float32)
    target = {"boxes": OBJECT, "labels": np.array([1])}
    boxes = model.proposals_of(image, target)
    assert_close(boxes, windows(np.zeros((64, 64, 3))))
    assert len(model.sample([image], [target])[1]) == 1 + len(boxes)


def test_proposals_live_in_each_images_own_pixels(model):
    """They are searched at 64 × 64, whatever the image; scaled back they cover it alike."""
    here = model.proposals_of(np.zeros((3, 64, 64), np.float32))
    there = model.proposals_of(np.zeros((3, 192, 128), np.float32))
    assert_close(there, here * np.float32([2, 3, 2, 3]))


def test_the_search_sees_the_images_own_bytes():
    seen = []
    model = rcnn_tiny(NAMES, size=64, propose=lambda image: seen.append(image) or np.zeros((0, 4)))
    image, _ = SceneDataset(1, size=64)[0]
    model.predict([to_tensor(image)])
    np.testing.assert_array_equal(seen[0], image)


def test_every_proposal_is_a_pass_of_its_own(model):
    """A crop's features do not depend on the others, so N images of 2000 proposals are N · 2000 passes."""
    image = np.random.default_rng(0).random((3, 64, 64), np.float32)
    boxes = windows(np.zeros((64, 64, 3)))
    with model.evaluating():
        _, together = model.extract(image, boxes)
        alone = np.concatenate([model.extract(image, box[None])[1] for box in boxes[:5]])
        _, in_sevens = model.extract(image, boxes, batch_size=7)
    assert_close(together[:5], alone, rtol=1e-4, atol=1e-5)
    assert_close(in_sevens, together, rtol=1e-4, atol=1e-5)


def test_before_fit_and_with_softmax_the_network_itself_scores(model, fitted):
    images, _ = images_and_targets(1)
    before = model.predict(images)[0]
    assert before["scores"].max() < 1
    svm = fitted.predict(images)[0]
    fitted.head = "softmax"
    try:
        softmax = fitted.predict(images)[0]
    finally:
        fitted.head = "svm"
    assert_close(np.sort(softmax["scores"])[-1], np.sort(before["scores"])[-1], rtol=1e-4)
    assert svm["scores"][0] != softmax["scores"][0]


def test_fitting_learns_the_objects_at_hand(fitted):
    """On random features of four images the SVMs tell objects from proposals elsewhere."""
    images, targets = images_and_targets(4)
    for image, target in zip(images, targets, strict=True):
        with fitted.evaluating():
            scores = fitted.score(fitted.extract(image, target["boxes"])[1])
        right = scores[np.arange(2), target["labels"]]
        assert (right > 0.5).all()


def test_a_loaded_model_predicts_the_same(fitted):
    images, _ = images_and_targets(2, seed=5)
    state = fitted.state_dict()
    assert {"svms.weight", "svms.bias", "box_regression.weight", "fitted"} <= set(state)
    other = build_model(fitted.config)
    other.search = windows
    other.load_state_dict(state)
    for ours, theirs in zip(fitted.predict(images), other.predict(images), strict=True):
        assert all(ours[key].tobytes() == theirs[key].tobytes() for key in ours)


def test_fitting_twice_gives_the_same_model(fitted):
    before = fitted.state_dict()
    fitted.fit(as_dataset(*images_and_targets(4)))
    after = fitted.state_dict()
    assert all(before[name].tobytes() == after[name].tobytes() for name in before)


def test_predictions_are_sorted_inside_the_image_and_few(fitted):
    rng = np.random.default_rng(0)
    images = [rng.random((3, 40, 90), np.float32), rng.random((3, 64, 64), np.float32)]
    for image, prediction in zip(images, fitted.predict(images), strict=True):
        boxes, scores, labels = prediction["boxes"], prediction["scores"], prediction["labels"]
        assert len(boxes) == len(scores) == len(labels) <= fitted.detections_per_img
        assert (np.diff(scores) <= 0).all()
        assert (scores > fitted.score_thresh).all()
        assert boxes.min() >= 0
        assert (boxes[:, 2] <= image.shape[2]).all()
        assert (boxes[:, 3] <= image.shape[1]).all()
        assert set(labels) <= {1, 2}
        for label in (1, 2):
            overlap = box_iou(boxes[labels == label], boxes[labels == label])
            assert (overlap - np.eye(len(overlap)) <= fitted.nms_thresh + 1e-5).all()


@pytest.mark.parametrize("selection", ["class", "image", "background"])
def test_every_selection_predicts(fitted, selection):
    fitted.selection = selection
    try:
        (prediction,) = fitted.predict(images_and_targets(1)[0])
    finally:
        fitted.selection = "class"
    assert len(prediction["boxes"])


def test_the_stopwatch_knows_every_stage(fitted):
    watch = Stopwatch()
    fitted.predict(images_and_targets(1)[0], stopwatch=watch)
    assert list(watch.seconds) == ["proposals", "features", "heads", "post-processing"]
    assert watch.seconds["features"] > watch.seconds["post-processing"]


def test_prediction_leaves_the_mode(fitted):
    fitted.train()
    fitted.predict(images_and_targets(1)[0])
    assert fitted.training
    assert fitted.backbone.training


def test_nothing_in_gives_nothing_out(model):
    assert model.predict([]) == []
    losses, cache = model.forward([], [])
    assert losses == {"classification": 0.0}
    model.backward(cache)


def test_an_image_without_proposals_has_no_detections():
    model = rcnn_tiny(NAMES, size=64, propose=lambda image: np.zeros((0, 4)))
    (prediction,) = model.predict([np.zeros((3, 64, 64), np.float32)])
    assert {key: value.shape for key, value in prediction.items()} == {
        "boxes": (0, 4), "scores": (0,), "labels": (0,),
    }  # fmt: skip
    target = {"boxes": OBJECT, "labels": np.array([1])}
    assert model.sample([np.zeros((3, 64, 64), np.float32)], [target])[1].tolist() == [1]


def odd_targets(kind):
    rng = np.random.default_rng(0)
    if kind == "none":
        return NOTHING
    if kind == "one pixel":
        return {"boxes": np.array([[5, 5, 6, 6]], np.float32), "labels": np.array([1])}
    corners = rng.uniform(0, 50, (200, 2))
    boxes = np.concatenate([corners, corners + rng.uniform(1, 14, (200, 2))], axis=1).astype(np.float32)
    return {"boxes": boxes, "labels": rng.integers(1, 3, 200)}


@pytest.mark.parametrize("kind", ["none", "one pixel", "two hundred"])
def test_steps_and_fits_on_odd_images(kind):
    model = rcnn_tiny(NAMES, size=64, propose=windows)
    images, targets = [np.random.default_rng(1).random((3, 64, 64), np.float32)], [odd_targets(kind)]
    losses, cache = model.forward(images, targets)
    model.backward(cache)
    assert np.isfinite(losses["classification"])
    assert all(np.isfinite(parameter.grad).all() for parameter in model.parameters())
    model.fit(as_dataset(images, targets))
    assert all(np.isfinite(value).all() for value in model.state_dict().values())
    assert np.isfinite(model.predict(images)[0]["boxes"]).all()


def test_bad_input_is_named(model):
    images, targets = images_and_targets(2)
    with pytest.raises(ValueError, match=r"images\[1\] must have shape \(3, H, W\), got \(1, 64, 64\)"):
        model.predict([images[0], images[1][:1]])
    with pytest.raises(ValueError, match=r"targets\[1\]\['labels'\] must lie in 1…2, got .*\[0\] = 7"):
        model.forward(images, [targets[0], {**targets[1], "labels": np.array([7, 1])}])
    with pytest.raises(ValueError, match=r"proposals must have shape \(P, 4\), got \(4,\)"):
        model.forward(images, [targets[0], {**targets[1], "proposals": np.zeros(4)}])
    with pytest.raises(ValueError, match="batch_size must be at least 1, got -1"):
        model.predict(images, batch_size=-1)


@pytest.mark.slow
def test_overfits_eight_scenes():
    scenes = ProposalDataset(SceneDataset(8, size=128, seed=8), selective_search)
    model = rcnn_tiny(SceneDataset.class_names)
    images = [to_tensor(image) for image, _ in scenes]
    targets = [target for _, target in scenes]
    optimizer = SGD(model.parameters(), lr=0.03, momentum=0.9)
    for _ in range(60):
        model.zero_grad()
        _, cache = model.forward(images, targets)
        model.backward(cache)
        clip_grad_norm(model.parameters(), 10.0)
        optimizer.step()
    model.fit(scenes)
    assert mean_average_precision(model.predict(images), targets).mean >= 0.99
