"""A data set small enough to be trained on in a second, ways to spoil it, and the command in this process."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from PIL import Image

from scratchcv.cli import main

Objects = Sequence[tuple[str, int, int, int, int]]

TINY = ("--size", "64", "--batch-size", "2", "--steps", "2", "--quiet")
"""The shortest training."""


class Result(NamedTuple):
    status: int
    out: str
    err: str


@pytest.fixture
def tiny() -> tuple[str, ...]:
    return TINY


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., Result]:
    def call(*words: object) -> Result:
        try:
            status = main([str(word) for word in words])
        except SystemExit as exit:
            status = int(exit.code or 0)
        return Result(status, *capsys.readouterr())

    return call


@pytest.fixture
def refuse(run: Callable[..., Result], tmp_path: Path) -> Callable[..., str]:
    """Run a command that must be refused and change nothing; return its message."""

    def call(*words: object) -> str:
        before = content(tmp_path)
        result = run(*words)
        assert result.status == 2
        assert "Traceback" not in result.err
        assert content(tmp_path) == before
        last = result.err.splitlines()[-1]
        assert last.startswith("scratchcv")
        assert "error: " in last
        return last.partition("error: ")[2]

    return call


def content(folder: Path) -> dict[str, bytes | None]:
    """Return every file and folder below, with its bytes."""
    found = sorted(folder.rglob("*"))
    return {str(path): path.read_bytes() if path.is_file() else None for path in found}


def annotation(objects: Objects, size: tuple[int, int] = (80, 60)) -> str:
    parts = "".join(
        f"<object><name>{name}</name><bndbox><xmin>{x1}</xmin><ymin>{y1}</ymin>"
        f"<xmax>{x2}</xmax><ymax>{y2}</ymax></bndbox></object>"
        for name, x1, y1, x2, y2 in objects
    )
    width, height = size
    return f"<annotation><size><width>{width}</width><height>{height}</height></size>{parts}</annotation>"


def picture(objects: Objects = (), size: tuple[int, int] = (80, 60)) -> Image.Image:
    """A grey noise with each object as a bright box."""
    noise = np.random.default_rng(len(objects)).integers(60, 100, (size[1], size[0], 3), np.uint8)
    for _, x1, y1, x2, y2 in objects:
        noise[y1 - 1 : y2, x1 - 1 : x2] = 220
    return Image.fromarray(noise)


def make_voc(root: Path, splits: Mapping[str, Mapping[str, Objects]]) -> Path:
    """Write a VOC folder; `splits` has the objects of each image of each split."""
    for folder in ("ImageSets/Main", "Annotations", "JPEGImages"):
        (root / folder).mkdir(parents=True)
    for split, images in splits.items():
        (root / "ImageSets" / "Main" / f"{split}.txt").write_text("\n".join(images) + "\n")
        for name, objects in images.items():
            (root / "Annotations" / f"{name}.xml").write_text(annotation(objects))
            picture(objects).save(root / "JPEGImages" / f"{name}.png")
    return root


@pytest.fixture
def write_voc() -> Callable[..., Path]:
    return make_voc


CAT, DOG = ("cat", 5, 5, 40, 40), ("dog", 30, 20, 70, 55)


@pytest.fixture
def voc(tmp_path: Path) -> Path:
    return make_voc(
        tmp_path / "voc",
        {"trainval": {"a": [CAT], "b": [DOG], "c": [CAT, DOG], "d": []}, "test": {"e": [CAT], "f": []}},
    )


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a finished training on cats and dogs."""
    folder = tmp_path_factory.mktemp("trained")
    splits: dict[str, Any] = {"trainval": {"a": [CAT], "b": [DOG]}}
    source = make_voc(folder / "voc", splits)
    assert main(["train", "ssd", "--data", f"voc:{source}", *TINY, "--out", str(folder / "run")]) == 0
    return folder / "run"
