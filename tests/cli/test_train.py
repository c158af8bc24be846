import errno
import json
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scratchcv.cli.train import MODELS
from scratchcv.training import load_checkpoint, load_detector
from scratchcv.training.recipes import RECIPES

FILES = {"last.safetensors", "training.png", "report.json"}


def test_trains_evaluates_and_writes(run: Callable[..., Any], voc: Path, tiny: Any, tmp_path: Path) -> None:
    out = tmp_path / "new" / "out"
    result = run("train", "ssd", "--data", f"voc:{voc}", "--eval-split", "test", *tiny, "--out", out)
    assert result.status == 0
    assert {file.name for file in out.iterdir()} == {*FILES, "detections.png"}
    assert "4 images of 80×60 pixels, 1 of them without objects" in result.out
    assert "cat                        2" in result.out
    assert result.out.splitlines()[-4:] == [
        str(out / name) for name in ("last.safetensors", "training.png", "detections.png", "report.json")
    ]
    report = json.loads((out / "report.json").read_text(encoding="utf-8"))
    assert report["command"].startswith("scratchcv train ssd --data voc:")
    assert report["classes"] == ["cat", "dog"]
    assert (report["images"], report["training_images"], report["objects"]) == (2, 4, 1)
    assert report["recipe"]["steps"] == report["last_step"]["step"] == 2
    assert set(report["seconds"]) == {"compile", "train", "evaluate"}
    assert len(report["coco"]) == 12
    assert report["AP50_per_class"]["dog"] is None
    assert 0 <= report["mAP50"] <= 1


def test_the_same_seed_gives_the_same_bytes(
    run: Callable[..., Any], voc: Path, tiny: Any, tmp_path: Path
) -> None:
    weights = {}
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        out = tmp_path / name
        assert run("train", "ssd", "--data", f"voc:{voc}", *tiny, "--seed", seed, "--out", out).status == 0
        weights[name] = (out / "last.safetensors").read_bytes()
    assert weights["a"] == weights["b"] != weights["c"]


def test_on_scenes(run: Callable[..., Any], tiny: Any, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert run("train", "ssd", "--data", "scenes:5", *tiny, "--out", out).status == 0
    assert {file.name for file in out.iterdir()} == FILES


def test_options_change_the_recipe(run: Callable[..., Any], voc: Path, tmp_path: Path) -> None:
    options = ["--size", "64", "--batch-size", "3", "--epochs", "2", "--lr", ".001", "--seed", "7", "--quiet"]
    options += ["--augmentation", "microscope"]
    assert run("train", "ssd", "--data", f"voc:{voc}", *options, "--out", tmp_path / "out").status == 0
    recipe = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))["recipe"]
    wanted = {"size": 64, "batch_size": 3, "epochs": 2, "steps": None, "learning_rate": 0.001, "seed": 7}
    assert recipe == {
        **vars(RECIPES["ssd"]["photographs"]),
        **wanted,
        "augmentation": "microscope",
    }


class TestFineTuning:
    def test_a_pretrained_backbone_that_is_frozen_stays(
        self, run: Callable[..., Any], trained: Path, voc: Path, tiny: Any, tmp_path: Path
    ) -> None:
        before = trained / "last.safetensors"
        words = ["--pretrained", before, "--backbone-rate", "0", "--seed", "5", *tiny]
        out = tmp_path / "out"
        assert run("train", "ssd", "--data", f"voc:{voc}", *words, "--out", out).status == 0
        old, new = (load_detector(path).state_dict() for path in (before, out / "last.safetensors"))
        backbone = [name for name in old if name.startswith("backbone.")]
        assert backbone
        assert all(old[name].tobytes() == new[name].tobytes() for name in backbone)
        assert any(old[name].tobytes() != new[name].tobytes() for name in set(old) - set(backbone))

    def test_what_cannot_be_is_told(
        self, refuse: Callable[..., str], run: Callable[..., Any], voc: Path, tiny: Any, tmp_path: Path
    ) -> None:
        words = ("--data", f"voc:{voc}", *tiny, "--out", tmp_path / "out")
        none = tmp_path / "none.safetensors"
        result = run("train", "ssd", *words, "--pretrained", none)
        assert result.status == 2
        assert f"{none}: no such file" in result.err
        result = run("train", "sliding_window", *words, "--backbone-rate", "0.1")
        assert result.status == 2
        assert "SlidingWindow has no layer named backbone" in result.err
        assert "--backbone-rate" in refuse("train", "ssd", *words, "--backbone-rate", "-1")


class TestImagesWithoutObjects:
    def test_a_data_set_of_nothing_else(
        self, run: Callable[..., Any], write_voc: Any, tiny: Any, tmp_path: Path
    ) -> None:
        empty = {"a": [], "b": [], "c": []}
        voc = write_voc(tmp_path / "empty", {"trainval": empty, "test": {"d": []}})
        out = tmp_path / "out"
        result = run("train", "ssd", "--data", f"voc:{voc}", "--eval-split", "test", *tiny, "--out", out)
        assert result.status == 0
        assert "3 of them without objects" in result.out
        report = json.loads((out / "report.json").read_text(encoding="utf-8"))
        assert report["mAP50"] is None
        assert set(report["coco"].values()) == {-1}
        assert report["last_step"]["loss"] == 0
        arrays, _ = load_checkpoint(out / "last.safetensors")
        assert all(np.isfinite(array).all() for array in arrays.values())
        result = run("evaluate", out / "last.safetensors", "--data", f"voc:{voc}", "--quiet")
        assert result.status == 0

    def test_a_class_that_the_split_lacks(
        self, run: Callable[..., Any], write_voc: Any, tiny: Any, tmp_path: Path
    ) -> None:
        cat, dog = ("cat", 5, 5, 40, 40), ("dog", 30, 20, 70, 55)
        voc = write_voc(tmp_path / "v", {"trainval": {"a": [cat], "b": []}, "test": {"c": [dog]}})
        out = tmp_path / "out"
        result = run("train", "ssd", "--data", f"voc:{voc}", "--eval-split", "test", *tiny, "--out", out)
        assert result.status == 0
        per_class = json.loads((out / "report.json").read_text(encoding="utf-8"))["AP50_per_class"]
        assert per_class["cat"] is None
        assert per_class["dog"] is not None

    def test_fewer_images_than_a_batch(self, run: Callable[..., Any], write_voc: Any, tmp_path: Path) -> None:
        voc = write_voc(tmp_path / "v", {"trainval": {"a": [("cat", 5, 5, 40, 40)]}})
        options = ["--size", "64", "--epochs", "2", "--quiet", "--out", tmp_path / "out"]
        assert run("train", "ssd", "--data", f"voc:{voc}", *options).status == 0


class TestOut:
    def test_not_empty(self, refuse: Callable[..., str], tmp_path: Path) -> None:
        (tmp_path / "out").mkdir()
        (tmp_path / "out" / "thesis.txt").write_text("precious")
        message = refuse("train", "ssd", "--data", "scenes", "--out", tmp_path / "out")
        remedy = "choose another --out, or go on with its training by --resume"
        assert message == f"{tmp_path / 'out'}: is not empty; {remedy}"
        message = refuse("train", "ssd", "--data", "scenes", "--resume", "--out", tmp_path / "out")
        assert message == f"{tmp_path / 'out'}: there is no last.safetensors to go on with"

    def test_an_earlier_training(
        self, refuse: Callable[..., str], run: Callable[..., Any], voc: Path, tiny: Any, tmp_path: Path
    ) -> None:
        words = ("train", "ssd", "--data", f"voc:{voc}", *tiny, "--out", tmp_path / "out")
        assert run(*words).status == 0
        assert "is not empty" in refuse(*words)

    def test_empty(self, run: Callable[..., Any], voc: Path, tiny: Any, tmp_path: Path) -> None:
        (tmp_path / "out").mkdir()
        assert run("train", "ssd", "--data", f"voc:{voc}", *tiny, "--out", tmp_path / "out").status == 0

    def test_a_file(self, refuse: Callable[..., str], tmp_path: Path) -> None:
        (tmp_path / "out").write_text("precious")
        message = refuse("train", "ssd", "--data", "scenes", "--out", tmp_path / "out")
        assert message == f"{tmp_path / 'out'}: is a file, a folder for the results was wanted"
        assert "out" in refuse("train", "ssd", "--data", "scenes", "--out", tmp_path / "out" / "deep")

    def test_without_permission(
        self, refuse: Callable[..., str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        def deny(path: Path, *arguments: Any, **options: Any) -> None:
            raise PermissionError(13, "Permission denied", str(path))

        monkeypatch.setattr(Path, "touch", deny)
        (tmp_path / "out").mkdir()
        message = refuse("train", "ssd", "--data", "scenes", "--out", tmp_path / "out")
        assert message == f"{tmp_path / 'out'}: cannot be written to: Permission denied"
        monkeypatch.setattr(Path, "mkdir", deny)
        assert "Permission denied" in refuse(
            "train", "ssd", "--data", "scenes", "--out", tmp_path / "new" / "deep"
        )


class TestResume:
    def words(self, voc: Path, out: Path, *more: object) -> list[object]:
        return [
            "train",
            "ssd",
            "--data",
            f"voc:{voc}",
            "--size",
            64,
            "--batch-size",
            2,
            "--quiet",
            "--out",
            out,
            *more,
        ]

    def test_after_ctrl_c_the_weights_are_bitwise_the_same(
        self, run: Callable[..., Any], voc: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert run(*self.words(voc, tmp_path / "whole", "--steps", 6)).status == 0
        with monkeypatch.context() as patch:
            self.press_ctrl_c(patch, at_step=3)
            result = run(*self.words(voc, tmp_path / "stopped", "--steps", 6))
        path = tmp_path / "stopped" / "last.safetensors"
        assert result.status == 130
        assert result.err == (
            f"scratchcv: Interrupted at step 3 of 6; saved {path}; the same command with --resume goes on\n"
        )
        assert load_checkpoint(path)[1]["step"] == 3
        assert run(*self.words(voc, tmp_path / "stopped", "--steps", 6, "--resume")).status == 0
        assert path.read_bytes() == (tmp_path / "whole" / "last.safetensors").read_bytes()

    def press_ctrl_c(self, patch: pytest.MonkeyPatch, at_step: int) -> None:
        from scratchcv.training.sgd import SGD

        patch.setattr(signal, "getsignal", lambda number: signal.default_int_handler)
        step = SGD.step

        def pressed(optimizer: SGD, lr: float | None = None) -> None:
            step(optimizer, lr)
            if optimizer.steps == at_step:
                signal.raise_signal(signal.SIGINT)

        patch.setattr(SGD, "step", pressed)

    def test_the_folder_may_have_moved(self, run: Callable[..., Any], voc: Path, tmp_path: Path) -> None:
        assert run(*self.words(voc, tmp_path / "out", "--steps", 2)).status == 0
        voc.rename(tmp_path / "moved")
        assert run(*self.words(tmp_path / "moved", tmp_path / "out", "--steps", 2, "--resume")).status == 0

    def test_of_nothing_is_a_start(self, run: Callable[..., Any], voc: Path, tmp_path: Path) -> None:
        (tmp_path / "out").mkdir()
        (tmp_path / "out" / "last.safetensors.partial").write_bytes(b"killed while it was written")
        result = run(*self.words(voc, tmp_path / "out", "--steps", 1, "--resume"))
        assert result.status == 0
        assert result.err == f"scratchcv: {tmp_path / 'out'}: nothing to go on with, beginning\n"

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            (["--steps", 3], "steps was 2, is now 3"),
            (["--steps", 2, "--lr", 0.5], "learning_rate was 0.03, is now 0.5"),
            (["--steps", 2, "--seed", 1], "seed was 0, is now 1"),
            (["--steps", 2, "--augmentation", "none"], "augmentation was ssd, is now none"),
            (["--steps", 2, "--split", "test"], "split was trainval, is now test"),
            (["--steps", 3, "--data", "scenes:4"], "data was voc:{voc}, is now scenes:4"),
        ],
    )
    def test_with_other_settings(
        self,
        run: Callable[..., Any],
        refuse: Callable[..., str],
        voc: Path,
        tmp_path: Path,
        change: list[object],
        message: str,
    ) -> None:
        out = tmp_path / "out"
        assert run(*self.words(voc, out, "--steps", 2)).status == 0
        path = out / "last.safetensors"
        message = f"{path}: cannot be resumed: {message.format(voc=voc)}"
        assert refuse(*self.words(voc, out, "--resume", *change)) == message

    def test_its_time_counts_on(
        self, run: Callable[..., Any], voc: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        out = tmp_path / "out"
        with monkeypatch.context() as patch:
            self.press_ctrl_c(patch, at_step=3)
            assert run(*self.words(voc, out, "--steps", 6)).status == 130
        report = json.loads((out / "report.json").read_text(encoding="utf-8"))
        assert report["interrupted"].startswith("Interrupted at step 3 of 6")
        report["seconds"]["train"] += 1000
        (out / "report.json").write_text(json.dumps(report), encoding="utf-8")
        for goes_on, step in (("going on at step 3 of 6", 3), ("going on at step 6 of 6", 6)):
            result = run(*self.words(voc, out, "--steps", 6, "--resume"))
            assert result.status == 0
            assert f"scratchcv: {goes_on}\n" in result.err, step
            report = json.loads((out / "report.json").read_text(encoding="utf-8"))
            assert 1000 < report["seconds"]["train"] < 1100
            assert "interrupted" not in report
        (out / "report.json").write_text("[]", encoding="utf-8")
        assert run(*self.words(voc, out, "--steps", 6, "--resume")).status == 0
        assert json.loads((out / "report.json").read_text(encoding="utf-8"))["seconds"]["train"] < 100


def test_a_training_that_diverges(
    run: Callable[..., Any], voc: Path, tiny: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from scratchcv.models import SSD

    forward = SSD.forward
    monkeypatch.setattr(SSD, "forward", lambda *batch: ({"box": float("nan")}, forward(*batch)[1]))
    result = run("train", "ssd", "--data", f"voc:{voc}", *tiny, "--out", tmp_path / "out")
    assert result.status == 1
    assert "error: step 1 of 2: the loss 'box' is nan; a lower learning rate" in result.err
    assert not (tmp_path / "out").exists()


def test_unknown_splits_are_refused_before_the_training(
    refuse: Callable[..., str], voc: Path, tmp_path: Path
) -> None:
    words = ("train", "ssd", "--data", f"voc:{voc}", "--out", tmp_path / "out")
    assert refuse(*words, "--split", "val").endswith("val.txt: no such split, there are: test, trainval")
    assert refuse(*words, "--eval-split", "val").endswith("no such split, there are: test, trainval")
    message = refuse("train", "ssd", "--data", "scenes", "--split", "dev", "--out", tmp_path / "out")
    assert message == "scenes: no such split: dev, there are: train, trainval, val, test"


@pytest.mark.parametrize("saves", [0, 1])
def test_a_full_disk(
    saves: int, run: Callable[..., Any], voc: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forced, fsync = [], os.fsync

    def fill(descriptor: int) -> None:
        forced.append(descriptor)
        if len(forced) > 2 * saves:  # the file and its folder
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        fsync(descriptor)

    out = tmp_path / "out"
    path = out / "last.safetensors"
    words = ["train", "ssd", "--data", f"voc:{voc}", "--size", 64, "--batch-size", 2, "--steps", 3]
    words += ["--checkpoint-every", 1, "--quiet", "--out", out]
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fill)
        result = run(*words)
    assert result.status == 2
    rest = "; the last checkpoint survives; the same command with --resume goes on" if saves else ""
    message = f"scratchcv: error: {path}: {os.strerror(errno.ENOSPC)}{rest}\n"
    assert result.err == message
    assert path.exists() == bool(saves)
    if saves:
        assert run(*words, "--resume").status == 0


def test_help_names_the_defaults_of_the_recipes(run: Callable[..., Any]) -> None:
    text = " ".join(run("train", "--help").out.split())
    scenes, photographs = RECIPES["ssd"]["scenes"], RECIPES["ssd"]["photographs"]
    assert scenes.learning_rate == photographs.learning_rate
    assert scenes.batch_size == photographs.batch_size
    for default in (
        f"{scenes.size} on scenes, {photographs.size} on photographs",
        f"{scenes.learning_rate:g}",
        f"{scenes.batch_size}",
        f"{photographs.epochs} on photographs",
        f"{scenes.steps} on scenes",
        f"{scenes.augmentation} on scenes, {photographs.augmentation} on photographs",
    ):
        assert f"(default: {default})" in text
    assert "multiple of 64" in text


@pytest.mark.parametrize("model", MODELS)
def test_every_model_trains_is_evaluated_and_detects(
    model: str, run: Callable[..., Any], tiny: Any, tmp_path: Path
) -> None:
    out = tmp_path / model
    assert run("train", model, "--data", "scenes:3", *tiny, "--out", out).status == 0
    checkpoint = out / "last.safetensors"
    evaluated = run("evaluate", checkpoint, "--data", "scenes:2", "--quiet")
    assert evaluated.status == 0
    assert "mAP@0.5" in evaluated.out
    found = run("detect", checkpoint, out / "training.png", "--out", tmp_path / "drawn")
    assert found.status == 0
    assert (tmp_path / "drawn" / "training.png").exists()
