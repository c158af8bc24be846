"""``scratchcv demo``: a detector trains, detects and draws while you watch."""

import argparse
from contextlib import ExitStack
from pathlib import Path

from scratchcv.cli.arguments import MOST_STEPS, Commands, add_command, add_quiet, add_seed, number, whole
from scratchcv.cli.output import next_free, output_folder
from scratchcv.cli.train import MODELS
from scratchcv.errors import InputError

TEST_SCENES = 200

DEFAULT_MODEL = "ssd"


def add_parser(commands: Commands) -> None:
    """Add the subcommand."""
    parser = add_command(
        commands,
        "demo",
        run,
        "Train a small detector on generated scenes. It then detects things in 200 scenes that it never saw.",
        "scratchcv demo ssd --out runs/demo",
    )
    parser.add_argument("model", nargs="?", choices=MODELS, help=f"what to train (default: {DEFAULT_MODEL})")
    parser.add_argument(
        "--out", type=Path, help="folder for the results (default: runs/demo, or a free name)"
    )
    parser.add_argument(
        "--steps", type=whole(1, MOST_STEPS), help="train so long (default: as long as needed)"
    )
    live = parser.add_argument_group("live detection, on a page in your browser")
    live.add_argument("--live", action="store_true", help="after the training, detect until Ctrl-C")
    live.add_argument("--checkpoint", type=Path, metavar="FILE", help="what a training wrote; do not train")
    live.add_argument(
        "--source", type=Path, metavar="DIR", help="images, or a video's frames (default: scenes without end)"
    )
    live.add_argument("--port", type=whole(0, 65535), default=0, help="of the page (default: a free one)")
    live.add_argument("--no-browser", action="store_true", help="only print the page's address")
    live.add_argument("--frames", type=whole(1, MOST_STEPS), help="stop after so many")
    live.add_argument(
        "--to",
        type=Path,
        metavar="DIR",
        help="new folder for each frame as a file; a --source is then shown once",
    )
    live.add_argument(
        "--score", type=number(0, 1), default=0.4, help="leave out what scores lower (default: %(default)s)"
    )
    add_seed(parser, "weights, scenes, order and augmentation")
    add_quiet(parser)


def run(arguments: argparse.Namespace) -> None:
    """Train on scenes, evaluate on others, and write the results; then detect live if asked to."""
    if not arguments.live:
        for name in ("checkpoint", "source", "frames", "to"):
            if getattr(arguments, name) is not None:
                raise InputError(f"--{name} belongs to --live")
        _train(arguments)
        return
    from scratchcv.cli.live import Live, image_files
    from scratchcv.training.checkpoint import CHECKPOINT_NAME

    if arguments.source is not None:
        image_files(arguments.source)  # what is wrong with it is said before a training
    elif arguments.to is not None and arguments.frames is None:
        raise InputError("--to needs --frames, or a --source: there is no end of scenes")
    with ExitStack() as stack:
        folder = None if arguments.to is None else stack.enter_context(output_folder(arguments.to))
        if arguments.checkpoint is None:
            checkpoint = _train(arguments) / CHECKPOINT_NAME
        else:
            checkpoint = arguments.checkpoint
            if checkpoint.is_dir():
                checkpoint = checkpoint / CHECKPOINT_NAME
        from scratchcv.training.load_detector import load_detector

        model = load_detector(checkpoint)
        name = str(model.config["model"]).removesuffix("_tiny")
        if arguments.model not in (None, name):
            raise InputError(f"{checkpoint}: holds {name}, not {arguments.model}")
        live = Live(
            source=arguments.source,
            port=arguments.port,
            browser=not arguments.no_browser,
            frames=arguments.frames,
            folder=folder,
            score=arguments.score,
            seed=arguments.seed,
        )
        live.show(model, name)


def _train(arguments: argparse.Namespace) -> Path:
    """Train, evaluate, write, and return the folder."""
    model = arguments.model or DEFAULT_MODEL
    with output_folder(arguments.out or next_free("runs/demo")) as folder:
        import dataclasses

        from scratchcv.cli.overview import print_overview
        from scratchcv.cli.training_run import TrainingRun
        from scratchcv.data.source import open_dataset
        from scratchcv.training.recipes import RECIPES, SCENES

        recipe = RECIPES[model]["scenes"]
        recipe = dataclasses.replace(recipe, seed=arguments.seed, steps=arguments.steps or recipe.steps)
        data = SCENES.get(model, "scenes")
        unseen = f"{data.partition(':')[0]}:{TEST_SCENES}"
        scenes = open_dataset(data, "train", size=recipe.size, seed=arguments.seed)
        summary = print_overview(data, "train", scenes, quiet=arguments.quiet)
        TrainingRun(
            command_line=arguments.command_line,
            folder=folder,
            builder=f"{model}_tiny",
            recipe=recipe,
            data=data,
            split="train",
            dataset=scenes,
            object_shapes=summary.relative_shapes,
            test=open_dataset(unseen, "test", size=recipe.size, seed=arguments.seed),
            quiet=arguments.quiet,
            resumable=False,
        ).carry_out()
        return folder
