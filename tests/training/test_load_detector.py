import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scratchcv.data import SceneDataset
from scratchcv.data.image import to_tensor
from scratchcv.errors import InputError
from scratchcv.models import ssd_tiny
from scratchcv.training import save_checkpoint
from scratchcv.training.checkpoint import with_prefix
from scratchcv.training.load_detector import load_detector
from scratchcv.training.recipe import Recipe, train_detector

SCENES = SceneDataset(4, size=64)
CONFIG = {"model": "ssd_tiny", "class_names": ["background", "cat"], "size": 64}


def test_it_is_the_model_that_was_trained(tmp_path: Path) -> None:
    model = ssd_tiny(SCENES.class_names, size=64, seed=3)
    recipe = Recipe(size=64, batch_size=2, steps=2, augmentation="none")
    train_detector(model, SCENES, recipe, checkpoint_dir=tmp_path)
    loaded = load_detector(tmp_path / "last.safetensors")
    assert loaded.config == model.config
    assert not loaded.training
    for name, value in model.state_dict().items():
        np.testing.assert_array_equal(loaded.state_dict()[name], value)
    images = [to_tensor(SCENES[0][0])]
    for name, array in model.predict(images)[0].items():
        np.testing.assert_array_equal(loaded.predict(images)[0][name], array)


@pytest.mark.parametrize(
    ("metadata", "message"),
    [
        ({}, "not the checkpoint of a training: it has no 'model'"),
        ({"model": "ssd"}, "not the checkpoint of a training: it has no 'model'"),
        ({"model": {"model": "yolo_v9"}}, "unknown model 'yolo_v9', known: "),
        ({"model": CONFIG | {"depth": 3}}, "cannot be built from"),
        ({"model": CONFIG | {"size": 100}}, "size must be a multiple of 64, got 100"),
        ({"model": CONFIG}, "state does not fit"),
    ],
)
def test_other_files(tmp_path: Path, metadata: dict[str, Any], message: str) -> None:
    path = tmp_path / "m.safetensors"
    save_checkpoint(path, {"model.weight": np.zeros(3)}, metadata)
    with pytest.raises(InputError, match=f"^{re.escape(str(path))}: .*{message}"):
        load_detector(path)


def test_garbage(tmp_path: Path) -> None:
    (tmp_path / "m.safetensors").write_bytes(b"garbage")
    with pytest.raises(InputError, match="not a checkpoint, or damaged"):
        load_detector(tmp_path / "m.safetensors")


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_weights_that_are_not_finite(tmp_path: Path, bad: float) -> None:
    model = ssd_tiny(["background", "cat"], size=64)
    arrays = with_prefix(model.state_dict(), "model.")
    name = sorted(arrays)[0]
    arrays[name] = np.full_like(arrays[name], bad)
    save_checkpoint(tmp_path / "m.safetensors", arrays, {"model": model.config})
    with pytest.raises(InputError, match=rf"m.safetensors: {name[6:]} is not finite everywhere"):
        load_detector(tmp_path / "m.safetensors")
