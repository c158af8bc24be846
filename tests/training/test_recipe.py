import dataclasses
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scratchcv.data import SceneDataset
from scratchcv.errors import InputError
from scratchcv.models import SSD, ssd_tiny
from scratchcv.training import load_checkpoint
from scratchcv.training.recipe import AUGMENTATIONS, Recipe, train_detector

TINY = Recipe(size=64, batch_size=2, steps=3, augmentation="flip")
SCENES = SceneDataset(5, size=64)


def model() -> SSD:
    return ssd_tiny(SCENES.class_names, size=64)


class TestRecipe:
    def test_length(self) -> None:
        assert Recipe(steps=7).total_steps(1) == 7
        assert Recipe(epochs=3, batch_size=16).total_steps(31) == 3
        assert Recipe(epochs=3, batch_size=16).total_steps(5) == 3

    @pytest.mark.parametrize(
        ("numbers", "message"),
        [
            ({}, "either steps or epochs must be given, got None and None"),
            ({"steps": 1, "epochs": 1}, "either steps or epochs must be given, got 1 and 1"),
            ({"steps": 0}, "steps must be at least 1, got 0"),
            ({"epochs": -1}, "epochs must be at least 1, got -1"),
            ({"steps": 1, "batch_size": 0}, "batch_size must be at least 1, got 0"),
            ({"steps": 1, "learning_rate": 0.0}, "learning_rate must be positive and finite, got 0.0"),
            ({"steps": 1, "learning_rate": float("nan")}, "learning_rate must be positive and finite"),
            ({"steps": 1, "backbone_rate": -0.1}, "backbone_rate must be at least 0 and finite, got -0.1"),
            ({"steps": 1, "augmentation": "mosaic"}, "augmentation must be one of none, flip, ssd"),
        ],
    )
    def test_bad_numbers(self, numbers: dict[str, Any], message: str) -> None:
        with pytest.raises(ValueError, match=message):
            Recipe(**numbers)


@pytest.mark.parametrize("name", AUGMENTATIONS)
def test_augmentations_end_in_the_models_size(name: str) -> None:
    transform = AUGMENTATIONS[name]((64, 64))
    for seed in range(10):
        image, target = transform(*SceneDataset(1, size=96)[0], np.random.default_rng(seed))
        assert image.shape == (64, 64, 3)
        assert image.dtype == np.uint8
        boxes = target["boxes"]
        assert len(boxes) == len(target["labels"])
        assert (boxes >= 0).all()
        assert (boxes <= 64).all()


class TestTrainDetector:
    def test_the_recipe_reaches_every_part(self, tmp_path: Path) -> None:
        recipe = dataclasses.replace(TINY, learning_rate=0.01, warm_up_steps=2, momentum=0.5, clip_norm=1.0)
        rows: list[dict[str, float]] = []
        history = train_detector(
            model(), SCENES, recipe, checkpoint_dir=tmp_path, metadata={"data": "x"}, on_step=rows.append
        )
        assert len(rows) == 3
        assert history["lr"][0] == pytest.approx(1e-5)
        assert history["lr"].max() < 0.01
        metadata = load_checkpoint(tmp_path / "last.safetensors")[1]
        assert metadata["optimizer"]["momentum"] == 0.5
        assert metadata["optimizer"]["weight_decay"] == recipe.weight_decay
        assert metadata["settings"]["clip_norm"] == 1.0
        assert metadata["settings"]["batch_size"] == 2
        assert metadata["extra"] == {"data": "x", "recipe": dataclasses.asdict(recipe), "images": 5}

    def test_it_learns(self) -> None:
        recipe = dataclasses.replace(TINY, batch_size=5, steps=30, augmentation="none", warm_up_steps=5)
        history = train_detector(model(), SCENES, recipe)
        assert history["loss"][-1] < 0.7 * history["loss"][0]

    def test_resumed_it_is_bitwise_the_same(self, tmp_path: Path) -> None:
        class StopError(Exception):
            pass

        def stop(row: dict[str, float]) -> None:
            if row["step"] == 2:
                raise StopError

        train_detector(model(), SCENES, TINY, checkpoint_dir=tmp_path / "whole")
        with pytest.raises(StopError):
            train_detector(
                model(), SCENES, TINY, checkpoint_dir=tmp_path / "cut", checkpoint_every=1, on_step=stop
            )
        train_detector(model(), SCENES, TINY, checkpoint_dir=tmp_path / "cut", resume=True)
        whole, cut = (tmp_path / folder / "last.safetensors" for folder in ("whole", "cut"))
        assert cut.read_bytes() == whole.read_bytes()

    def test_resumed_with_another_recipe_or_data_set(self, tmp_path: Path) -> None:
        train_detector(model(), SCENES, TINY, checkpoint_dir=tmp_path)
        path = re.escape(str(tmp_path / "last.safetensors"))
        other = dataclasses.replace(TINY, augmentation="none")
        with pytest.raises(
            InputError, match=f"{path}: cannot be resumed: augmentation was flip, is now none"
        ):
            train_detector(model(), SCENES, other, checkpoint_dir=tmp_path, resume=True)
        with pytest.raises(InputError, match="images was 5, is now 4"):
            train_detector(model(), SceneDataset(4, size=64), TINY, checkpoint_dir=tmp_path, resume=True)

    def test_not_resumed_an_earlier_training_is_kept(self, tmp_path: Path) -> None:
        train_detector(model(), SCENES, TINY, checkpoint_dir=tmp_path)
        with pytest.raises(InputError, match="an earlier training is here"):
            train_detector(model(), SCENES, TINY, checkpoint_dir=tmp_path)
