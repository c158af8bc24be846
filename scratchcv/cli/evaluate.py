"""``scratchcv evaluate``: how good a trained detector is."""

import argparse
from pathlib import Path

from scratchcv.cli.arguments import (
    Commands,
    add_batch_size,
    add_command,
    add_data,
    add_overwrite,
    add_quiet,
    add_seed,
)
from scratchcv.cli.output import check_new_file, write_json
from scratchcv.cli.progress import shows_bars


def add_parser(commands: Commands) -> None:
    """Add the subcommand."""
    parser = add_command(
        commands,
        "evaluate",
        run,
        "Measure a trained detector. Prints VOC's average precision and COCO's twelve numbers.",
        "scratchcv evaluate runs/voc/last.safetensors --data voc:path/to/VOC2007 --split test",
    )
    parser.add_argument("checkpoint", type=Path, metavar="CHECKPOINT", help="what a training wrote")
    add_data(parser, split="test")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all numbers to FILE")
    parser.add_argument(
        "--curves", type=Path, metavar="FILE", help="draw precision against recall (.png, .svg or .pdf)"
    )
    add_batch_size(parser, "images at a time (default: 16)")
    add_seed(parser, "scenes")
    add_overwrite(parser)
    add_quiet(parser)


def run(arguments: argparse.Namespace) -> None:
    """Evaluate, print, and write what was asked for."""
    from scratchcv.visualize import FIGURE_SUFFIXES

    for file, suffixes in ((arguments.json, (".json",)), (arguments.curves, FIGURE_SUFFIXES)):
        if file is not None:
            check_new_file(
                file, overwrite=arguments.overwrite, inputs=[arguments.checkpoint], suffixes=suffixes
            )
    from scratchcv.data.source import open_dataset
    from scratchcv.training.evaluate import evaluate_detector
    from scratchcv.training.load_detector import load_detector

    model = load_detector(arguments.checkpoint)
    dataset = open_dataset(
        arguments.data,
        arguments.split,
        class_names=model.config["class_names"],
        size=model.size,
        seed=arguments.seed,
        on_error=arguments.on_error,
        progress=shows_bars(quiet=arguments.quiet),
    )
    evaluation = evaluate_detector(
        model, dataset, batch_size=arguments.batch_size or 16, progress=shows_bars(quiet=arguments.quiet)
    )
    print(evaluation)
    if arguments.json is not None:
        content = {"checkpoint": str(arguments.checkpoint), "data": arguments.data, "split": arguments.split}
        print(write_json(arguments.json, {**content, **evaluation.report()}))
    if arguments.curves is not None:
        from scratchcv.visualize import plot_precision_recall, save_figure

        print(save_figure(plot_precision_recall(evaluation.voc), arguments.curves))
