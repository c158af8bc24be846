"""RetinaNet under torchvision's names: the same weights give the same boxes, losses and gradients."""

import runpy
from pathlib import Path

import numpy as np
import pytest

from scratchcv.backbones import LastLevelP6P7, load_weights, resnet_fpn_backbone
from scratchcv.data import GeneralizedRCNNTransform
from scratchcv.models import (
    RetinaNetHead,
    retinanet_fpn,
    retinanet_resnet50_fpn,
    retinanet_resnet50_fpn_v2,
)
from scratchcv.testing import assert_close

GOLDEN = Path(__file__).parents[1] / "golden"
SCRIPT = runpy.run_path(str(GOLDEN / "make_retinanet.py"))


def small_model():
    """A ResNet-18-FPN with the golden values' weights."""
    num_classes, *sides = SCRIPT["SETTINGS"]
    model = retinanet_fpn(
        resnet_fpn_backbone(
            "resnet18", trainable_layers=5, returned_layers=(2, 3, 4), extra_blocks=LastLevelP6P7(256, 256)
        ),
        RetinaNetHead(256, 9, num_classes),
        num_classes,
        transform=GeneralizedRCNNTransform(*sides),
        config={},
    ).astype(np.float64)
    shapes = {name: value.shape for name, value in model.state_dict().items()}
    model.load_state_dict(SCRIPT["random_state"](shapes))
    return model


def train(model, images, targets):
    losses, cache = model.train().forward(images, targets)
    model.backward(cache)
    return losses, {name: parameter.grad for name, parameter in model.named_parameters()}


def assert_same_detections(ours, theirs):
    for mine, other in zip(ours, theirs, strict=True):
        assert mine["labels"].tolist() == other["labels"].tolist()
        for key in ("boxes", "scores"):
            assert_close(mine[key], other[key].astype(mine[key].dtype), rtol=0, atol=1e-4)


def assert_same_gradient(ours, theirs, name):
    error = np.abs(ours - theirs).max() / np.abs(theirs).max()
    assert error < 1e-4, f"{name}: relative error {error:.1e}"


def test_a_small_one_says_what_torchvision_said():
    golden = np.load(GOLDEN / "retinanet.npz")
    images, targets = SCRIPT["images_and_targets"](SCRIPT["SIZES"], SCRIPT["SETTINGS"][0])
    model = small_model()
    recorded = [
        {key: golden[f"{key}_{n}"] for key in ("boxes", "scores", "labels")} for n in range(len(images))
    ]
    assert {label for detection in recorded for label in detection["labels"]} == {0, 1, 2, 3}
    assert_same_detections(model.predict(images, batch_size=3), recorded)
    losses, gradients = train(model, images, targets)
    assert losses == pytest.approx({name: float(golden[f"loss_{name}"]) for name in losses}, rel=1e-5)
    for name in SCRIPT["SAMPLED"]:
        sampled = gradients[name].reshape(-1)[:: max(gradients[name].size // 50, 1)]
        assert_same_gradient(sampled, golden[f"gradient_{name}"], name)


def test_names_of_older_weights_are_understood():
    model = small_model()
    old = {}
    for name, value in model.state_dict().items():
        for new_conv, old_conv in ((f".conv.{n}.0.", f".conv.{2 * n}.") for n in range(4)):
            name = name.replace(new_conv, old_conv) if name.startswith("head.") else name
        if "inner_blocks" in name or "layer_blocks" in name:
            name = name.replace(".0.weight", ".weight").replace(".0.bias", ".bias")
        old[name] = value + 1
    assert "head.regression_head.conv.6.weight" in old
    assert "backbone.fpn.layer_blocks.2.bias" in old
    model.load_state_dict(old)
    assert np.array_equal(
        model.head.regression_head.conv[3][0].weight.value, old["head.regression_head.conv.6.weight"]
    )


@pytest.mark.parametrize(
    ("build", "parameters"), [(retinanet_resnet50_fpn, 34_014_999), (retinanet_resnet50_fpn_v2, 38_198_935)]
)
def test_torchvisions_number_of_parameters(build, parameters):
    """As in its documentation; frozen normalisation has none."""
    model = build()
    assert sum(parameter.value.size for parameter in model.parameters()) == parameters
    assert model.config["num_classes"] == 91
    assert model.boxes_an_image == 9 * (100**2 + 50**2 + 25**2 + 13**2 + 7**2)


def test_boxes_an_image_is_what_comes_out():
    model = small_model()
    x, _ = model.transform.to_batch([np.zeros((3, 96, 96))], np.float64)
    assert len(model.anchors(model.backbone(x), x.shape[-2:])[0]) == model.boxes_an_image


@pytest.mark.slow
@pytest.mark.parametrize("version", ["retinanet_resnet50_fpn", "retinanet_resnet50_fpn_v2"])
def test_resnet50_with_weights_that_torchvision_saved(version, tmp_path):
    """Detections on three image sizes, both losses and all gradients, in float64, through a .pth file."""
    torch = pytest.importorskip("torch", reason="torch is not installed")
    detection = pytest.importorskip("torchvision.models.detection", reason="torchvision is not installed")
    sides, settings = {"min_size": 256, "max_size": 400}, {}
    theirs = getattr(detection, version)(weights=None, weights_backbone=None, num_classes=6, **sides)
    SCRIPT["load"](theirs, SCRIPT["random_state"]({n: v.shape for n, v in theirs.state_dict().items()}))
    torch.save(theirs.state_dict(), tmp_path / "weights.pth")

    if version == "retinanet_resnet50_fpn":
        settings, build = {"frozen_norm": False}, retinanet_resnet50_fpn
    else:
        build = retinanet_resnet50_fpn_v2
    ours = build(6, trainable_backbone_layers=5, **sides, **settings)
    ours.load_state_dict(load_weights(tmp_path / "weights.pth"))
    ours.astype(np.float64)

    images, targets = SCRIPT["images_and_targets"]([(300, 400), (480, 320), (250, 250)], 6)
    detections, losses, gradients = SCRIPT["ask_torchvision"](theirs, images, targets)
    assert min(len(found["scores"]) for found in detections) >= 20
    assert_same_detections(ours.predict(images, batch_size=3), detections)
    our_losses, our_gradients = train(ours, images, targets)
    assert our_losses == pytest.approx(losses, rel=1e-5)
    assert set(our_gradients) == set(gradients)
    for name, gradient in gradients.items():
        assert_same_gradient(our_gradients[name], gradient, name)
