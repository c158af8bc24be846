from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scratchcv.data import load_image


def test_counts_and_draws(run: Callable[..., Any], voc: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "new" / "sheet.png"
    result = run("data", f"voc:{voc}", "--out", sheet)
    assert result.status == 0
    assert result.out.splitlines() == [
        f"voc:{voc} trainval: 4 images of 80×60 pixels, 1 of them without objects",
        "class                objects  smallest  median  largest",
        "cat                        2        36      36       36",
        "dog                        2        38      38       38",
        "all                        4        36      37       38",
        "",
        str(sheet),
    ]
    assert load_image(sheet).shape[2] == 3


def test_scenes_are_counted_in_part(
    run: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("scratchcv.cli.overview.SCENES_LOOKED_AT", 3)
    for name in ("sheet.png", "sheet-2.png"):
        result = run("data", "scenes", "--count", 2, "--size", 64, "--split", "val")
        first = result.out.splitlines()[0]
        assert first == "scenes val: 200 images, the first 3 of 64×64 pixels, 0 of them without objects"
        assert (tmp_path / "runs" / name).exists()


def test_nothing_is_written_over_unless_asked(
    run: Callable[..., Any], refuse: Callable[..., str], voc: Path, tmp_path: Path
) -> None:
    words = ("data", f"voc:{voc}", "--out", tmp_path / "sheet.png", "--count", 1)
    (tmp_path / "sheet.png").write_text("precious")
    assert refuse(*words).endswith("exists already; choose another name, or give --overwrite")
    assert run(*words, "--overwrite").status == 0
    assert refuse("data", f"voc:{voc}", "--out", tmp_path / "sheet.gif").endswith("end in .png, .svg, .pdf")
