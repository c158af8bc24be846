"""COCO's evaluation of boxes at the size of its validation set, beside pycocotools."""

import contextlib
import io
from typing import Any

import numpy as np

from scratchcv.metrics import coco_evaluate
from tests.benchmarks.draw import generator
from tests.benchmarks.row import Call, Group, Inputs, Row
from tests.golden import make_coco

IMAGES, CLASSES, TRUTHS, DETECTIONS = 5_000, 80, 36_000, 300_000


def draw(short: bool) -> Inputs:
    """Draw truths of all sizes in classes rare and common, and detections around them, better or worse."""
    rng = generator()
    images, classes, truths, found = (8, 5, 40, 200) if short else (IMAGES, CLASSES, TRUTHS, DETECTIONS)
    image = rng.integers(0, images, truths)
    label = 1 + rng.choice(classes, truths, p=rng.dirichlet(np.full(classes, 0.7)))
    side = np.exp(rng.normal(4, 1, (truths, 2))).clip(4, 500)
    corner = rng.uniform(0, 640, (truths, 2))

    which, score = rng.integers(0, truths, found), rng.random(found)
    error = rng.normal(0, 0.25, (found, 4)) * (1 - 0.8 * score[:, None])
    found_side = side[which] * np.exp(error[:, 2:])
    found_corner = corner[which] + error[:, :2] * side[which]
    found_label = np.where(rng.random(found) < 0.6, label[which], rng.integers(1, classes + 1, found))

    targets = {
        "boxes": _quarters(corner, side),
        "labels": label,
        "crowd": rng.random(truths) < 0.01,
        "area": side.prod(axis=1) * rng.uniform(0.5, 1, truths),
    }
    predictions = {"boxes": _quarters(found_corner, found_side), "scores": score, "labels": found_label}
    return {
        "predictions": _by_image(predictions, image[which], images),
        "targets": _by_image(targets, image, images),
    }


def _quarters(corner: np.ndarray, side: np.ndarray) -> np.ndarray:
    """Return boxes of whole quarters of a pixel, whose sides are exact whether stored or subtracted."""
    return np.round(4 * np.concatenate([corner, corner + side], axis=1)) / 4


def _by_image(columns: dict[str, np.ndarray], image: np.ndarray, images: int) -> list[dict[str, np.ndarray]]:
    order = np.argsort(image, kind="stable")
    ends = np.searchsorted(image[order], np.arange(1, images))
    parts = {name: np.split(column[order], ends) for name, column in columns.items()}
    return [{name: part[i] for name, part in parts.items()} for i in range(images)]


def ours(given: Inputs) -> Call:
    def evaluate() -> Any:
        result = coco_evaluate(given["predictions"], given["targets"])
        return result.precision, result.recall

    return evaluate


def theirs(given: Inputs) -> Call:
    """Return evaluation and accumulation; the lists of dictionaries and their index are made before."""
    from pycocotools.cocoeval import COCOeval

    truth, found = make_coco.as_pycocotools(given["predictions"], given["targets"], "bbox")

    def evaluate() -> Any:
        evaluation = COCOeval(truth, found, "bbox")
        with contextlib.redirect_stdout(io.StringIO()):
            evaluation.evaluate()
            evaluation.accumulate()
        return evaluation.eval["precision"], evaluation.eval["recall"]

    return evaluate


def same_numbers(ours: Any, theirs: Any) -> None:
    """Fail unless precision and recall, of which all of COCO's numbers are means, are equal."""
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(a, b, rtol=0, atol=1e-12)


GROUP = Group(
    "coco",
    "COCO evaluation of boxes",
    (
        Row(
            f"{IMAGES:,} images, {CLASSES} classes, {DETECTIONS:,} detections",
            draw,
            ours,
            theirs,
            same_numbers,
        ),
    ),
    row_limit=0.02,
)
