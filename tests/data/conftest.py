"""A target with everything in it, and a small Pascal VOC folder, for the tests of this room."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

CORNERS = ("xmin", "ymin", "xmax", "ymax")


@pytest.fixture(scope="session")
def full_sample():
    """Make an image of noise and a target with all entries: masks fill the boxes, keypoints are corners."""

    def make(height: int = 12, width: int = 20, objects: int = 3, seed: int = 0):
        rng = np.random.default_rng(seed)
        image = rng.integers(0, 256, (height, width, 3), dtype=np.uint8)
        near = rng.integers(0, [width - 1, height - 1], (objects, 2))
        boxes = np.concatenate([near, rng.integers(near + 1, [width + 1, height + 1])], axis=1)
        masks = np.zeros((objects, height, width), bool)
        for mask, (x1, y1, x2, y2) in zip(masks, boxes, strict=True):
            mask[y1:y2, x1:x2] = True
        keypoints = np.zeros((objects, 3, 3), np.float32)
        keypoints[:, 0, :2], keypoints[:, 0, 2] = boxes[:, :2], 2
        keypoints[:, 1, :2], keypoints[:, 1, 2] = boxes[:, 2:], 1
        target = {
            "boxes": boxes.astype(np.float32).reshape(-1, 4),
            "labels": np.arange(1, objects + 1),
            "difficult": np.arange(objects) % 2 == 0,
            "masks": masks,
            "keypoints": keypoints,
            "semantic": rng.integers(0, 5, (height, width), dtype=np.uint8),
        }
        for array in (image, *target.values()):
            array.flags.writeable = False
        return image, target

    return make


def annotation(*objects: tuple[str, tuple[object, ...]], size: str = "", extra: str = "") -> str:
    """Write an annotation of (class, (xmin, ymin, xmax, ymax)) pairs."""
    items = "".join(
        f"<object><name>{name}</name>{extra}<bndbox>"
        + "".join(f"<{corner}>{value}</{corner}>" for corner, value in zip(CORNERS, box, strict=True))
        + "</bndbox></object>"
        for name, box in objects
    )
    return f"<annotation>{size}{items}</annotation>"


@pytest.fixture(scope="session")
def write_annotation() -> Callable[..., str]:
    return annotation


@pytest.fixture
def voc_root(tmp_path: Path) -> Path:
    """Make a folder with images a (cat, dog), b (nothing), c (dog), each 20 wide and 10 high."""
    root = tmp_path / "voc"
    for folder in ("Annotations", "JPEGImages", "ImageSets/Main"):
        (root / folder).mkdir(parents=True)
    for name in "abc":
        Image.new("RGB", (20, 10), (10, 20, 30)).save(root / "JPEGImages" / f"{name}.png")
    (root / "Annotations/a.xml").write_text(annotation(("dog", (1, 1, 20, 10)), ("cat", (3, 4, 5, 6))))
    (root / "Annotations/b.xml").write_text(annotation())
    (root / "Annotations/c.xml").write_text(annotation(("dog", (2, 2, 2, 2))))
    (root / "ImageSets/Main/train.txt").write_text("a\nb\n")
    (root / "ImageSets/Main/test.txt").write_text("c\n")
    return root
