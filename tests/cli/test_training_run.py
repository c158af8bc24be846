import json
from pathlib import Path

import numpy as np
import pytest

from scratchcv.cli.training_run import TrainingRun
from scratchcv.data import SceneDataset
from scratchcv.training.recipe import Recipe


@pytest.mark.parametrize("tested", [False, True])
def test_files_and_report(tested: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scenes = SceneDataset(3, size=64)
    recipe = Recipe(size=64, batch_size=2, epochs=2, seed=4, augmentation="none")
    TrainingRun(
        command_line=("scratchcv", "train", "my photos"),
        folder=tmp_path,
        builder="ssd_tiny",
        recipe=recipe,
        data="scenes:3",
        split="train",
        dataset=scenes,
        object_shapes=np.array([[0.2, 0.2], [0.5, 0.5]]),
        test=scenes if tested else None,
        quiet=True,
    ).carry_out()
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert report["command"] == "scratchcv train 'my photos'"
    assert (report["model"], report["data"], report["split"]) == ("ssd_tiny", "scenes:3", "train")
    assert (report["seed"], report["training_images"]) == (4, 3)
    assert report["recipe"]["epochs"] == 2
    assert report["last_step"]["step"] == 2
    assert report["versions"]["numpy"]
    assert ("mAP50" in report) == ("evaluate" in report["seconds"]) == tested
    assert (tmp_path / "detections.png").exists() == tested
    out = capsys.readouterr().out
    assert ("COCO:" in out) == tested
    assert str(tmp_path / "report.json") in out.splitlines()
