"""Faster R-CNN: gradients of both stages together, odd targets, what it predicts."""

import numpy as np
import pytest

from scratchcv.backbones import BackboneWithFPN, FeaturePyramidNetwork, LastLevelMaxPool, TinyBackbone
from scratchcv.data import GeneralizedRCNNTransform
from scratchcv.layers import MultiScaleRoIAlign
from scratchcv.metrics import Stopwatch
from scratchcv.models import FasterRCNN, FastRCNNPredictor, RoIHeads, TwoMLPHead
from scratchcv.proposals import RegionProposalNetwork, RPNHead
from scratchcv.testing import assert_close, check_model

NOTHING = {"boxes": np.zeros((0, 4), np.float32), "labels": np.zeros(0, np.int64)}
FIXED = np.array([[2, 2, 12, 14], [4, 1, 15, 9], [0, 6, 9, 15], [8, 8, 14, 15.5]])


class ConstantProposals(RegionProposalNetwork):
    """Its losses are an RPN's; its proposals are always the same, as the second stage takes them to be."""

    def _select(self, objectness, deltas, anchors, counts, size, mode):
        return FIXED.astype(anchors.dtype)


def mini_faster_rcnn(fpn, constant=False, transform=None):
    """A Faster R-CNN of a few hundred parameters that draws nothing."""
    rng = np.random.default_rng(0)
    sizes, ratios = [(6.0,), (12.0,), (16.0,)], [(0.5, 1.0)] * 3
    if fpn:
        body = TinyBackbone((4, 5, 6), (1, 1, 1), 1, rng=rng)
        backbone = BackboneWithFPN(
            body, FeaturePyramidNetwork(body.out_channels, 4, LastLevelMaxPool(), rng=rng)
        )
    else:
        backbone, sizes, ratios = TinyBackbone((4, 4), (1, 1), 1, rng=rng), [(6.0, 12.0)], [(0.5, 1.0)]
    head = RPNHead(4, len(sizes[0]) * len(ratios[0]), rng=rng)
    everything = {"batch_size_per_image": 10**6, "positive_fraction": 1.0}
    rpn = (ConstantProposals if constant else RegionProposalNetwork)(head, sizes, ratios, **everything)
    roi_heads = RoIHeads(
        MultiScaleRoIAlign(2, 2, canonical_scale=8, canonical_level=2),
        TwoMLPHead(4 * 4, 5, rng=rng),
        FastRCNNPredictor(5, 3, rng=rng),
        **everything,
    )
    for parameter in [*head.parameters(), *roi_heads.box_predictor.parameters()]:
        parameter.value *= 20
    transform = transform or GeneralizedRCNNTransform(fixed_size=(16, 16), size_divisible=4)
    levels = 2 if fpn else None
    return FasterRCNN(backbone, rpn, roi_heads, transform, num_classes=3, config={}, roi_levels=levels)


def images_and_targets(count, size=16, seed=0):
    rng = np.random.default_rng(seed)
    images, targets = [], []
    for _ in range(count):
        corner, extent = rng.uniform(0, size / 2, (2, 2)), rng.uniform(size / 6, size / 2, (2, 2))
        images.append(rng.random((3, size, size), np.float32))
        boxes = np.concatenate([corner, corner + extent], axis=1).astype(np.float32)
        targets.append({"boxes": boxes, "labels": rng.integers(1, 3, 2)})
    return images, targets


@pytest.mark.parametrize("fpn", [True, False])
@pytest.mark.parametrize("training", [True, False])
def test_gradients_of_all_four_losses(fpn, training):
    images, targets = images_and_targets(2)
    model = mini_faster_rcnn(fpn, constant=True).train(training)
    check_model(model, images, [targets[0], NOTHING], max_entries=1)


def test_each_loss_reaches_its_own_layers():
    """S0, lines 287-300; S1, lines 901-907: four losses; all of them move the backbone."""
    images, targets = images_and_targets(2)
    own = {
        "objectness": "rpn.head.cls_logits",
        "rpn_box": "rpn.head.bbox_pred",
        "classification": "roi_heads.box_predictor.cls_score",
        "box": "roi_heads.box_predictor.bbox_pred",
    }
    losses, _ = mini_faster_rcnn(True).forward(images, targets)
    assert list(losses) == list(own)
    for name, layer in own.items():
        model = mini_faster_rcnn(True)
        _, (backbone_cache, (head_cache, rpn_gradients), (caches, roi_gradients)) = model.forward(
            images, targets
        )
        kept = [np.zeros_like(gradient) for gradient in (*rpn_gradients, *roi_gradients)]
        place = list(own).index(name)
        kept[place] = (*rpn_gradients, *roi_gradients)[place]
        model.backward((backbone_cache, (head_cache, tuple(kept[:2])), (caches, tuple(kept[2:]))))
        moved = {key for key, parameter in model.named_parameters() if parameter.grad.any()}
        assert f"{layer}.weight" in moved
        assert not any(key.startswith(other) for other in own.values() if other != layer for key in moved)
        assert "backbone.body.stages.0.0.0.weight" in moved


def test_the_second_stage_does_not_read_the_topmost_map():
    images, targets = images_and_targets(1)
    model = mini_faster_rcnn(True)
    seen = []
    forward = model.roi_heads.box_roi_pool.forward
    model.roi_heads.box_roi_pool.forward = lambda features, *rest: (
        seen.append(len(features)) or forward(features, *rest)
    )
    model.forward(images, targets)
    model.predict(images)
    assert set(seen) == {2}


def test_boxes_live_in_each_images_own_pixels():
    """The same image at twice the width has the same losses, and detections twice as wide."""
    images, targets = images_and_targets(1)
    model = mini_faster_rcnn(False).eval()
    wide = [np.repeat(images[0], 2, axis=2)]
    scaled = [{"boxes": targets[0]["boxes"] * np.float32([2, 1, 2, 1]), "labels": targets[0]["labels"]}]
    here, there = model.forward(images, targets)[0], model.forward(wide, scaled)[0]
    assert there == pytest.approx(here, rel=1e-3)
    (narrow,), (stretched,) = model.predict(images), model.predict(wide)
    assert len(narrow["boxes"]) > 0
    assert_close(stretched["boxes"], narrow["boxes"] * np.float32([2, 1, 2, 1]), rtol=1e-3, atol=1e-2)


def test_images_of_other_sizes_are_padded_and_change_nothing_else():
    rng = np.random.default_rng(0)
    images = [rng.random((3, *size), np.float32) for size in [(20, 30), (40, 24), (16, 16)]]
    model = mini_faster_rcnn(True, transform=GeneralizedRCNNTransform(16, 32, size_divisible=4))
    for image, found in zip(images, model.predict(images), strict=True):
        (alone,) = model.predict([image])
        assert found["boxes"].tobytes() == alone["boxes"].tobytes()
        assert found["boxes"].min(initial=0) >= 0
        assert (found["boxes"][:, 2:] <= np.array(image.shape[:0:-1]) + 1e-3).all()
        assert (np.diff(found["scores"]) <= 0).all()
        assert set(found["labels"]) <= {1, 2}
    together = model.predict(images, batch_size=3)
    assert [len(found["scores"]) > 0 for found in together] == [True] * 3


def test_the_stopwatch_knows_the_stages():
    watch = Stopwatch()
    mini_faster_rcnn(True).predict(images_and_targets(2)[0], stopwatch=watch)
    assert list(watch.seconds) == ["features", "proposals", "heads", "post-processing"]


@pytest.mark.parametrize("fpn", [True, False])
def test_odd_targets_train(fpn):
    """No object, one of one pixel, 200 objects: finite losses and gradients."""
    images, _ = images_and_targets(3)
    corners = np.stack(np.meshgrid(np.arange(20) * 0.7, np.arange(10) * 1.4), axis=-1).reshape(-1, 2)
    crowd = np.hstack([corners, corners + 2]).astype(np.float32)
    targets = [
        NOTHING,
        {"boxes": np.array([[7, 7, 8, 8]], np.float32), "labels": np.array([1])},
        {"boxes": crowd, "labels": np.arange(200) % 2 + 1},
    ]
    for chosen in ([0], [1], [2], [0, 1, 2]):
        model = mini_faster_rcnn(fpn)
        losses, cache = model.forward([images[n] for n in chosen], [targets[n] for n in chosen])
        model.backward(cache)
        assert np.isfinite(list(losses.values())).all()
        assert all(np.isfinite(parameter.grad).all() for parameter in model.parameters())
        assert (losses["rpn_box"] > 0) == (losses["box"] > 0) == (chosen != [0])


def test_nothing_in_gives_nothing_out():
    model = mini_faster_rcnn(True)
    assert model.predict([]) == []
    losses, cache = model.forward([], [])
    assert set(losses.values()) == {0.0}
    model.backward(cache)
    assert not any(parameter.grad.any() for parameter in model.parameters())


def test_where_all_is_taken_chance_has_no_say_and_elsewhere_it_repeats():
    images, targets = images_and_targets(2)
    model = mini_faster_rcnn(True)
    first = model.forward(images, targets)[0]
    model.rng = np.random.default_rng(99)
    assert model.forward(images, targets)[0] == pytest.approx(first)
    model.rpn.batch_size_per_image = 8

    def drawn(seed):
        model.rng = np.random.default_rng(seed)
        return model.forward(images, targets)[0]["objectness"]

    assert drawn(1) == drawn(1) != drawn(2)


def test_names_are_torchvisions_and_older_names_are_understood():
    """Weights of 2019 call the RPN's convolution conv, and the pyramid's inner_blocks.0."""
    model = mini_faster_rcnn(True)
    state = model.state_dict()
    older = {
        name.replace("conv.0.0.", "conv.").replace("_blocks.0.0.", "_blocks.0."): value
        for name, value in state.items()
    }
    assert {"rpn.head.conv.weight", "backbone.fpn.inner_blocks.0.bias"} <= set(older)
    for parameter in model.parameters():
        parameter.value *= 0
    model.load_state_dict(older)
    assert all((value == state[name]).all() for name, value in model.state_dict().items())
    assert {"roi_heads.box_head.fc6.weight", "roi_heads.box_predictor.cls_score.bias"} <= set(state)


def test_bad_input_is_named():
    images, targets = images_and_targets(2)
    model = mini_faster_rcnn(True)
    with pytest.raises(ValueError, match=r"images\[1\] must have shape \(3, H, W\), got \(1, 16, 16\)"):
        model.predict([images[0], images[1][:1]], batch_size=2)
    with pytest.raises(ValueError, match=r"targets\[1\]\['labels'\] must lie in 1…2, got .*\[0\] = 7"):
        model.forward(images, [targets[0], {**targets[1], "labels": np.array([7, 1])}])
    with pytest.raises(ValueError, match="batch_size must be at least 1, got 0"):
        model.predict(images, batch_size=0)
