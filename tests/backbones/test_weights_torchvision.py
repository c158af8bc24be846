"""torchvision's classifiers, their weights loaded here: the same logits, the same gradients."""

import numpy as np
import pytest

from scratchcv import backbones
from scratchcv.layers import BatchNorm2d, FrozenBatchNorm2d
from tests.backbones.torchvision_models import SIZES, both_gradients, both_logits, load_into, random_network

models = pytest.importorskip("torchvision.models", reason="torchvision is not installed")

CLASSIFIERS = [
    "resnet18",
    pytest.param("resnet50", marks=pytest.mark.slow),
    pytest.param("alexnet", marks=pytest.mark.slow),  # half a gigabyte on each side
    pytest.param("vgg16", marks=pytest.mark.slow),  # more than one
]


@pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
@pytest.mark.parametrize("name", CLASSIFIERS)
def test_logits(name, suffix, tmp_path):
    theirs = random_network(getattr(models, name))
    ours = load_into(getattr(backbones, name)(), theirs, tmp_path / f"weights{suffix}")
    for size in SIZES:
        logits, wanted = both_logits(ours, theirs, size)
        assert logits.dtype == np.float32
        assert abs(logits - wanted).max() < 1e-4 * min(abs(wanted).max(), 1)


@pytest.mark.parametrize("norm", ["batch statistics", "frozen"])
@pytest.mark.parametrize("name", CLASSIFIERS[:2])
def test_gradients_of_residual_networks(name, norm, tmp_path):
    ops = pytest.importorskip("torchvision.ops")
    torch = pytest.importorskip("torch")
    frozen = norm == "frozen"
    their_norm = ops.FrozenBatchNorm2d if frozen else torch.nn.BatchNorm2d
    theirs = random_network(getattr(models, name), norm_layer=their_norm)
    ours = getattr(backbones, name)(norm_layer=FrozenBatchNorm2d if frozen else BatchNorm2d)
    load_into(ours, theirs, tmp_path / "weights.pth")
    check_gradients(ours, theirs)
    state = theirs.state_dict()  # running averages have moved, unless they are frozen
    for key, value in ours.state_dict().items():
        np.testing.assert_allclose(value, state[key].numpy(), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", CLASSIFIERS[2:])
def test_gradients_of_networks_without_normalisation(name, tmp_path):
    theirs = random_network(getattr(models, name))
    check_gradients(load_into(getattr(backbones, name)(), theirs, tmp_path / "weights.pth"), theirs)


def check_gradients(ours, theirs):
    """In float64: in float32 a few ReLUs and maxima decide otherwise, PyTorch's as well as ours."""
    gradients, wanted = both_gradients(ours.astype(np.float64), theirs.double(), (65, 96))
    assert gradients.keys() == wanted.keys()
    for name, gradient in gradients.items():
        assert abs(gradient - wanted[name]).max() <= 1e-9 * abs(wanted[name]).max(), name


@pytest.mark.slow
@pytest.mark.parametrize(("name", "version"), [("resnet18", 1), ("resnet50", 1), ("resnet50", 2)])
def test_pyramids(name, version, tmp_path):
    """Those of torchvision's Faster R-CNN; its second version has batch norm in the pyramid."""
    detection = pytest.importorskip("torchvision.models.detection.backbone_utils")
    torch = pytest.importorskip("torch")
    their_norm, our_norm, fpn_norm = torch.nn.BatchNorm2d, BatchNorm2d, None
    if version == 1:
        theirs = random_network(detection.resnet_fpn_backbone, backbone_name=name, weights=None)
        our_norm = FrozenBatchNorm2d
    else:
        fpn_norm = BatchNorm2d

        def build():
            return detection._resnet_fpn_extractor(models.resnet50(), 5, norm_layer=their_norm)

        theirs = random_network(build)
    ours = backbones.resnet_fpn_backbone(name, our_norm, trainable_layers=3, fpn_norm_layer=fpn_norm)
    load_into(ours, theirs, tmp_path / "weights.pth")
    x = np.random.default_rng(0).standard_normal((1, 3, 160, 224)).astype(np.float32)
    with torch.no_grad():
        wanted = list(theirs.eval()(torch.from_numpy(x)).values())
    pyramid = ours.eval()(x)
    assert len(pyramid) == len(wanted) == 5
    for level, reference in zip(pyramid, wanted, strict=True):
        assert abs(level - reference.numpy()).max() < 1e-4 * abs(reference.numpy()).max()
