"""Faster R-CNN under torchvision's names: the same weights give the same boxes, losses and gradients."""

import runpy
from pathlib import Path

import numpy as np
import pytest

from scratchcv.backbones import load_weights, resnet_fpn_backbone
from scratchcv.data import GeneralizedRCNNTransform
from scratchcv.models import faster_rcnn_fpn, fasterrcnn_resnet50_fpn, fasterrcnn_resnet50_fpn_v2
from scratchcv.models.fast_rcnn_heads import TwoMLPHead
from scratchcv.testing import assert_close

GOLDEN = Path(__file__).parents[1] / "golden"
SCRIPT = runpy.run_path(str(GOLDEN / "make_faster_rcnn.py"))


def small_model():
    """A ResNet-18-FPN with a small head and the golden values' weights."""
    num_classes, representation, *sides = SCRIPT["SETTINGS"]
    model = faster_rcnn_fpn(
        resnet_fpn_backbone("resnet18", trainable_layers=5),
        TwoMLPHead(256 * 49, representation),
        num_classes,
        representation=representation,
        transform=GeneralizedRCNNTransform(*sides),
        config={},
    ).astype(np.float64)
    shapes = {name: value.shape for name, value in model.state_dict().items()}
    model.load_state_dict(SCRIPT["random_state"](shapes))
    return model


def train_on_everything(model, images, targets, proposals=200):
    """Return losses and all gradients of a step in which no anchor and no proposal is left to chance."""
    for stage in (model.rpn, model.roi_heads):
        stage.batch_size_per_image, stage.positive_fraction = 10**6, 1.0
    model.rpn.post_nms_top_n["training"] = proposals
    losses, cache = model.train().forward(images, targets)
    model.backward(cache)
    return losses, {name: parameter.grad for name, parameter in model.named_parameters()}


def assert_same_detections(ours, theirs, atol=1e-4):
    for mine, other in zip(ours, theirs, strict=True):
        assert mine["labels"].tolist() == other["labels"].tolist()
        assert_close(mine["scores"], other["scores"].astype(mine["scores"].dtype), rtol=0, atol=1e-4)
        assert_close(mine["boxes"], other["boxes"].astype(mine["boxes"].dtype), rtol=0, atol=atol)


def assert_same_losses(ours, theirs):
    assert ours == pytest.approx(theirs, rel=1e-5)


def assert_same_gradient(ours, theirs, name):
    error = np.abs(ours - theirs).max() / np.abs(theirs).max()
    assert error < 1e-4, f"{name}: relative error {error:.1e}"


def test_a_small_one_says_what_torchvision_said():
    golden = np.load(GOLDEN / "faster_rcnn.npz")
    images, targets = SCRIPT["images_and_targets"](SCRIPT["SIZES"], SCRIPT["SETTINGS"][0])
    model = small_model()
    recorded = [
        {key: golden[f"{key}_{n}"] for key in ("boxes", "scores", "labels")} for n in range(len(images))
    ]
    assert {label for detection in recorded for label in detection["labels"]} == {1, 2, 3}
    assert_same_detections(model.predict(images, batch_size=3), recorded)
    losses, gradients = train_on_everything(model, images, targets)
    assert_same_losses(losses, {name: float(golden[f"loss_{name}"]) for name in losses})
    for name in SCRIPT["SAMPLED"]:
        sampled = gradients[name].reshape(-1)[:: max(gradients[name].size // 50, 1)]
        assert_same_gradient(sampled, golden[f"gradient_{name}"], name)


@pytest.mark.parametrize(
    ("build", "parameters"), [(fasterrcnn_resnet50_fpn, 41_755_286), (fasterrcnn_resnet50_fpn_v2, 43_712_278)]
)
def test_torchvisions_number_of_parameters(build, parameters):
    """As in its documentation; frozen normalisation has none."""
    model = build()
    assert sum(parameter.value.size for parameter in model.parameters()) == parameters
    assert model.config["num_classes"] == 91


SIZES_OF_PHOTOGRAPHS = [(300, 400), (480, 320), (250, 250)]


@pytest.mark.slow
@pytest.mark.parametrize("version", ["fasterrcnn_resnet50_fpn", "fasterrcnn_resnet50_fpn_v2"])
def test_resnet50_with_weights_that_torchvision_saved(version, tmp_path):
    """Detections on three image sizes, four losses and all gradients, in float64, through a .pth file."""
    torch = pytest.importorskip("torch", reason="torch is not installed")
    detection = pytest.importorskip("torchvision.models.detection", reason="torchvision is not installed")
    sides, settings = {"min_size": 256, "max_size": 400}, {}
    theirs = getattr(detection, version)(weights=None, weights_backbone=None, num_classes=6, **sides)
    SCRIPT["load"](theirs, SCRIPT["random_state"]({n: v.shape for n, v in theirs.state_dict().items()}))
    torch.save(theirs.state_dict(), tmp_path / "weights.pth")

    if version == "fasterrcnn_resnet50_fpn":
        settings, build = {"frozen_norm": False}, fasterrcnn_resnet50_fpn
    else:
        build = fasterrcnn_resnet50_fpn_v2
    ours = build(6, trainable_backbone_layers=5, **sides, **settings)
    ours.load_state_dict(load_weights(tmp_path / "weights.pth"))
    ours.astype(np.float64)

    images, targets = SCRIPT["images_and_targets"](SIZES_OF_PHOTOGRAPHS, 6)
    detections, losses, gradients = SCRIPT["ask_torchvision"](theirs, images, targets)
    assert min(len(found["scores"]) for found in detections) >= 20
    assert_same_detections(ours.predict(images, batch_size=3), detections)
    our_losses, our_gradients = train_on_everything(ours, images, targets)
    assert_same_losses(our_losses, losses)
    assert set(our_gradients) == set(gradients)
    for name, gradient in gradients.items():
        assert_same_gradient(our_gradients[name], gradient, name)
