"""``scratchcv demo``: a detector trains, detects and draws while you watch."""

import argparse
from pathlib import Path

from scratchcv.cli.arguments import MOST_STEPS, Commands, add_command, add_quiet, add_seed, whole
from scratchcv.cli.output import next_free, output_folder
from scratchcv.cli.train import MODELS

TEST_SCENES = 200


def add_parser(commands: Commands) -> None:
    """Add the subcommand."""
    parser = add_command(
        commands,
        "demo",
        run,
        "Train a small detector on generated scenes. It then detects things in 200 scenes that it never saw.",
        "scratchcv demo ssd --out runs/demo",
    )
    parser.add_argument(
        "model", nargs="?", choices=MODELS, default="ssd", help="what to train (default: %(default)s)"
    )
    parser.add_argument(
        "--out", type=Path, help="folder for the results (default: runs/demo, or a free name)"
    )
    parser.add_argument(
        "--steps", type=whole(1, MOST_STEPS), help="train so long (default: as long as needed)"
    )
    add_seed(parser, "weights, scenes, order and augmentation")
    add_quiet(parser)


def run(arguments: argparse.Namespace) -> None:
    """Train on scenes, evaluate on others, and write the results."""
    with output_folder(arguments.out or next_free("runs/demo")) as folder:
        import dataclasses

        from scratchcv.cli.overview import print_overview
        from scratchcv.cli.training_run import TrainingRun
        from scratchcv.data.source import open_dataset
        from scratchcv.training.recipes import RECIPES, SCENES

        recipe = RECIPES[arguments.model]["scenes"]
        recipe = dataclasses.replace(recipe, seed=arguments.seed, steps=arguments.steps or recipe.steps)
        data = SCENES.get(arguments.model, "scenes")
        unseen = f"{data.partition(':')[0]}:{TEST_SCENES}"
        scenes = open_dataset(data, "train", size=recipe.size, seed=arguments.seed)
        summary = print_overview(data, "train", scenes, quiet=arguments.quiet)
        TrainingRun(
            command_line=arguments.command_line,
            folder=folder,
            builder=f"{arguments.model}_tiny",
            recipe=recipe,
            data=data,
            split="train",
            dataset=scenes,
            object_shapes=summary.relative_shapes,
            test=open_dataset(unseen, "test", size=recipe.size, seed=arguments.seed),
            quiet=arguments.quiet,
            resumable=False,
        ).carry_out()
