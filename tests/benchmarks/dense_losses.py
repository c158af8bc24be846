"""What to do about easy negatives: ``python -m tests.benchmarks.dense_losses`` writes table and picture."""

import argparse
import dataclasses
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from scratchcv.boxes import box_area
from scratchcv.data import SceneDataset
from scratchcv.losses import DENSE_LOSSES
from scratchcv.models import build_model, tiny_config
from scratchcv.training import RECIPES, train_detector
from scratchcv.training.evaluate import Evaluation, evaluate_detector
from scratchcv.visualize import class_color, new_figure, save_figure

NAMES = SceneDataset.class_names
SIZE = 128

TRAIN_SEED, TEST_SEED = 0, 2
"""Two disjoint families of scenes; each training sees the same scenes in the same order."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Train the tiny RetinaNet with each loss, the same batches each, and say what came out."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.dense_losses", description=main.__doc__)
    parser.add_argument("--losses", nargs="+", default=list(DENSE_LOSSES), choices=list(DENSE_LOSSES))
    parser.add_argument("--seeds", type=int, nargs="+", default=[0], help="of the detectors' weights")
    parser.add_argument("--steps", type=int, default=300, help="of each training")
    parser.add_argument("--batch-size", type=int, default=16)
    parser.add_argument("--learning-rate", type=float, default=RECIPES["retinanet"]["scenes"].learning_rate)
    parser.add_argument("--train-scenes", type=int, default=20_000)
    parser.add_argument("--test-scenes", type=int, default=200)
    parser.add_argument("--out", type=Path, default=Path("runs/dense_losses"))
    options = parser.parse_args(arguments)

    scenes = SceneDataset(options.train_scenes, size=SIZE, seed=TRAIN_SEED)
    unseen = SceneDataset(options.test_scenes, size=SIZE, seed=TEST_SEED)
    sizes = np.concatenate(
        [np.sqrt(box_area(scenes[n][1]["boxes"])) / SIZE for n in range(min(len(scenes), 300))]
    )
    start, rows = time.perf_counter(), {}
    for loss in options.losses:
        rows[loss] = []
        for seed in options.seeds:
            config = tiny_config("retinanet_tiny", NAMES, size=SIZE, seed=seed, relative_sizes=sizes)
            model = build_model({**config, "loss": loss})
            recipe = dataclasses.replace(
                RECIPES["retinanet"]["scenes"],
                steps=options.steps, batch_size=options.batch_size, learning_rate=options.learning_rate,
            )  # fmt: skip
            train_detector(model, scenes, recipe)
            rows[loss].append(evaluate_detector(model, unseen))
            print(f"{loss}, seed {seed}: {time.perf_counter() - start:.0f} s", flush=True)
    text = table(rows)
    print(text)
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "table.txt").write_text(text + "\n", encoding="utf-8")
    save_bars(rows, options.steps, options.out / "losses.png")


def marks(evaluation: Evaluation) -> tuple[float, float, float]:
    """Return mAP@.5, COCO's mAP, and how many boxes of an image have a score of .5 or more."""
    sure = sum(int((found["scores"] >= 0.5).sum()) for found in evaluation.predictions)
    return evaluation.voc.mean, evaluation.coco.stats["AP"], sure / max(len(evaluation.predictions), 1)


def table(rows: dict[str, list[Evaluation]]) -> str:
    """Return a line for each loss: means over the seeds."""
    lines = [f"{'loss':<14}{'mAP@.5':>8}{'COCO mAP':>10}{'boxes an image with a score of at least .5':>44}"]
    for loss, evaluations in rows.items():
        half, coco, sure = np.mean([marks(evaluation) for evaluation in evaluations], axis=0)
        lines.append(f"{loss:<14}{half:>8.3f}{coco:>10.3f}{sure:>44.2f}")
    return "\n".join(lines)


def save_bars(rows: dict[str, list[Evaluation]], steps: int, path: Path) -> None:
    """Draw both mAPs of each loss; a dot is a seed."""
    figure = new_figure(7, 3)
    ax = figure.subplots()
    for row, evaluations in enumerate(rows.values()):
        found = np.array([marks(evaluation)[:2] for evaluation in evaluations])
        for column, name in enumerate(("mAP@.5", "COCO mAP")):
            place, label = row + 0.4 * column - 0.2, name if row == 0 else None
            ax.barh(place, found[:, column].mean(), height=0.36, color=class_color(column + 1), label=label)
            ax.plot(found[:, column], [place] * len(found), "o", color="black", markersize=3)
    ax.set_yticks(range(len(rows)), list(rows))
    ax.invert_yaxis()
    ax.set(xlim=(0, 1), xlabel="mAP", title=f"the tiny RetinaNet after {steps} steps")
    ax.legend(frameon=False, loc="lower right")
    ax.spines[["top", "right"]].set_visible(False)
    save_figure(figure, path)


if __name__ == "__main__":
    main()
