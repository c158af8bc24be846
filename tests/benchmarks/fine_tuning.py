"""What pretraining is worth: ``python -m tests.benchmarks.fine_tuning`` writes a table and a picture."""

import argparse
import time
from collections.abc import Sequence
from pathlib import Path

from scratchcv.data import ObjectCrops, SceneDataset, to_tensor
from scratchcv.metrics import top_k_accuracy
from scratchcv.models import Classifier, classifier_tiny
from scratchcv.models.build import BUILDERS
from scratchcv.training import Recipe, compare_starts, train_detector
from scratchcv.visualize import plot_learning_curves, save_figure

NAMES = SceneDataset.class_names
SOURCE_CLASSES = NAMES[:5]
"""What the source model learns to name: background and the first half of the classes."""

# Three disjoint families of scenes: the source's, its test, and those of the detectors.
SOURCE_SEED, HELD_OUT_SEED, TRAIN_SEED, TEST_SEED = 101, 102, 0, 2


def main(arguments: Sequence[str] | None = None) -> None:
    """Pretrain, train each start with each number of images, and say what came out."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.fine_tuning", description=main.__doc__)
    parser.add_argument("--model", default="ssd_tiny", choices=sorted(BUILDERS))
    parser.add_argument("--counts", type=int, nargs="+", default=[10, 50, 250], help="training images")
    parser.add_argument("--source-scenes", type=int, default=1500)
    parser.add_argument("--source-steps", type=int, default=200)
    parser.add_argument("--steps", type=int, default=200, help="of each detector's training")
    parser.add_argument("--batch-size", type=int, default=10)
    parser.add_argument("--learning-rate", type=float, default=0.03)
    parser.add_argument("--augmentation", default="ssd")
    parser.add_argument("--test-scenes", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0, help="of the detectors' weights and order")
    parser.add_argument("--out", type=Path, default=Path("runs/fine_tuning"))
    options = parser.parse_args(arguments)

    start = time.perf_counter()
    source = pretrain(options.source_scenes, options.source_steps)
    print(f"{time.perf_counter() - start:.0f} s", flush=True)
    comparison = compare_starts(
        lambda: BUILDERS[options.model](NAMES, size=128, seed=options.seed),
        source.state_dict(),
        SceneDataset(max(options.counts), size=128, seed=TRAIN_SEED),
        [*SceneDataset(options.test_scenes, size=128, seed=TEST_SEED)],
        Recipe(
            size=128,
            batch_size=options.batch_size,
            steps=options.steps,
            learning_rate=options.learning_rate,
            augmentation=options.augmentation,
            seed=options.seed,
        ),
        counts=options.counts,
    )
    half = len(SOURCE_CLASSES)
    parts = {
        "all classes": None,
        "classes that the source model named": range(1, half),
        "the others": range(half, len(NAMES)),
    }
    text = "\n\n".join(f"{words}\n{comparison.table(labels)}" for words, labels in parts.items())
    print(f"{text}\n{time.perf_counter() - start:.0f} s")
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "table.txt").write_text(text + "\n", encoding="utf-8")
    title = f"{options.model}, {options.steps} steps of {options.batch_size} images"
    save_figure(
        plot_learning_curves(options.counts, comparison.scores(), title=title), options.out / "curves.png"
    )


def pretrain(scenes: int, steps: int) -> Classifier:
    """Return a classifier of single objects, trained on crops, and say how good it is on unseen ones."""
    crops, unseen = (
        ObjectCrops(SceneDataset(count, size=128, seed=seed), class_names=SOURCE_CLASSES, background=1)
        for count, seed in ((scenes, SOURCE_SEED), (150, HELD_OUT_SEED))
    )
    model = classifier_tiny(SOURCE_CLASSES)
    recipe = Recipe(size=64, batch_size=64, steps=steps, augmentation="flip", learning_rate=0.1)
    train_detector(model, crops, recipe)
    ranked = [
        prediction["labels"] for prediction in model.predict([to_tensor(crop) for crop in unseen.crops])
    ]
    accuracy = top_k_accuracy(ranked, unseen.labels)
    print(f"source: {len(crops)} crops, {steps} steps; accuracy on {len(unseen)} unseen ones {accuracy:.3f}")
    return model


if __name__ == "__main__":
    main()
