import dataclasses
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scratchcv.data import load_image
from scratchcv.training import recipes


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    tiny = dataclasses.replace(recipes.RECIPES["ssd"]["scenes"], size=64, batch_size=2, steps=2)
    monkeypatch.setitem(recipes.RECIPES["ssd"], "scenes", tiny)
    monkeypatch.setattr("scratchcv.cli.demo.TEST_SCENES", 4)


def test_trains_detects_and_draws(
    run: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run("demo")
    assert result.status == 0
    assert "scratchcv: step 2 of 2, classification " in result.err
    assert "\r" not in result.err
    assert "mAP@0.5" in result.out
    out = tmp_path / "runs" / "demo"
    files = ("last.safetensors", "training.png", "detections.png", "report.json")
    assert {file.name for file in out.iterdir()} == set(files)
    for name in files:
        assert str(Path("runs", "demo", name)) in result.out.splitlines()
    for name in ("training.png", "detections.png"):
        assert load_image(out / name).std() > 10
    report = json.loads((out / "report.json").read_text(encoding="utf-8"))
    assert report["command"] == "scratchcv demo"
    assert report["images"] == 4
    assert {"mAP50", "coco", "seconds", "versions", "seed", "recipe"} < set(report)


def test_a_second_demo_has_its_own_folder_and_the_same_weights(
    run: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("demo", "--quiet").status == 0
    assert run("demo", "--quiet").status == 0
    first, second = (Path("runs", name, "last.safetensors").read_bytes() for name in ("demo", "demo-2"))
    assert first == second


def test_its_detector_detects_and_is_evaluated(run: Callable[..., Any], tmp_path: Path) -> None:
    out = tmp_path / "demo"
    report = run("demo", "--quiet", "--steps", 3, "--out", out)
    assert report.status == 0
    evaluated = run("evaluate", out / "last.safetensors", "--data", "scenes:4", "--quiet")
    assert evaluated.out in report.out
    assert json.loads((out / "report.json").read_text(encoding="utf-8"))["recipe"]["steps"] == 3
    result = run("detect", out / "last.safetensors", out / "detections.png", "--out", tmp_path / "drawn")
    assert result.status == 0


def test_a_folder_that_is_not_empty(refuse: Callable[..., str], tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("precious")
    assert refuse("demo", "--out", tmp_path) == f"{tmp_path}: is not empty; choose another --out"


def test_a_terminal_shows_a_bar(
    run: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    result = run("demo", "--out", tmp_path / "demo")
    assert result.status == 0
    assert "2/2" in result.err
    assert "step 2 of 2" not in result.err
