"""Fast R-CNN: its gradients, its proposals' way through it, what it predicts, odd targets."""

import numpy as np
import pytest

from scratchcv.backbones import TinyBackbone
from scratchcv.data import GeneralizedRCNNTransform
from scratchcv.metrics import Stopwatch
from scratchcv.models import FastRCNN, FastRCNNPredictor, RoIHeads, TwoMLPHead, build_model, fast_rcnn_tiny
from scratchcv.models.fast_rcnn_tiny import roi_pooling
from scratchcv.testing import assert_close, check_model

NAMES = ["background", "cat", "dog"]
NOTHING = {"boxes": np.zeros((0, 4), np.float32), "labels": np.zeros(0, np.int64)}


def shifted(boxes, rng, copies=4, size=64):
    """Proposals around objects, and a few anywhere."""
    near = np.repeat(boxes, copies, axis=0) + rng.normal(0, size / 32, (copies * len(boxes), 4))
    corner = rng.uniform(0, size / 2, (6, 2))
    far = np.concatenate([corner, corner + rng.uniform(size / 8, size / 2, (6, 2))], axis=1)
    return np.concatenate([near, far]).astype(np.float32)


def images_and_targets(count, size=64, seed=0):
    rng = np.random.default_rng(seed)
    images, targets = [], []
    for _ in range(count):
        corner, extent = rng.uniform(0, size / 2, (2, 2)), rng.uniform(size / 4, size / 2, (2, 2))
        boxes = np.concatenate([corner, corner + extent], axis=1).astype(np.float32)
        images.append(rng.random((3, size, size), np.float32))
        targets.append(
            {"boxes": boxes, "labels": rng.integers(1, 3, 2), "proposals": shifted(boxes, rng, size=size)}
        )
    return images, targets


def four_quarters(image):
    height, width = image.shape[:2]
    x, y = np.array([0, width / 2]), np.array([0, height / 2])
    return np.array([[a, b, a + width / 2, b + height / 2] for b in y for a in x])


def mini_fast_rcnn(pooling, **transform):
    """A Fast R-CNN of a few hundred parameters, for checks of every gradient."""
    rng = np.random.default_rng(0)
    predictor = FastRCNNPredictor(6, 3, rng=rng)
    predictor.bbox_pred.weight.value *= 100
    heads = RoIHeads(roi_pooling(pooling, 2), TwoMLPHead(5 * 4, 6, rng=rng), predictor)
    transform = GeneralizedRCNNTransform(**(transform or {"fixed_size": (16, 16), "size_divisible": 4}))
    backbone = TinyBackbone((4, 5), (1, 1), 1, rng=rng)
    return FastRCNN(backbone, heads, transform, four_quarters, num_classes=3, config={})


@pytest.fixture(scope="module", params=["pool", "align"])
def model(request):
    return fast_rcnn_tiny(NAMES, size=64, pooling=request.param, propose=four_quarters)


@pytest.mark.parametrize(("pooling", "training"), [("pool", True), ("align", False)])
def test_gradients_of_a_small_model_with_its_losses(pooling, training):
    images, targets = images_and_targets(3, 16)
    model = mini_fast_rcnn(pooling).train(training)
    check_model(model, images, [*targets[:2], NOTHING], max_entries=2)


def test_gradients_with_images_of_several_sizes():
    images, targets = images_and_targets(2, 24)
    images[1] = images[1][:, :20]
    model = mini_fast_rcnn("align", min_size=20, max_size=40, size_divisible=4)
    check_model(model.eval(), images, targets, max_entries=3)


def test_the_image_is_seen_once_and_proposals_share_its_features(model, monkeypatch):
    seen, backbone = [], type(model.backbone)
    forward = backbone.forward
    monkeypatch.setattr(backbone, "forward", lambda self, x: seen.append(x.shape) or forward(self, x))
    images, targets = images_and_targets(2)
    model.forward(images, targets)
    assert seen == [(2, 3, 64, 64)]


def test_proposals_come_from_the_target_or_else_from_the_image(model):
    images, targets = images_and_targets(1)
    assert_close(model.proposals_of(images[0], targets[0]), targets[0]["proposals"].clip(0, 64))
    quarters = model.proposals_of(images[0], {})
    assert quarters.tolist() == [[0, 0, 32, 32], [32, 0, 64, 32], [0, 32, 32, 64], [32, 32, 64, 64]]
    wide = np.zeros((3, 30, 200), np.float32)
    assert model.proposals_of(wide)[-1].tolist() == [100, 15, 200, 30]
    many = {"proposals": np.tile(targets[0]["proposals"], (99, 1))}
    assert len(model.proposals_of(images[0], many)) == model.max_proposals


def test_proposals_are_searched_in_the_size_that_the_network_sees():
    sizes = []
    model = fast_rcnn_tiny(
        NAMES, size=64, propose=lambda image: sizes.append(image.shape) or np.zeros((0, 4))
    )
    model.predict([np.zeros((3, 100, 300), np.float32)])
    assert sizes == [(64, 64, 3)]


def test_boxes_live_in_each_images_own_pixels(model):
    """A scene of one colour, at twice the width and three times the height, is the same to the network."""
    _, (target,) = images_and_targets(1)
    small, large = np.full((3, 64, 64), 0.3, np.float32), np.full((3, 192, 128), 0.3, np.float32)
    scale = np.float32([2, 3, 2, 3])
    here, there = model.predict([small])[0], model.predict([large])[0]
    assert len(here["boxes"]) > 4
    assert_close(there["scores"], here["scores"], rtol=1e-4, atol=1e-5)
    assert_close(there["boxes"], here["boxes"] * scale, rtol=1e-4, atol=1e-3)
    scaled = {**target, "boxes": target["boxes"] * scale, "proposals": target["proposals"] * scale}
    expected = model.forward([small], [target])[0]
    assert model.forward([large], [scaled])[0] == pytest.approx(expected, rel=1e-3)


def test_predictions_are_sorted_inside_the_image_and_few(model):
    rng = np.random.default_rng(0)
    images = [rng.random((3, 40, 90), np.float32), rng.random((3, 64, 64), np.float32)]
    for image, prediction in zip(images, model.predict(images), strict=True):
        boxes, scores, labels = prediction["boxes"], prediction["scores"], prediction["labels"]
        assert 0 < len(boxes) == len(scores) == len(labels) <= model.roi_heads.detections_per_img
        assert (np.diff(scores) <= 0).all()
        assert (scores > model.roi_heads.score_thresh).all()
        assert boxes.min() >= 0
        assert (boxes <= np.array(image.shape[:0:-1] * 2) + 1e-4).all()
        assert set(labels) <= {1, 2}


def test_prediction_leaves_the_mode_and_does_not_depend_on_companions(model):
    images, _ = images_and_targets(3)
    model.train()
    together, alone = model.predict(images, batch_size=2), model(images[1:2])
    assert model.training
    assert_close(together[1]["boxes"], alone[0]["boxes"], rtol=1e-5, atol=1e-4)


def test_the_stopwatch_tells_the_stages(model):
    watch = Stopwatch()
    model.predict(images_and_targets(3)[0], batch_size=2, stopwatch=watch)
    assert list(watch.seconds) == ["proposals", "features", "heads", "post-processing"]
    assert min(watch.seconds.values()) > 0


def test_nothing_in_gives_nothing_out(model):
    assert model.predict([]) == []
    losses, cache = model.forward([], [])
    assert losses == {"classification": 0.0, "box": 0.0}
    model.backward(cache)
    bare = fast_rcnn_tiny(NAMES, size=64, propose=lambda image: np.zeros((0, 4)))
    images, _ = images_and_targets(2)
    assert [len(prediction["boxes"]) for prediction in bare.predict(images)] == [0, 0]
    losses, cache = bare.forward(images, [NOTHING, NOTHING])
    assert losses == {"classification": 0.0, "box": 0.0}
    bare.backward(cache)


def odd_targets():
    rng = np.random.default_rng(0)
    corner = rng.uniform(0, 55, (200, 2))
    crowd = np.concatenate([corner, corner + rng.uniform(1, 8, (200, 2))], axis=1).astype(np.float32)
    return {
        "no objects": NOTHING,
        "one pixel": {"boxes": np.array([[20, 30, 21, 31]], np.float32), "labels": np.array([1])},
        "200 objects": {"boxes": crowd, "labels": rng.integers(1, 3, 200)},
        "proposals without area": {**NOTHING, "proposals": np.array([[5, 5, 5, 9], [-9, -9, -2, -2]])},
    }


@pytest.mark.parametrize("kind", odd_targets())
def test_a_training_step_with_odd_targets(model, backend, kind):
    images, _ = images_and_targets(2)
    model.zero_grad()
    losses, cache = model.forward(images, [odd_targets()[kind], NOTHING])
    model.backward(cache)
    assert np.isfinite(list(losses.values())).all()
    assert all(np.isfinite(parameter.grad).all() for parameter in model.parameters())
    assert any(parameter.grad.any() for parameter in model.parameters())
    assert (losses["box"] > 0) == (kind in ("one pixel", "200 objects"))  # the truths are proposals too


def test_bad_input_is_named(model):
    images, targets = images_and_targets(2)
    with pytest.raises(ValueError, match=r"images\[1\] must have shape \(3, H, W\), got \(1, 64, 64\)"):
        model.predict([images[0], images[1][:1]])
    with pytest.raises(ValueError, match=r"targets\[1\]\['labels'\] must lie in 1…2, got .*\[0\] = 7"):
        model.forward(images, [targets[0], {**targets[1], "labels": np.array([7, 1])}])
    with pytest.raises(ValueError, match=r"proposals must have shape \(P, 4\), got \(3, 5\)"):
        model.forward(images, [targets[0], {**targets[1], "proposals": np.zeros((3, 5))}])
    with pytest.raises(ValueError, match="batch_size must be at least 1, got 0"):
        model.predict(images, batch_size=0)


def test_a_configuration_builds_the_model_again():
    model = fast_rcnn_tiny(NAMES, size=64, seed=3, pooling="align")
    again = build_model(model.config)
    assert again.size == 64
    assert again.state_dict().keys() == model.state_dict().keys()
    assert all(
        value.tobytes() == model.state_dict()[key].tobytes() for key, value in again.state_dict().items()
    )


def test_proposals_of_a_photograph_are_searched_small_and_come_back_in_its_pixels():
    sizes = []

    def whole(image):
        sizes.append(image.shape)
        return np.array([[0, 0, 64, 32]], np.float32)

    model = fast_rcnn_tiny(NAMES, size=64, propose=whole)
    assert model.propose(np.zeros((100, 300, 3), np.uint8)).tolist() == [[0, 0, 300, 50]]
    assert sizes == [(64, 64, 3)]
