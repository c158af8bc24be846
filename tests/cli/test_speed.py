import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scratchcv.cli import speed
from scratchcv.data import load_image


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand-ins for the three on AlexNet, which take a minute."""
    tiny = {"class_names": ["background", "a"], "size": 64}
    monkeypatch.setattr(
        speed, "LINEAGE", {name: {"model": f"{builder}_tiny", **tiny} for name, builder in (
            ("R-CNN", "rcnn"), ("Fast R-CNN", "fast_rcnn"), ("Faster R-CNN", "faster_rcnn")
        )}
    )  # fmt: skip


def test_the_three_of_the_lectures(narrow: None, run: Callable[..., Any], tmp_path: Path) -> None:
    out, numbers = tmp_path / "speed.png", tmp_path / "speed.json"
    result = run("speed", "--images", 3, "--size", 64, "--out", out, "--json", numbers, "--quiet")
    assert result.status == 0
    lines = result.out.splitlines()
    for name in ("proposals", "features", "heads", "post-processing", "all", "speed-up"):
        assert name in lines[0]
    assert [line[:20].strip() for line in lines[1:4]] == ["R-CNN", "Fast R-CNN", "Faster R-CNN"]
    assert load_image(out).std() > 10
    seconds = json.loads(numbers.read_text(encoding="utf-8"))["seconds"]
    assert list(seconds) == ["R-CNN", "Fast R-CNN", "Faster R-CNN"]
    assert all(value > 0 for stages in seconds.values() for value in stages.values())


def test_trained_ones_by_their_folders(trained: Path, run: Callable[..., Any], tmp_path: Path) -> None:
    checkpoint = trained / "last.safetensors"
    result = run("speed", checkpoint, "--images", 1, "--size", 64, "--out", tmp_path / "a.png", "--quiet")
    assert result.status == 0
    assert result.out.splitlines()[1].startswith("run ")


def test_bad_input(refuse: Callable[..., str], tmp_path: Path) -> None:
    assert refuse("speed", tmp_path / "no.safetensors", "--out", tmp_path / "a.png").endswith("no such file")
    assert "--images" in refuse("speed", "--images", 0)
    assert "a.txt" in refuse("speed", "--out", tmp_path / "a.txt")
