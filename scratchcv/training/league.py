"""The league: every detector on the same scenes with the same budget, and how it fares."""

import dataclasses
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from scratchcv.checks import Array
from scratchcv.data.source import DetectionDataset, open_dataset
from scratchcv.data.summary import summarize_dataset
from scratchcv.metrics import coco_evaluate, prediction_flops
from scratchcv.models import build_model, tiny_config
from scratchcv.training.evaluate import evaluate_detector
from scratchcv.training.recipe import Recipe, train_detector
from scratchcv.training.recipes import RECIPES, SCENES

LIMITS = (32.0**2, 48.0**2)
"""Square pixels up to which a thing in a scene of 128 x 128 pixels is small, and up to which medium. COCO's
own limits are for photographs; no thing here is as large as its 96²."""

SURVEYED = 300
"""Training scenes that anchors are cut for."""


@dataclass(frozen=True)
class Entry:
    """A detector that takes part.

    Attributes
    ----------
    model : str
        Its key in `scratchcv.training.RECIPES`.
    stages : int
        1 or 2; what is given boxes from outside and classifies them has two.
    changes : mapping
        What its builder is told besides.
    """

    model: str
    stages: int
    changes: Mapping[str, Any] = dataclasses.field(default_factory=dict)


ENTRIES = {
    **{model: Entry(model, 2 if "rcnn" in model else 1) for model in RECIPES if model != "localizer"},
    "faster_rcnn, one stage": Entry("faster_rcnn", 1, {"second_stage": False}),
}
"""All detectors with a recipe, but the localizer, which finds a single thing."""


def league_recipe(entry: Entry, images: int, seed: int = 0) -> Recipe:
    """Return a detector's recipe for scenes, cut or stretched to a number of images that it sees.

    Examples
    --------
    >>> league_recipe(ENTRIES["ssd"], 4800).steps
    300
    """
    recipe = RECIPES[entry.model]["scenes"]
    steps = max(1, images // recipe.batch_size)
    warm_up_steps = min(recipe.warm_up_steps, steps)
    return dataclasses.replace(recipe, steps=steps, warm_up_steps=warm_up_steps, seed=seed)


def train_entry(
    entry: Entry,
    images: int,
    unseen: int,
    *,
    seed: int = 0,
    folder: Path | None = None,
    progress: bool = False,
) -> tuple[Any, dict[str, Any]]:
    """Train a detector and mark it.

    Parameters
    ----------
    entry : Entry
        The detector.
    images : int
        How many images it sees in training, repetitions included.
    unseen : int
        Scenes that it is marked on.
    seed : int
        Of weights, scenes and order.
    folder : Path, optional
        Where its checkpoint goes, and from where an interrupted training goes on.
    progress : bool
        Whether to show bars.

    Returns
    -------
    model : Detector
        Trained.
    row : dict
        Its line of the table but for the time of a prediction, see `time_predictions`.

    Examples
    --------
    >>> model, row = train_entry(ENTRIES["ssd"], images=16, unseen=2)
    >>> row["boxes"], row["stages"]
    (1360, 1)
    """
    recipe = league_recipe(entry, images, seed)
    scenes = open_dataset(SCENES.get(entry.model, "scenes"), "train", size=recipe.size, seed=seed)
    shapes = summarize_dataset(scenes, limit=SURVEYED, progress=False).relative_shapes
    config = tiny_config(
        f"{entry.model}_tiny", scenes.class_names, size=recipe.size, seed=seed, relative_shapes=shapes
    )
    model = build_model({**config, **entry.changes})
    start, done = time.perf_counter(), 0

    def begin(step: int) -> None:
        nonlocal done
        done = step

    train_detector(
        model,
        scenes,
        recipe,
        checkpoint_dir=folder,
        resume=folder is not None,
        progress=progress,
        on_start=begin,
    )
    seconds = time.perf_counter() - start
    assert recipe.steps is not None
    minutes = seconds / 60 * recipe.steps / max(1, recipe.steps - done)  # of a resumed one, the whole of it
    test = open_dataset(f"scenes:{unseen}", "test", size=recipe.size, seed=seed)
    marks = evaluate_detector(model, test, progress=progress)
    sizes = coco_evaluate(marks.predictions, marks.targets, area_limits=LIMITS).stats
    row = {
        "stages": entry.stages,
        "mAP50": marks.voc.mean,
        "AP": sizes["AP"],
        "small": sizes["APs"],
        "medium": sizes["APm"],
        "large": sizes["APl"],
        "parameters": sum(parameter.value.size for parameter in model.parameters()),
        "mflops": prediction_flops(model, _images(test, 1)[0]) / 1e6,
        "boxes": model.boxes_an_image,
        "steps": recipe.steps,
        "minutes": minutes,
    }
    return model, row


def time_predictions(
    models: Mapping[str, Any], *, seed: int = 0, images: int = 8, rounds: int = 5
) -> dict[str, float]:
    """Return the milliseconds that each detector takes for one scene.

    The detectors take turns, so that what else the machine does disturbs all alike; of an image's rounds the
    fastest counts, of the images the median.

    Examples
    --------
    >>> from scratchcv.models import ssd_tiny
    >>> model = ssd_tiny(["background", "cat"], size=64)
    >>> list(time_predictions({"ssd": model}, images=2, rounds=1))
    ['ssd']
    """
    milliseconds = {name: np.full((rounds, images), np.inf) for name in models}
    for model in models.values():
        model.predict(_scenes(model.size, 1, seed))  # what is compiled now is not measured
    for turn in range(rounds):
        for name, model in models.items():
            for index, image in enumerate(_scenes(model.size, images, seed)):
                start = time.perf_counter()
                model.predict([image])
                milliseconds[name][turn, index] = 1000 * (time.perf_counter() - start)
    return {name: float(np.median(times.min(axis=0))) for name, times in milliseconds.items()}


def _scenes(size: int, count: int, seed: int) -> list[Array]:
    return _images(open_dataset(f"scenes:{count}", "test", size=size, seed=seed), count)


def _images(dataset: DetectionDataset, count: int) -> list[Array]:
    from scratchcv.data import to_tensor

    return [to_tensor(dataset[index][0]) for index in range(min(count, len(dataset)))]
