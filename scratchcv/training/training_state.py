"""What a training checkpoint holds: everything that the rest of the training depends on."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from scratchcv.checks import Array
from scratchcv.errors import InputError
from scratchcv.training.checkpoint import (
    load_checkpoint,
    model_state,
    save_checkpoint,
    with_prefix,
    without_prefix,
)
from scratchcv.training.optimizer import Optimizer
from scratchcv.training.protocols import Model
from scratchcv.training.schedule import Schedule


class TrainingState:
    """A model, its optimizer and its history, which are saved and restored together.

    Parameters
    ----------
    model : Model
        What is trained.
    optimizer : Optimizer
        What trains it.
    schedule : Schedule
        Learning rate of each step; a function, so it is not saved but compared with the history.
    rng : numpy.random.Generator, optional
        The generator that the model draws from, if it does.
    settings : mapping, optional
        What else must be the same when the training is resumed: the data's order, for instance.
    extra : mapping, optional
        What else to write; it may change.

    Attributes
    ----------
    rows : list of dict
        The history, one row of floats for each step done.

    Notes
    -----
    Arrays in the file: ``model.<name>`` and ``optimizer.<name>`` as their `state_dict` names them, and
    ``history.<column>`` in float64. Metadata: ``model`` and ``optimizer`` (their `config`), ``settings``,
    ``step``, ``history`` (the columns in order), ``rng`` (the generator's state or null), ``extra``.

    Examples
    --------
    >>> from scratchcv.layers import Layer, Parameter
    >>> from scratchcv.training import SGD, constant
    >>> model = Layer()
    >>> model.weight, model.config = Parameter([1.0]), {"size": 128}
    >>> state = TrainingState(model, SGD([model.weight], 0.1), constant(0.1))
    >>> sorted(state.arrays())
    ['model.weight', 'optimizer.steps', 'optimizer.velocity.0']
    """

    def __init__(
        self,
        model: Model,
        optimizer: Optimizer,
        schedule: Schedule,
        rng: np.random.Generator | None = None,
        settings: Mapping[str, Any] | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        self.model, self.optimizer, self.schedule, self.rng = model, optimizer, schedule, rng
        self.settings, self.extra = dict(settings or {}), dict(extra or {})
        self.rows: list[dict[str, float]] = []

    @property
    def step(self) -> int:
        """How many steps are done."""
        return len(self.rows)

    def history(self) -> dict[str, Array]:
        """Return the curves so far, a float64 array for each column."""
        columns = self.rows[0] if self.rows else ()
        return {name: np.array([row[name] for row in self.rows], np.float64) for name in columns}

    def arrays(self) -> dict[str, Array]:
        """Return everything that is an array, by its name in the file."""
        return {
            **with_prefix(self.model.state_dict(), "model."),
            **with_prefix(self.optimizer.state_dict(), "optimizer."),
            **with_prefix(self.history(), "history."),
        }

    def metadata(self) -> dict[str, Any]:
        """Return everything else, as JSON has it."""
        metadata = {
            "model": dict(self.model.config),
            "optimizer": self.optimizer.config,
            "settings": self.settings,
            "step": self.step,
            "history": list(self.history()),
            "rng": self.rng.bit_generator.state if self.rng else None,
            "extra": self.extra,
        }
        as_json: dict[str, Any] = json.loads(json.dumps(metadata))
        return as_json

    def save(self, path: Path) -> None:
        """Write the checkpoint."""
        save_checkpoint(path, self.arrays(), self.metadata())

    def restore(self, path: Path) -> None:
        """Take up a checkpoint of the same training.

        Raises
        ------
        InputError
            When the file is damaged, or of another model, optimizer, schedule or `settings`.
        """
        arrays, metadata = load_checkpoint(path)
        try:
            self._check_same_training(metadata, arrays)
            self.model.load_state_dict(model_state(arrays))
            self.optimizer.load_state_dict(without_prefix(arrays, "optimizer."))
            columns = [arrays[f"history.{name}"].tolist() for name in metadata["history"]]
            self.rows = [
                dict(zip(metadata["history"], row, strict=True)) for row in zip(*columns, strict=True)
            ]
            if self.rng:
                self.rng.bit_generator.state = metadata["rng"]
        except KeyError as error:
            raise InputError(f"{path}: not the checkpoint of a training: it has no {error}") from error
        except ValueError as error:
            raise InputError(f"{path}: cannot be resumed: {error}") from error

    def _check_same_training(self, saved: Mapping[str, Any], arrays: Mapping[str, Array]) -> None:
        now = self.metadata()
        for part in ("model", "optimizer", "settings"):
            for key in sorted({*saved[part], *now[part]}):
                before, after = saved[part].get(key), now[part].get(key)
                if before != after:
                    raise ValueError(f"{part}: {key} was {before}, is now {after}")
        for step, lr in enumerate(arrays["history.lr"].tolist() if saved["step"] else ()):
            if lr != self.schedule(step):
                raise ValueError(
                    f"the learning rate of step {step + 1} was {lr:g}, would now be {self.schedule(step):g}; "
                    "a training goes on with the schedule that it began with"
                )
