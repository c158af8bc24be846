import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scratchcv.data import load_image

COCO = ("AP", "AP50", "AP75", "APs", "APm", "APl", "AR1", "AR10", "AR100", "ARs", "ARm", "ARl")


def test_prints_and_writes(run: Callable[..., Any], trained: Path, voc: Path, tmp_path: Path) -> None:
    checkpoint = trained / "last.safetensors"
    files = ("--json", tmp_path / "new" / "n.json", "--curves", tmp_path / "pr.png")
    result = run("evaluate", checkpoint, "--data", f"voc:{voc}", "--split", "trainval", "--quiet", *files)
    assert result.status == 0
    assert result.err == ""
    assert "\ncat                        2 " in result.out
    assert "mAP@0.5 (voc matching, area): " in result.out
    for name in COCO:
        assert f"{name} " in result.out
    numbers = json.loads((tmp_path / "new" / "n.json").read_text(encoding="utf-8"))
    assert tuple(numbers["coco"]) == COCO
    assert numbers["images"] == 4
    assert numbers["objects"] == 4
    assert numbers["checkpoint"] == str(checkpoint)
    assert f"mAP@0.5 (voc matching, area): {numbers['mAP50']:.4f}" in result.out
    assert load_image(tmp_path / "pr.png").std() > 10


def test_progress_goes_to_the_error_stream_of_a_terminal(
    run: Callable[..., Any], trained: Path, voc: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("evaluate", trained / "last.safetensors", "--data", f"voc:{voc}").err == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    result = run("evaluate", trained / "last.safetensors", "--data", f"voc:{voc}")
    assert "2/2" in result.err
    assert "2/2" not in result.out


def test_a_split_without_objects(
    run: Callable[..., Any], trained: Path, write_voc: Any, tmp_path: Path
) -> None:
    voc = write_voc(tmp_path / "empty", {"test": {"a": [], "b": []}})
    files = ("--json", tmp_path / "n.json", "--curves", tmp_path / "pr.png")
    result = run("evaluate", trained / "last.safetensors", "--data", f"voc:{voc}", "--quiet", *files)
    assert result.status == 0
    numbers = json.loads((tmp_path / "n.json").read_text(encoding="utf-8"))
    assert (numbers["images"], numbers["objects"], numbers["mAP50"]) == (2, 0, None)
    assert set(numbers["coco"].values()) == {-1}


@pytest.mark.parametrize(
    ("option", "name", "message"),
    [
        ("--json", "n.txt", "the file must end in .json"),
        ("--curves", "pr.jpg", "the file must end in .png, .svg, .pdf"),
        ("--json", "old.json", "exists already; choose another name, or give --overwrite"),
        ("--json", "folder.json", "is a folder, a file was wanted"),
        ("--curves", "old.json/pr.png", "is not a folder"),
    ],
)
def test_outputs_are_checked_first(
    refuse: Callable[..., str], trained: Path, voc: Path, tmp_path: Path, option: str, name: str, message: str
) -> None:
    (tmp_path / "old.json").write_text("{}")
    (tmp_path / "folder.json").mkdir()
    words = ("evaluate", trained / "last.safetensors", "--data", f"voc:{voc}", option, tmp_path / name)
    assert refuse(*words).endswith(message)


def test_unknown_split(refuse: Callable[..., str], trained: Path, voc: Path) -> None:
    message = refuse("evaluate", trained / "last.safetensors", "--data", f"voc:{voc}", "--split", "val")
    assert message.endswith("val.txt: no such split, there are: test, trainval")
