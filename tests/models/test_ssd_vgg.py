"""SSD on VGG-16 under torchvision's names: the same weights give the same boxes, losses and gradients."""

import runpy
from pathlib import Path

import numpy as np
import pytest

from scratchcv.backbones import load_weights
from scratchcv.boxes import box_iou
from scratchcv.models import build_model, ssd300_vgg16, ssd512_vgg16
from scratchcv.testing import assert_close, check_model
from scratchcv.training.fine_tune import frozen_by_design

GOLDEN = Path(__file__).parents[1] / "golden"
SCRIPT = runpy.run_path(str(GOLDEN / "make_ssd.py"))


def narrow_model(build=ssd300_vgg16, **settings):
    """An SSD sixteen times narrower, with the golden values' weights."""
    settings = {"trainable_backbone_layers": 5, **settings}
    model = build(SCRIPT["NUM_CLASSES"], width=SCRIPT["WIDTH"], **settings).astype(np.float64)
    shapes = {name: value.shape for name, value in model.state_dict().items()}
    model.load_state_dict(SCRIPT["random_state"](shapes))
    return model


def gradients_of(model, images, targets):
    losses, cache = model.forward(images, targets)
    model.backward(cache)
    return losses, {name: parameter.grad for name, parameter in model.named_parameters()}


def assert_same_detections(ours, theirs):
    for mine, other in zip(ours, theirs, strict=True):
        assert mine["labels"].tolist() == other["labels"].tolist()
        assert_close(mine["scores"], other["scores"].astype(mine["scores"].dtype), rtol=0, atol=1e-4)
        assert_close(mine["boxes"], other["boxes"].astype(mine["boxes"].dtype), rtol=0, atol=1e-4)


def assert_same_gradient(ours, theirs, name):
    error = np.abs(ours - theirs).max() / np.abs(theirs).max()
    assert error < 1e-4, f"{name}: relative error {error:.1e}"


def assert_each_truth_has_its_own_box(model, images, targets):
    """torchvision forgets one of two truths that want the same default box, this library none."""
    _, sizes = model.transform.to_batch(images)
    for target in model.transform.to_batch_targets(targets, images, sizes):
        if len(target["boxes"]):
            favourites = box_iou(model.anchors, target["boxes"]).argmax(axis=0)
            assert len(np.unique(favourites)) == len(favourites)


def test_a_narrow_one_says_what_torchvision_said():
    golden = np.load(GOLDEN / "ssd.npz")
    images, targets = SCRIPT["images_and_targets"](SCRIPT["SIZES"], SCRIPT["NUM_CLASSES"])
    model = narrow_model()
    assert_each_truth_has_its_own_box(model, images, targets)
    recorded = [
        {key: golden[f"{key}_{n}"] for key in ("boxes", "scores", "labels")} for n in range(len(images))
    ]
    assert {label for detection in recorded for label in detection["labels"]} == {1, 2, 3}
    assert_same_detections(model.predict(images, batch_size=3), recorded)
    losses, gradients = gradients_of(model, images, targets)
    assert losses == pytest.approx({name: float(golden[f"loss_{name}"]) for name in losses}, rel=1e-5)
    for name in SCRIPT["SAMPLED"]:
        sampled = gradients[name].reshape(-1)[:: max(gradients[name].size // 50, 1)]
        assert_same_gradient(sampled, golden[f"gradient_{name}"], name)


def test_torchvisions_number_of_parameters():
    """As in its documentation."""
    model = ssd300_vgg16()
    assert sum(parameter.value.size for parameter in model.parameters()) == 35_641_826
    assert model.config["num_classes"] == 91


@pytest.mark.parametrize(("build", "size", "boxes"), [(ssd300_vgg16, 300, 8732), (ssd512_vgg16, 512, 24564)])
def test_boxes_maps_and_heads_correspond(build, size, boxes):
    model = build(3, width=1)
    (logits, deltas) = model.head(model.backbone(np.zeros((1, 3, size, size), np.float32)))
    assert logits.shape == (1, boxes, 3)
    assert deltas.shape == (1, boxes, 4)
    assert model.boxes_an_image == len(model.anchors) == boxes
    assert model.size == size
    rebuilt = build_model(model.config)
    assert rebuilt.state_dict().keys() == model.state_dict().keys()
    assert rebuilt.config == model.config


@pytest.mark.slow
def test_gradients_of_a_narrow_ssd512():
    """Central differences of entries of all parameters; the second image has no objects."""
    rng = np.random.default_rng(0)
    images = [rng.random((3, 512, 512)), rng.random((3, 90, 90))]
    _, targets = SCRIPT["images_and_targets"]([(512, 512), (90, 90)], 3)
    model = ssd512_vgg16(3, width=1, trainable_backbone_layers=5)
    shapes = {name: value.shape for name, value in model.state_dict().items()}
    model.load_state_dict(SCRIPT["random_state"](shapes))
    for name, parameter in model.backbone.named_parameters():
        if name.endswith("bias"):
            parameter.value += 0.5  # so few channels must not fall silent
    check_model(model, images, targets, max_entries=2)


@pytest.mark.parametrize("trainable", range(6))
def test_frozen_stages_do_not_learn(trainable):
    """torchvision freezes VGG's stages from the first on, and never what is new; the others learn alike."""
    images, targets = SCRIPT["images_and_targets"]([(100, 80)] * 2, SCRIPT["NUM_CLASSES"])
    _, everything = gradients_of(narrow_model(), images, targets)
    model = narrow_model(trainable_backbone_layers=trainable)
    _, gradients = gradients_of(model, images, targets)
    layers = frozen_by_design(model)
    assert len(layers) == sum((2, 2, 3, 3, 3)[: 5 - trainable])
    frozen = {name for name in gradients if name.rpartition(".")[0] in layers}
    assert not any(gradients[name].any() for name in frozen)
    assert all(everything[name].any() for name in frozen)
    for name in set(gradients) - frozen:
        assert_close(gradients[name], everything[name], rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("layers", [-1, 6])
def test_bad_numbers_of_stages(layers):
    with pytest.raises(ValueError, match=f"trainable_layers must lie in 0…5, got {layers}"):
        ssd300_vgg16(3, width=1, trainable_backbone_layers=layers)


SIZES_OF_PHOTOGRAPHS = [(300, 400), (480, 320), (250, 250)]


@pytest.mark.slow
def test_vgg16_with_weights_that_torchvision_saved(tmp_path):
    """Detections on three image sizes, two losses and all gradients, in float64, through a .pth file."""
    torch = pytest.importorskip("torch", reason="torch is not installed")
    detection = pytest.importorskip("torchvision.models.detection", reason="torchvision is not installed")
    theirs = detection.ssd300_vgg16(weights=None, weights_backbone=None, num_classes=6)
    SCRIPT["load"](theirs, SCRIPT["random_state"]({n: v.shape for n, v in theirs.state_dict().items()}))
    torch.save(theirs.state_dict(), tmp_path / "weights.pth")
    ours = ssd300_vgg16(6, trainable_backbone_layers=5)
    ours.load_state_dict(load_weights(tmp_path / "weights.pth"))
    ours.astype(np.float64)

    images, targets = SCRIPT["images_and_targets"](SIZES_OF_PHOTOGRAPHS, 6)
    assert_each_truth_has_its_own_box(ours, images, targets)
    detections, losses, gradients = SCRIPT["ask_torchvision"](theirs, images, targets)
    assert min(len(found["scores"]) for found in detections) >= 20
    assert_same_detections(ours.predict(images, batch_size=3), detections)
    our_losses, our_gradients = gradients_of(ours, images, targets)
    assert our_losses == pytest.approx(losses, rel=1e-5)
    assert set(our_gradients) == set(gradients)
    for name, gradient in gradients.items():
        assert_same_gradient(our_gradients[name], gradient, name)
