import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from scratchcv.data import load_image


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    Image.effect_noise((90, 50), 80).convert("RGB").save(tmp_path / "photo.jpg")
    return tmp_path / "photo.jpg"


def test_prints_and_draws(run: Callable[..., Any], trained: Path, photo: Path, tmp_path: Path) -> None:
    out = tmp_path / "new" / "drawn"
    result = run("detect", trained / "last.safetensors", photo, "--out", out, "--score", 0.02)
    assert result.status == 0
    first, *lines = result.out.splitlines()
    assert first == f"{photo}: {len(lines)} detections -> {out / 'photo.png'}"
    assert lines
    scores = []
    for line in lines:
        assert re.fullmatch(r"(cat|dog) +[01]\.\d{3}( +\d+\.\d){4}", line)
        score, x1, y1, x2, y2 = (float(word) for word in line.split()[1:])
        scores.append(score)
        assert 0 <= x1 <= x2 <= 90
        assert 0 <= y1 <= y2 <= 50
    assert scores == sorted(scores, reverse=True)
    assert min(scores) >= 0.02
    assert load_image(out / "photo.png").shape[1] == 1000


def test_a_score_that_nothing_reaches(
    run: Callable[..., Any], trained: Path, photo: Path, tmp_path: Path
) -> None:
    words = ("detect", trained / "last.safetensors", photo, "--out", tmp_path, "--score", 1)
    assert run(*words) == (0, f"{photo}: 0 detections -> {tmp_path / 'photo.png'}\n", "")


def test_without_out_earlier_drawings_stay(
    run: Callable[..., Any], trained: Path, photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for folder in ("detect", "detect-2"):
        assert run("detect", trained / "last.safetensors", "photo.jpg").status == 0
        assert (tmp_path / "runs" / folder / "photo.png").exists()


class TestNothingIsWrittenOver:
    def test_an_input(self, refuse: Callable[..., str], trained: Path, tmp_path: Path) -> None:
        Image.new("RGB", (9, 9)).save(tmp_path / "a.png")
        words = ("detect", trained / "last.safetensors", tmp_path / "a.png", "--out", tmp_path, "--overwrite")
        expected = f"{tmp_path / 'a.png'}: is an input, and is not written over; choose another --out"
        assert refuse(*words) == expected

    def test_another_file_unless_asked(
        self, run: Callable[..., Any], refuse: Callable[..., str], trained: Path, photo: Path, tmp_path: Path
    ) -> None:
        words = ("detect", trained / "last.safetensors", photo, "--out", tmp_path)
        (tmp_path / "photo.png").write_bytes(b"precious")
        assert refuse(*words).endswith("exists already; choose another name, or give --overwrite")
        assert run(*words, "--overwrite").status == 0
        assert load_image(tmp_path / "photo.png").shape[1] == 1000

    def test_another_drawing(
        self, refuse: Callable[..., str], trained: Path, photo: Path, tmp_path: Path
    ) -> None:
        (tmp_path / "b").mkdir()
        twin = shutil.copy(photo, tmp_path / "b" / "photo.jpeg")
        message = refuse("detect", trained / "last.safetensors", photo, twin, "--out", tmp_path / "o")
        assert message.startswith(f"{twin}: would be drawn to {tmp_path / 'o' / 'photo.png'}, as {photo}")

    def test_when_one_of_several_images_is_bad(
        self, refuse: Callable[..., str], trained: Path, photo: Path, tmp_path: Path
    ) -> None:
        bad = tmp_path / "bad.jpg"
        bad.write_bytes(photo.read_bytes()[:200])
        message = refuse("detect", trained / "last.safetensors", photo, bad, "--out", tmp_path / "out")
        assert message.startswith(f"{bad}: ")


def test_an_out_that_is_a_file(refuse: Callable[..., str], trained: Path, photo: Path) -> None:
    message = refuse("detect", trained / "last.safetensors", photo, "--out", photo)
    assert message.endswith(f"cannot be written: {photo} is not a folder")


@pytest.mark.parametrize("score", ["-0.1", "1.1", "nan", "high"])
def test_scores_that_are_none(refuse: Callable[..., str], score: str) -> None:
    message = refuse("detect", "m.safetensors", "a.jpg", f"--score={score}")
    assert message == f"argument --score: must be a number from 0 to 1, got {score!r}"


@pytest.mark.skipif(os.name == "nt", reason="Windows has other pipes")
def test_a_reader_that_leaves_early_gets_all_drawings(trained: Path, photo: Path, tmp_path: Path) -> None:
    photos = [photo, *(shutil.copy(photo, tmp_path / f"{number}.jpg") for number in range(3))]
    words = ["detect", str(trained / "last.safetensors"), *map(str, photos), "--out", str(tmp_path / "drawn")]
    command = [sys.executable, "-m", "scratchcv", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == b""
    assert process.returncode == 0
    assert {file.stem for file in (tmp_path / "drawn").iterdir()} == {Path(file).stem for file in photos}
