"""Recipes: all the numbers of a training in one place, and the call that follows them."""

import dataclasses
import math
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scratchcv.checks import Array
from scratchcv.data.augment import (
    Compose,
    RandomHorizontalFlip,
    RandomRotate90,
    RandomVerticalFlip,
    Resize,
    Transform,
)
from scratchcv.data.augment_ssd import RandomIoUCrop, RandomPhotometricDistort, ssd_augmentation
from scratchcv.data.batch import BatchLoader, Dataset
from scratchcv.errors import InputError
from scratchcv.models import Detector
from scratchcv.proposals import ProposalDataset
from scratchcv.training.checkpoint import CHECKPOINT_NAME, load_checkpoint, previous_path
from scratchcv.training.fine_tune import frozen_by_design, frozen_layers, learning_rate_factors
from scratchcv.training.pretrained import backbone_name, load_backbone
from scratchcv.training.schedule import cosine, warm_up
from scratchcv.training.sgd import SGD
from scratchcv.training.trainer import Trainer

AUGMENTATIONS: dict[str, Callable[[tuple[int, int]], Transform]] = {
    "none": Resize,
    "flip": lambda size: Compose([RandomHorizontalFlip(), Resize(size)]),
    "ssd": ssd_augmentation,
    "microscope": lambda size: Compose(
        [
            RandomIoUCrop(min_scale=0.5),
            Resize(size),
            RandomRotate90(),
            RandomHorizontalFlip(),
            RandomVerticalFlip(),
            RandomPhotometricDistort(permute_channels=False),
        ]
    ),
}
"""What may happen to an image before it comes into a batch: nothing; a mirror; SSD's patches, zoom, colours;
or, for what has no up and down, patches, quarter turns, mirrors, colours. All end in the model's size."""


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How to train a detector: stochastic gradient descent with momentum, a warm-up, and half a cosine down.

    Attributes
    ----------
    size : int
        Side of the model's input in pixels, which images are stretched to.
    batch_size : int
        Images a step; a smaller data set is taken whole.
    steps, epochs : int, optional
        How long: exactly one of the two.
    learning_rate, momentum, weight_decay : float
        Of `SGD`; the learning rate is the highest of the schedule.
    warm_up_steps : int
        Steps of the ramp before the full learning rate.
    clip_norm : float, optional
        The largest norm of the whole gradient.
    augmentation : str
        A key of `AUGMENTATIONS`.
    pretrained : str, optional
        A checkpoint whose backbone the training begins with, see `load_backbone`; by default with the model
        as it is.
    backbone_rate : float
        What the learning rate is multiplied with in the pretrained part of the model (`backbone_name`): .1 to
        fine-tune it, 0 to freeze it with its running statistics.
    seed : int
        Of the order of images and of augmentation.

    Raises
    ------
    ValueError
        When a number is out of range.

    Examples
    --------
    >>> Recipe(epochs=3, batch_size=16).total_steps(images=100)
    18
    >>> Recipe(steps=10, augmentation="mixup")
    Traceback (most recent call last):
    ValueError: augmentation must be one of none, flip, ssd, microscope, got 'mixup'
    """

    size: int = 256
    batch_size: int = 16
    steps: int | None = None
    epochs: int | None = None
    learning_rate: float = 0.03
    momentum: float = 0.9
    weight_decay: float = 5e-4
    warm_up_steps: int = 20
    clip_norm: float | None = 10.0
    augmentation: str = "ssd"
    pretrained: str | None = None
    backbone_rate: float = 1.0
    seed: int = 0

    def __post_init__(self) -> None:
        if (self.steps is None) == (self.epochs is None):
            raise ValueError(f"either steps or epochs must be given, got {self.steps} and {self.epochs}")
        for name in ("size", "batch_size", "steps", "epochs"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise ValueError(f"{name} must be at least 1, got {value}")
        if not 0 < self.learning_rate < math.inf:
            raise ValueError(f"learning_rate must be positive and finite, got {self.learning_rate}")
        if not 0 <= self.backbone_rate < math.inf:
            raise ValueError(f"backbone_rate must be at least 0 and finite, got {self.backbone_rate}")
        if self.augmentation not in AUGMENTATIONS:
            known = ", ".join(AUGMENTATIONS)
            raise ValueError(f"augmentation must be one of {known}, got {self.augmentation!r}")

    def total_steps(self, images: int) -> int:
        """Return how many steps this is on a data set of so many images."""
        if self.steps is not None:
            return self.steps
        assert self.epochs is not None
        return self.epochs * (images // min(self.batch_size, images))


def train_detector(
    model: Detector,
    dataset: Dataset,
    recipe: Recipe,
    *,
    checkpoint_dir: str | os.PathLike[str] | None = None,
    checkpoint_every: int = 50,
    resume: bool = False,
    progress: bool = False,
    metadata: Mapping[str, Any] | None = None,
    on_step: Callable[[dict[str, float]], None] | None = None,
    on_start: Callable[[int], None] | None = None,
) -> dict[str, Array]:
    """Train a detector on a data set as a recipe says.

    Parameters
    ----------
    model : Detector
        Changed in place; its input should have the recipe's size. One that takes proposals from outside, by
        its `propose`, is given them as ``target["proposals"]``; one that draws from an `rng` has that saved
        and restored; one with a `fit` is fitted on the data set after the last step, and saved again.
    dataset : Dataset
        Images with targets; at least one.
    recipe : Recipe
        The numbers.
    checkpoint_dir, checkpoint_every, progress, on_step, on_start
        As of `Trainer`.
    resume : bool
        Whether to go on from the checkpoint in `checkpoint_dir`; where there is none, from the start.
    metadata : mapping, optional
        What else to write into checkpoints, as JSON. At a resume "split" must be the same, and the kind of
        "data", such as "voc".

    Returns
    -------
    dict of str to ndarray
        The history, see `Trainer.run`.

    Raises
    ------
    InputError
        When an image cannot be read, or the checkpoint is of another model, data set or recipe.
    DivergedError
        When a loss, gradient or weight is not finite.
    Interrupted
        After Ctrl-C.

    Examples
    --------
    >>> from scratchcv.data import SceneDataset
    >>> from scratchcv.models import ssd_tiny
    >>> model = ssd_tiny(SceneDataset.class_names, size=64)
    >>> recipe = Recipe(size=64, batch_size=2, steps=1, augmentation="flip")
    >>> history = train_detector(model, SceneDataset(4, size=64), recipe)
    >>> history["step"].tolist(), sorted(history)
    ([1.0], ['box', 'classification', 'gradient_norm', 'loss', 'lr', 'step'])
    """
    total_steps = recipe.total_steps(len(dataset))
    propose = getattr(model, "propose", None)
    if propose is not None:
        dataset = ProposalDataset(dataset, propose)
    if recipe.pretrained is not None and not (resume and _has_checkpoint(checkpoint_dir)):
        load_backbone(model, recipe.pretrained)
    rates = frozen_by_design(model)
    if recipe.backbone_rate != 1:
        rates[backbone_name(model)] = recipe.backbone_rate
    loader = BatchLoader(
        dataset,
        min(recipe.batch_size, len(dataset)),
        transform=AUGMENTATIONS[recipe.augmentation]((recipe.size, recipe.size)),
        seed=recipe.seed,
    )
    trainer = Trainer(
        model,
        SGD(
            model.parameters(),
            recipe.learning_rate,
            momentum=recipe.momentum,
            weight_decay=recipe.weight_decay,
            decay_1d=False,
            factors=learning_rate_factors(model, rates) if rates else None,
        ),
        warm_up(cosine(recipe.learning_rate, total_steps), recipe.warm_up_steps),
        loader,
        total_steps=total_steps,
        checkpoint_dir=checkpoint_dir,
        checkpoint_every=checkpoint_every,
        progress=progress,
        clip_norm=recipe.clip_norm,
        rng=getattr(model, "rng", None),
        frozen=frozen_layers(model, rates),
        metadata={**(metadata or {}), "recipe": dataclasses.asdict(recipe), "images": len(dataset)},
        on_step=on_step,
        on_start=on_start,
    )
    if resume and trainer.checkpoint_path is not None:
        _check_same_recipe(trainer.checkpoint_path, trainer.state.extra)
    history = trainer.run(resume=resume)
    fit = getattr(model, "fit", None)
    if fit is not None:
        fit(dataset, progress=progress)
        trainer.save()
    return history


def _check_same_recipe(path: Path, now: Mapping[str, Any]) -> None:
    """Refuse what `Trainer` cannot see: another augmentation, or more images of the same epoch length."""
    if not _has_checkpoint(path.parent):
        return
    before = load_checkpoint(path)[1].get("extra", {})
    changes = {name: (before[name], now.get(name)) for name in ("data", "split") if name in before}
    if _kind(before.get("data")) == _kind(now.get("data")):
        changes.pop("data", None)  # a folder may have moved: what counts is its split and its images
    changes["images"] = before.get("images"), now["images"]
    defaults = dataclasses.asdict(Recipe(steps=1))  # of what an older recipe did not know
    for name, value in now["recipe"].items():
        changes[name] = (before.get("recipe", {}).get(name, defaults[name]), value)
    for name, (old, new) in changes.items():
        if old != new:
            raise InputError(f"{path}: cannot be resumed: {name} was {old}, is now {new}")


def _has_checkpoint(folder: str | os.PathLike[str] | None) -> bool:
    """Say whether a training of that folder could be resumed."""
    if folder is None:
        return False
    path = Path(folder, CHECKPOINT_NAME)
    return path.exists() or previous_path(path).exists()


def _kind(source: str | None) -> str:
    """Return "voc" of "voc:photos"."""
    return (source or "").partition(":")[0]
