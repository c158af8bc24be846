"""From data to a trained detector with its report: what ``demo`` and ``train`` share."""

import dataclasses
import json
import platform
import shlex
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import scratchcv
from scratchcv.backend import get_backend
from scratchcv.cli.messages import CommandFailedError, say
from scratchcv.cli.output import write_json
from scratchcv.cli.progress import PlainProgress, shows_bars
from scratchcv.errors import InputError
from scratchcv.training.checkpoint import CHECKPOINT_NAME, previous_path

if TYPE_CHECKING:
    from scratchcv.checks import Array
    from scratchcv.data.source import DetectionDataset
    from scratchcv.models import Detector
    from scratchcv.training.evaluate import Evaluation
    from scratchcv.training.recipe import Recipe

REPORT_NAME = "report.json"

PICTURES, PICTURED_SCORE = 12, 0.4
"""How many images are drawn with their detections, and what these score at least."""


@dataclass(frozen=True)
class TrainingRun:
    """A training to be done, and where its results go.

    Attributes
    ----------
    command_line : sequence of str
        What was typed; it is noted in the report.
    folder : Path
        Where the results go.
    builder : str
        The model's name in `scratchcv.models.build_model`.
    recipe : Recipe
        The numbers.
    data, split : str
        What it is trained on, for the report.
    dataset : DetectionDataset
        The same, opened.
    object_shapes : ndarray of shape (R, 2)
        Relative widths and heights of its objects, which a model's anchors are cut for.
    test : DetectionDataset, optional
        What it is evaluated on.
    quiet : bool
        Whether nothing is said of progress.
    checkpoint_every : int
        Steps between checkpoints.
    resumable : bool
        Whether the command can go on with a training that was stopped.
    """

    command_line: Sequence[str]
    folder: Path
    builder: str
    recipe: "Recipe"
    data: str
    split: str
    dataset: "DetectionDataset"
    object_shapes: "Array"
    test: "DetectionDataset | None" = None
    quiet: bool = False
    checkpoint_every: int = 50
    resumable: bool = True

    def carry_out(self, *, resume: bool = False) -> None:
        """Train, evaluate, write and print."""
        from scratchcv.models import build_model, tiny_config
        from scratchcv.training import keep_freed_memory
        from scratchcv.training.compile_kernels import compile_kernels

        model: Detector = build_model(
            tiny_config(
                self.builder,
                self.dataset.class_names,
                size=self.recipe.size,
                seed=self.recipe.seed,
                relative_shapes=self.object_shapes,
            )
        )
        keep_freed_memory()
        seconds = {"compile": compile_kernels(model)}
        history, seconds["train"] = self._train(model, resume)
        report = self._about_training(history)
        files = self._draw_training(history)
        if self.test is not None:
            evaluation = self._evaluate(model, self.test)
            seconds["evaluate"] = evaluation.seconds
            files.append(self._draw_detections(self.test, evaluation))
            report = {**evaluation.report(), **report}
            print(evaluation)
            print()
        report["seconds"] = {name: round(value, 2) for name, value in seconds.items()}
        files.append(write_json(self.folder / REPORT_NAME, report))
        print("  ".join(f"{name} {value:.1f} s" for name, value in seconds.items()))
        for file in (self.folder / CHECKPOINT_NAME, *files):
            print(file)

    def _train(self, model: "Detector", resume: bool) -> "tuple[dict[str, Array], float]":
        """Return the history and the seconds of training, those before a resume included."""
        from scratchcv.training import DivergedError, Interrupted
        from scratchcv.training.recipe import train_detector

        total_steps = self.recipe.total_steps(len(self.dataset))
        bars = shows_bars(quiet=self.quiet)
        earlier, start = 0.0, time.perf_counter()

        def begin(step: int) -> None:
            nonlocal earlier, start
            earlier, start = self._seconds_before() if step else 0.0, time.perf_counter()
            if step:
                say(f"going on at step {step} of {total_steps}")
            elif resume:
                say(f"{self.folder}: nothing to go on with, beginning")

        try:
            history = train_detector(
                model,
                self.dataset,
                self.recipe,
                checkpoint_dir=self.folder,
                checkpoint_every=self.checkpoint_every,
                resume=resume,
                progress=bars,
                metadata={"data": self.data, "split": self.split},
                on_step=None if bars or self.quiet else PlainProgress(total_steps),
                on_start=begin,
            )
        except DivergedError as error:
            raise CommandFailedError(str(error)) from error
        except Interrupted as interruption:
            seconds = {"train": round(earlier + time.perf_counter() - start, 2)}
            with suppress(OSError):  # to have stopped well is worth more than to know the time
                write_json(self.folder / REPORT_NAME, {"interrupted": str(interruption), "seconds": seconds})
            raise KeyboardInterrupt(f"{interruption}{self._way_on()}") from None
        except OSError as error:
            path = self.folder / CHECKPOINT_NAME
            if not (path.exists() or previous_path(path).exists()):
                raise
            place = f"{error.filename}: " if error.filename else ""
            survives = f"the last checkpoint survives{self._way_on()}"
            raise InputError(f"{place}{error.strerror or error}; {survives}") from error
        return history, earlier + time.perf_counter() - start

    def _way_on(self) -> str:
        return "; the same command with --resume goes on" if self.resumable else ""

    def _seconds_before(self) -> float:
        """Return how long the training took until it was stopped, as far as its report knows."""
        try:
            report = json.loads((self.folder / REPORT_NAME).read_text(encoding="utf-8"))
            return float(report["seconds"]["train"])
        except (OSError, ValueError, KeyError, TypeError):
            return 0.0  # killed before it wrote one

    def _evaluate(self, model: "Detector", test: "DetectionDataset") -> "Evaluation":
        from scratchcv.training.evaluate import evaluate_detector

        return evaluate_detector(model, test, progress=shows_bars(quiet=self.quiet))

    def _about_training(self, history: "dict[str, Array]") -> dict[str, Any]:
        from scratchcv.doctor import PACKAGES, version_of

        final = {name: values[-1].item() for name, values in history.items() if len(values)}
        versions = {name: version_of(name) for name in PACKAGES}
        return {
            "command": shlex.join(self.command_line),
            "seed": self.recipe.seed,
            "model": self.builder,
            "data": self.data,
            "split": self.split,
            "classes": list(self.dataset.class_names[1:]),
            "training_images": len(self.dataset),
            "recipe": dataclasses.asdict(self.recipe),
            "last_step": final,
            "backend": get_backend(),
            "versions": {"scratchcv": scratchcv.__version__, "python": platform.python_version(), **versions},
        }

    def _draw_training(self, history: "dict[str, Array]") -> list[Path]:
        from scratchcv.visualize import plot_training, save_figure

        curves = {name: values.tolist() for name, values in history.items() if name != "gradient_norm"}
        return [save_figure(plot_training(curves), self.folder / "training.png")]

    def _draw_detections(self, test: "DetectionDataset", evaluation: "Evaluation") -> Path:
        from scratchcv.data import shrink
        from scratchcv.visualize import detection_grid, save_figure

        images, targets, predictions = [], [], []
        for index in range(min(PICTURES, len(test))):
            photograph, _ = test[index]
            image, target = shrink(photograph, evaluation.targets[index])
            images.append(image)
            targets.append(target)
            predictions.append(shrink(photograph, evaluation.predictions[index])[1])
        figure = detection_grid(
            images, targets, predictions, evaluation.class_names, score_threshold=PICTURED_SCORE
        )
        return save_figure(figure, self.folder / "detections.png")
