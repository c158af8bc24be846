"""The training loop: zero the gradients, forward, backward, step; and everything that keeps it safe."""

import math
import os
import sys
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from scratchcv.checks import Array
from scratchcv.errors import InputError
from scratchcv.layers.layer import Layer
from scratchcv.training.checkpoint import CHECKPOINT_NAME, previous_path
from scratchcv.training.clip_grad_norm import clip_grad_norm
from scratchcv.training.interrupt import Interrupted, PostponedInterrupt
from scratchcv.training.optimizer import Optimizer
from scratchcv.training.protocols import Batch, Loader, Model
from scratchcv.training.schedule import Schedule
from scratchcv.training.training_state import TrainingState

if TYPE_CHECKING:
    from tqdm import tqdm


class DivergedError(RuntimeError):
    """Training reached a loss, gradient or weight that is not finite; the last good checkpoint is kept.

    Examples
    --------
    >>> raise DivergedError("the box loss is nan at step 7 of 100")
    Traceback (most recent call last):
    scratchcv.training.trainer.DivergedError: the box loss is nan at step 7 of 100
    """


class Trainer:
    """Train a model, so that it can be stopped at any moment and goes on as if nothing had happened.

    Parameters
    ----------
    model : Model
        Gives named losses; they are added up with equal weights.
    optimizer : Optimizer
        Holds the model's parameters.
    schedule : Schedule
        Learning rate of each step, counted from 0.
    loader : Loader
        Gives batches of images and targets from any step on.
    total_steps : int
        How many batches to train on.
    checkpoint_dir : path, optional
        Folder for ``last.safetensors`` and the one before it; without it nothing is saved.
    checkpoint_every : int
        Steps between checkpoints; one is always written at the end.
    progress : bool
        Whether to show a progress bar, on the standard error stream: a terminal's or a notebook's.
    clip_norm : float, optional
        The largest norm of the gradient of all that is trained; a larger one is scaled down.
    frozen : sequence of Layer
        Layers of the model that stay in evaluation mode, so that no running statistic of theirs moves; the
        optimizer's `factors` keep their parameters. See `frozen_layers`.
    rng : numpy.random.Generator, optional
        The generator that the model draws from while it trains, if it does; saved and restored.
    metadata : mapping, optional
        What else to write into the checkpoint, as JSON: the command, the data set.
    on_step : callable, optional
        Called after each step with the history's new row, a dict of floats.
    on_start : callable, optional
        Called before the first step with the number of steps done already, by the training that goes on.

    Attributes
    ----------
    state : TrainingState
        What a checkpoint holds; ``state.step`` steps are done, ``state.history()`` has their curves.
    checkpoint_path : Path or None
        Where the newest checkpoint is.

    Notes
    -----
    Batches and learning rates are functions of the step, and a checkpoint holds everything else that the
    future depends on (see `TrainingState`). So a resumed training ends with bitwise the same weights.

    Ctrl-C lets the current step finish, saves, and raises `Interrupted`. A second Ctrl-C raises
    at once and saves nothing, because the weights may be half-way through an update.

    Examples
    --------
    The model is a single number that learns to be 3:

    >>> from itertools import repeat
    >>> from scratchcv.layers import Layer, Parameter
    >>> from scratchcv.training import SGD, constant
    >>> class Number(Layer):
    ...     config = {}
    ...     def __init__(self):
    ...         self.weight = Parameter(0.0)
    ...     def forward(self, images, targets):
    ...         error = self.weight.value - targets[0]
    ...         return {"square": float(error**2)}, error
    ...     def backward(self, error):
    ...         self.weight.grad += 2 * error
    >>> class Loader:
    ...     def batches(self, start_step):
    ...         return repeat(([None], [3.0]))
    >>> model = Number()
    >>> optimizer = SGD(model.parameters(), lr=0.5)
    >>> trainer = Trainer(model, optimizer, constant(0.5), Loader(), total_steps=2, progress=False)
    >>> trainer.run()["square"].tolist(), float(model.weight.value)
    ([9.0, 0.0], 3.0)
    """

    def __init__(
        self,
        model: Model,
        optimizer: Optimizer,
        schedule: Schedule,
        loader: Loader,
        *,
        total_steps: int,
        checkpoint_dir: str | os.PathLike[str] | None = None,
        checkpoint_every: int = 100,
        progress: bool = True,
        clip_norm: float | None = None,
        frozen: Sequence[Layer] = (),
        rng: np.random.Generator | None = None,
        metadata: Mapping[str, Any] | None = None,
        on_step: Callable[[dict[str, float]], None] | None = None,
        on_start: Callable[[int], None] | None = None,
    ) -> None:
        if total_steps < 0:
            raise ValueError(f"total_steps must be at least 0, got {total_steps}")
        if checkpoint_every < 1:
            raise ValueError(f"checkpoint_every must be at least 1, got {checkpoint_every}")
        self.model, self.optimizer, self.schedule, self.loader = model, optimizer, schedule, loader
        self.total_steps = total_steps
        self.checkpoint_path = None if checkpoint_dir is None else Path(checkpoint_dir, CHECKPOINT_NAME)
        self.checkpoint_every = checkpoint_every
        self.progress = progress
        self.clip_norm = math.inf if clip_norm is None else clip_norm
        self.frozen = tuple(frozen)
        self.on_step, self.on_start = on_step, on_start
        settings = {"clip_norm": clip_norm, **_data_order(loader)}
        self.state = TrainingState(model, optimizer, schedule, rng, settings, metadata)
        self._saved_step: int | None = None

    def run(self, *, resume: bool = False, overwrite: bool = False) -> dict[str, Array]:
        """Train to `total_steps` and return the history.

        Parameters
        ----------
        resume : bool
            Whether to go on from the checkpoint in `checkpoint_dir`; where there is none yet, from the start.
        overwrite : bool
            Whether a training from the start may replace an earlier one's checkpoint.

        Returns
        -------
        dict of str to ndarray
            The curves, a value for each step: "step" (counted from 1), "lr", each loss by its name, their sum
            "loss", and "gradient_norm" (before clipping). After a resume they begin at step 1 all the same.

        Raises
        ------
        InputError
            When the checkpoint cannot be read or is of another model, optimizer, schedule or data order, or
            when one is there and neither `resume` nor `overwrite` says what to do with it.
        DivergedError
            When a loss, gradient or weight is not finite.
        Interrupted
            After Ctrl-C.
        """
        self._start(resume, overwrite)
        if self.on_start:
            self.on_start(self.state.step)
        self.model.train()
        for layer in self.frozen:
            layer.training = False
        with PostponedInterrupt() as interrupt, self._batches() as batches, self._progress_bar() as bar:
            while self.state.step < self.total_steps and not interrupt.requested:
                images, targets = next(batches)
                row = self._train_step(images, targets)
                self.state.rows.append(row)
                bar.set_postfix_str(_in_words(row), refresh=False)
                bar.update()
                if self.on_step:
                    self.on_step(row)
                if self.state.step % self.checkpoint_every == 0:
                    self._save()
            self._save()
        if interrupt.requested:
            raise Interrupted(self.state.step, self.total_steps, self.checkpoint_path)
        return self.state.history()

    def _train_step(self, images: Sequence[Any], targets: Sequence[Any]) -> dict[str, float]:
        step, lr = self.state.step, float(self.schedule(self.state.step))
        self.model.zero_grad()
        losses, cache = self.model.forward(images, targets)
        losses = {name: float(loss) for name, loss in losses.items()}
        self._check_finite({f"the loss {name!r}": loss for name, loss in losses.items()}, step + 1)
        self.model.backward(cache)
        gradient_norm = clip_grad_norm(self.optimizer.parameters, self.clip_norm)
        self._check_finite({"the gradient's norm": gradient_norm}, step + 1)
        self.optimizer.step(lr)
        total = sum(losses.values())
        return {"step": step + 1, "lr": lr, "gradient_norm": gradient_norm, **losses, "loss": total}

    def _check_finite(self, numbers: Mapping[str, Array | float], step: int) -> None:
        for name, number in numbers.items():
            if not np.isfinite(number).all():
                value = number if isinstance(number, float) else "no longer finite"
                raise DivergedError(
                    f"step {step} of {self.total_steps}: {name} is {value}; "
                    "a lower learning rate, a warm-up or clip_norm may help"
                )

    def _start(self, resume: bool, overwrite: bool) -> None:
        self.state.rows, self._saved_step = [], None
        if self.checkpoint_path is None:
            return
        path = self.checkpoint_path
        earlier = [file for file in (path, previous_path(path)) if file.exists()]
        if earlier and resume:
            self.state.restore(path)
            self._saved_step = self.state.step
            if self.state.step > self.total_steps:
                done = f"{self.state.step} steps are done already"
                raise InputError(f"{path}: {done}, total_steps is {self.total_steps}")
        elif earlier and not overwrite:
            raise InputError(f"{earlier[0]}: an earlier training is here; resume it or choose another folder")
        else:
            # Killed before its first save, this training would be resumed as the earlier one.
            for file in earlier:
                file.unlink()

    def save(self) -> None:
        """Write a checkpoint now, if there is a place for it: the model was changed outside of `run`.

        Raises
        ------
        DivergedError
            When a weight is not finite.
        """
        if self.checkpoint_path is not None:
            self._check_finite(self.model.state_dict(), self.state.step)
            self.state.save(self.checkpoint_path)
            self._saved_step = self.state.step

    def _save(self) -> None:
        if self._saved_step != self.state.step:
            self.save()

    @contextmanager
    def _batches(self) -> Iterator[Iterator[Batch]]:
        batches = self.loader.batches(self.state.step)
        try:
            yield batches
        finally:
            if isinstance(batches, Generator):
                batches.close()  # stops the threads that read ahead

    def _progress_bar(self) -> "tqdm[Any]":
        from tqdm import tqdm

        return tqdm(
            desc="train",
            total=self.total_steps,
            initial=self.state.step,
            unit="step",
            disable=not self.progress,
            file=sys.stderr,
            dynamic_ncols=True,
        )


def _in_words(row: Mapping[str, float]) -> str:
    """Return the losses of a history row for the progress bar.

    Examples
    --------
    >>> _in_words({"step": 1, "lr": 0.1, "gradient_norm": 2.0, "box": 0.25, "loss": 0.25})
    'box 0.25, loss 0.25'
    """
    return ", ".join(f"{name} {value:.3g}" for name, value in list(row.items())[3:])


def _data_order(loader: Loader) -> dict[str, int]:
    """Return what the loader says about the order of its batches, to be compared at a resume."""
    names = ("seed", "batch_size", "shuffle", "drop_last", "steps_per_epoch")
    found = {name: getattr(loader, name, None) for name in names}
    return {name: value for name, value in found.items() if isinstance(value, int)}
