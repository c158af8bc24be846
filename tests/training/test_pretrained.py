"""Backbones that move from one model into another, through a checkpoint or by torchvision's names."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from scratchcv.backbones import TinyBackbone, resnet_fpn_backbone, tiny_backbone
from scratchcv.checks import Array
from scratchcv.data import ObjectCrops, SceneDataset
from scratchcv.errors import InputError
from scratchcv.layers import Layer, Linear, Sequential
from scratchcv.models import classifier_tiny, ssd_tiny
from scratchcv.testing import assert_close
from scratchcv.training import Recipe, copy_backbone, load_backbone, save_checkpoint, train_detector
from scratchcv.training.pretrained import backbone_name

SCENES = SceneDataset(4, size=64)
RECIPE = Recipe(size=64, batch_size=2, steps=2, augmentation="none")


class WithFPN(Layer):
    """Shaped like torchvision's detectors: a backbone that is a body and a pyramid."""

    def __init__(self) -> None:
        self.backbone = Layer()
        self.backbone.body = tiny_backbone(5, rng=np.random.default_rng(9))  # type: ignore[attr-defined]
        self.backbone.fpn = Linear(2, 2)  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A classifier trained for two steps."""
    folder = tmp_path_factory.mktemp("classifier")
    crops = ObjectCrops(SCENES)
    train_detector(classifier_tiny(crops.class_names, seed=7), crops, RECIPE, checkpoint_dir=folder)
    return folder / "last.safetensors"


def backbone_of(state: dict[str, Array]) -> dict[str, bytes]:
    return {name: value.tobytes() for name, value in state.items() if name.startswith("backbone.")}


def test_from_a_classifiers_checkpoint_into_a_detector(checkpoint: Path) -> None:
    model = ssd_tiny(SCENES.class_names, size=64)
    head = model.head.state_dict()
    report = load_backbone(model, checkpoint)
    assert set(report.unused) == {"fc.weight", "fc.bias"}
    assert all(name.startswith("backbone.") for name in report.copied)
    assert all(name.startswith("head.") for name in report.kept)
    assert all(value.tobytes() == head[name].tobytes() for name, value in model.head.state_dict().items())


def test_the_body_below_a_pyramid_is_the_backbone() -> None:
    source, target = classifier_tiny(SCENES.class_names), WithFPN()
    report = copy_backbone(source.state_dict(), target)
    assert backbone_name(target) == "backbone.body"
    assert report.kept == ("backbone.fpn.weight", "backbone.fpn.bias")
    assert {name.split(".")[2] for name in report.unused if name.startswith("backbone.")} == {"5", "6"}
    back = ssd_tiny(SCENES.class_names)
    assert set(copy_backbone(target.state_dict(), back).unused) == set(report.kept)


def test_a_backbone_that_fits_in_part_is_said(checkpoint: Path) -> None:
    model = Layer()
    model.backbone = TinyBackbone((16, 32, 48), (1, 1, 1), 2)  # type: ignore[attr-defined]
    with pytest.warns(UserWarning, match=r"5 arrays of the backbone .* is backbone\.stages\.2\.1\.0\.weight"):
        load_backbone(model, checkpoint)


def test_a_bare_backbone_as_torchvisions_classifiers_are() -> None:
    bare = tiny_backbone(rng=np.random.default_rng(3))
    report = copy_backbone(bare.state_dict(), target := ssd_tiny(SCENES.class_names))
    assert report.unused == ()
    assert {name: value.tobytes() for name, value in target.backbone.state_dict().items()} == {
        name: value.tobytes() for name, value in bare.state_dict().items()
    }


def test_torchvisions_resnet_from_its_file(tmp_path: Path) -> None:
    torch, torchvision = pytest.importorskip("torch"), pytest.importorskip("torchvision")
    theirs = torchvision.models.resnet18()
    torch.save(theirs.state_dict(), tmp_path / "resnet18.pth")
    model = Layer()
    model.backbone = resnet_fpn_backbone("resnet18")  # type: ignore[attr-defined]
    report = load_backbone(model, tmp_path / "resnet18.pth")
    assert {name.split(".")[1] for name in report.kept} == {"fpn"}
    unused = {name for name in report.unused if not name.endswith("num_batches_tracked")}
    assert unused == {"fc.weight", "fc.bias"}
    x = np.random.default_rng(0).random((1, 3, 64, 64), np.float32)
    expected = theirs.eval().layer1(
        theirs.maxpool(theirs.relu(theirs.bn1(theirs.conv1(torch.from_numpy(x)))))
    )
    features = model.eval().backbone.body(x)  # type: ignore[attr-defined]
    assert_close(features[0], expected.detach().numpy(), rtol=1e-3, atol=1e-4)


def test_what_cannot_be_loaded_is_named(tmp_path: Path) -> None:
    path = tmp_path / "last.safetensors"
    save_checkpoint(path, {"model.conv1.weight": np.ones(3), "optimizer.steps": np.array(1)}, {})
    with pytest.raises(InputError, match=rf"{path.name}: nothing fits: the source has conv1\.weight"):
        load_backbone(ssd_tiny(SCENES.class_names), path)
    with pytest.raises(ValueError, match="Sequential has no layer named backbone"):
        backbone_name(Sequential())


class TestTraining:
    def test_a_recipe_begins_with_the_pretrained_backbone_and_keeps_it_frozen(self, checkpoint: Path) -> None:
        recipe = dataclasses.replace(RECIPE, pretrained=str(checkpoint), backbone_rate=0.0)
        model, expected = (ssd_tiny(SCENES.class_names, size=64) for _ in range(2))
        load_backbone(expected, checkpoint)
        train_detector(model, SCENES, recipe)
        assert backbone_of(model.state_dict()) == backbone_of(expected.state_dict())
        assert model.head.state_dict().keys() == expected.head.state_dict().keys()
        assert not np.array_equal(
            model.head.classification_head.parameters()[0].value,
            expected.head.classification_head.parameters()[0].value,
        )

    def test_a_frozen_training_does_not_bind_the_next(self, checkpoint: Path) -> None:
        model = ssd_tiny(SCENES.class_names, size=64)
        train_detector(model, SCENES, dataclasses.replace(RECIPE, backbone_rate=0.0))
        before = backbone_of(model.state_dict())
        train_detector(model, SCENES, dataclasses.replace(RECIPE, backbone_rate=0.1))
        after = backbone_of(model.state_dict())
        moved = {name for name in before if after[name] != before[name]}
        assert {"backbone.stages.0.0.0.weight", "backbone.stages.0.0.1.running_mean"} <= moved

    def test_resumed_it_goes_on_without_the_pretrained_file(self, checkpoint: Path, tmp_path: Path) -> None:
        file = tmp_path / "classifier.safetensors"
        file.write_bytes(checkpoint.read_bytes())
        recipe = dataclasses.replace(RECIPE, pretrained=str(file), backbone_rate=0.1)
        whole = ssd_tiny(SCENES.class_names, size=64)
        train_detector(whole, SCENES, recipe)

        def stop(row: dict[str, float]) -> None:
            if row["step"] == 1:
                raise KeyError("stop")

        cut = ssd_tiny(SCENES.class_names, size=64)
        with pytest.raises(KeyError, match="stop"):
            train_detector(cut, SCENES, recipe, checkpoint_dir=tmp_path, checkpoint_every=1, on_step=stop)
        train_detector(ssd_tiny(SCENES.class_names, size=64), SCENES, recipe, checkpoint_dir=tmp_path / "new")
        file.unlink()
        resumed = ssd_tiny(SCENES.class_names, size=64)
        train_detector(resumed, SCENES, recipe, checkpoint_dir=tmp_path / "new", resume=True)
        assert {name: value.tobytes() for name, value in resumed.state_dict().items()} == {
            name: value.tobytes() for name, value in whole.state_dict().items()
        }
        with pytest.raises(InputError, match="no such file"):
            train_detector(cut, SCENES, recipe, checkpoint_dir=tmp_path / "other", resume=True)

    def test_another_rate_is_not_resumed(self, tmp_path: Path) -> None:
        model = ssd_tiny(SCENES.class_names, size=64)
        train_detector(model, SCENES, RECIPE, checkpoint_dir=tmp_path)
        other = dataclasses.replace(RECIPE, backbone_rate=0.1)
        with pytest.raises(InputError, match=r"backbone_rate was 1\.0, is now 0\.1"):
            train_detector(model, SCENES, other, checkpoint_dir=tmp_path, resume=True)
