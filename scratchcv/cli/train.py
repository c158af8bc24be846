"""``scratchcv train``: train a detector on your own images."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from scratchcv.cli.arguments import (
    MOST_STEPS,
    Commands,
    add_batch_size,
    add_command,
    add_data,
    add_quiet,
    add_seed,
    number,
    side,
    whole,
)
from scratchcv.cli.output import output_folder
from scratchcv.cli.progress import shows_bars

if TYPE_CHECKING:
    from scratchcv.data.source import DetectionDataset
    from scratchcv.data.summary import DatasetSummary
    from scratchcv.training.recipe import Recipe

MODELS = (
    "localizer",
    "sliding_window",
    "rcnn",
    "fast_rcnn",
    "faster_rcnn",
    "yolo_v1",
    "yolo_v2",
    "yolo_v3",
    "ssd",
    "retinanet",
)
"""As in `scratchcv.training.recipes`, which is too heavy to import for a ``--help``."""

AUGMENTATIONS = ("none", "flip", "ssd", "microscope")
"""As in `scratchcv.training.recipe`, which is too heavy as well."""

SIZE_HELP = "side of the model's input, a multiple of 64 pixels (default: 128 on scenes, 256 on photographs)"
EPOCHS_HELP = "how often to see each image (default: 40 on photographs)"
STEPS_HELP = "how many batches to see instead (default: 300 on scenes)"
BATCH_SIZE_HELP = "images a step (default: 16)"
LR_HELP = "highest learning rate (default: 0.03)"
PRETRAINED_HELP = "begin with this training's backbone, or with published weights (.safetensors, .pth)"
BACKBONE_RATE_HELP = "its learning rate beside the new layers' (default: 1; 0 freezes it)"
AUGMENTATION_HELP = "what happens to images (default: none on scenes, ssd on photographs)"


def add_parser(commands: Commands) -> None:
    """Add the subcommand."""
    parser = add_command(
        commands,
        "train",
        run,
        "Train a detector from random weights. It can be stopped at any time, and goes on with --resume.",
        "scratchcv train ssd --data voc:path/to/VOC2007 --split trainval --eval-split test --out runs/voc",
    )
    parser.add_argument("model", choices=MODELS, help="what to train")
    add_data(parser, split="trainval")
    parser.add_argument("--eval-split", metavar="SPLIT", help="evaluate on this part of the data at the end")
    parser.add_argument("--size", type=side, help=SIZE_HELP)
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--epochs", type=whole(1, MOST_STEPS), help=EPOCHS_HELP)
    length.add_argument("--steps", type=whole(1, MOST_STEPS), help=STEPS_HELP)
    add_batch_size(parser, BATCH_SIZE_HELP)
    parser.add_argument("--lr", type=number(0, 10, above=True), help=LR_HELP)
    parser.add_argument("--augmentation", choices=AUGMENTATIONS, help=AUGMENTATION_HELP)
    parser.add_argument("--pretrained", type=Path, metavar="FILE", help=PRETRAINED_HELP)
    parser.add_argument("--backbone-rate", type=number(0, 1), metavar="FACTOR", help=BACKBONE_RATE_HELP)
    add_seed(parser, "weights, scenes, order and augmentation")
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help="folder for the results (default: runs/MODEL)"
    )
    parser.add_argument(
        "--resume", action="store_true", help="go on with the training in that folder, or begin it"
    )
    parser.add_argument(
        "--checkpoint-every", type=whole(1, MOST_STEPS), default=50, metavar="STEPS", help=argparse.SUPPRESS
    )
    add_quiet(parser)


def run(arguments: argparse.Namespace) -> None:
    """Train, evaluate if asked to, and write the results."""
    with output_folder(arguments.out or Path("runs", arguments.model), resume=arguments.resume) as folder:
        from scratchcv.cli.training_run import TrainingRun
        from scratchcv.training.recipes import SCENES

        recipe = _recipe(arguments)
        if arguments.data == "scenes":
            arguments.data = SCENES.get(arguments.model, arguments.data)
        dataset, summary = _open(arguments, arguments.split, recipe.size)
        test = _open(arguments, arguments.eval_split, recipe.size)[0] if arguments.eval_split else None
        TrainingRun(
            command_line=arguments.command_line,
            folder=folder,
            builder=f"{arguments.model}_tiny",
            recipe=recipe,
            data=arguments.data,
            split=arguments.split,
            dataset=dataset,
            object_shapes=summary.relative_shapes,
            test=test,
            quiet=arguments.quiet,
            checkpoint_every=arguments.checkpoint_every,
        ).carry_out(resume=arguments.resume)


def _recipe(arguments: argparse.Namespace) -> "Recipe":
    """Return the usual recipe for the model and the data with what the command line says otherwise."""
    import dataclasses

    from scratchcv.data.source import is_drawn
    from scratchcv.training.recipes import RECIPES

    kind = "scenes" if is_drawn(arguments.data) else "photographs"
    recipe = RECIPES[arguments.model][kind]
    wanted = {
        "size": arguments.size,
        "batch_size": arguments.batch_size,
        "learning_rate": arguments.lr,
        "augmentation": arguments.augmentation,
        "seed": arguments.seed,
        "backbone_rate": arguments.backbone_rate,
        "pretrained": None if arguments.pretrained is None else str(arguments.pretrained),
    }
    changes = {name: value for name, value in wanted.items() if value is not None}
    if arguments.epochs or arguments.steps:
        changes |= {"epochs": arguments.epochs, "steps": arguments.steps}
    return dataclasses.replace(recipe, **changes)


def _open(
    arguments: argparse.Namespace, split: str, size: int
) -> tuple["DetectionDataset", "DatasetSummary"]:
    """Open a split, and print what is in it."""
    from scratchcv.cli.overview import print_overview
    from scratchcv.data.source import open_dataset

    dataset = open_dataset(
        arguments.data,
        split,
        size=size,
        seed=arguments.seed,
        on_error=arguments.on_error,
        progress=shows_bars(quiet=arguments.quiet),
    )
    return dataset, print_overview(arguments.data, split, dataset, quiet=arguments.quiet)
