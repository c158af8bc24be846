"""``scratchcv detect``: find objects in photographs."""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from scratchcv.cli.arguments import Commands, add_command, add_overwrite, number
from scratchcv.cli.messages import print_result
from scratchcv.cli.output import check_new_file, next_free
from scratchcv.errors import InputError

if TYPE_CHECKING:
    from scratchcv.checks import Array


def add_parser(commands: Commands) -> None:
    """Add the subcommand."""
    parser = add_command(
        commands,
        "detect",
        run,
        "Find objects in images. Prints each box (class, score, x1 y1 x2 y2 in pixels) and draws them.",
        "scratchcv detect runs/demo/last.safetensors photo.jpg --score 0.5",
    )
    parser.add_argument("checkpoint", type=Path, metavar="CHECKPOINT", help="what a training wrote")
    parser.add_argument("images", type=Path, nargs="+", metavar="IMAGE", help="photographs of any size")
    parser.add_argument(
        "--out",
        type=Path,
        metavar="DIR",
        help="folder for DIR/<image>.png (default: runs/detect, or a free name)",
    )
    parser.add_argument(
        "--score", type=number(0, 1), default=0.3, help="leave out what scores lower (default: %(default)s)"
    )
    add_overwrite(parser)


def run(arguments: argparse.Namespace) -> None:
    """Detect in each image, print and draw."""
    drawings = _drawings(arguments)
    from scratchcv.data.image import load_image, to_tensor
    from scratchcv.training.load_detector import load_detector
    from scratchcv.visualize import draw_prediction, save_figure

    model = load_detector(arguments.checkpoint)
    for file in arguments.images:
        load_image(file)  # one bad image among many is found before anything is written
    names = model.config["class_names"]
    for file, drawing in zip(arguments.images, drawings, strict=True):
        image = load_image(file)
        (prediction,) = model.predict([to_tensor(image)])
        sure = prediction["scores"] >= arguments.score
        prediction = {name: values[sure] for name, values in prediction.items()}
        figure = draw_prediction(image, prediction, names, score_threshold=arguments.score)
        saved = save_figure(figure, drawing, dpi=200)
        print_result(f"{file}: {int(sure.sum())} detections -> {saved}\n{table(prediction, names)}")


def table(prediction: Mapping[str, "Array"], class_names: Sequence[str]) -> str:
    """Return a line a box: class, score, and x1 y1 x2 y2 in pixels.

    Examples
    --------
    >>> import numpy as np
    >>> box = {"boxes": np.array([[1, 2, 30, 40.5]]), "scores": np.array([0.9]), "labels": np.array([1])}
    >>> print(table(box, ["background", "cat"]), end="")
    cat                  0.900      1.0      2.0     30.0     40.5
    """
    rows = zip(prediction["labels"], prediction["scores"], prediction["boxes"], strict=True)
    return "".join(
        f"{class_names[int(label)]:<20} {score:.3f} {' '.join(f'{edge:8.1f}' for edge in box)}\n"
        for label, score, box in rows
    )


def _drawings(arguments: argparse.Namespace) -> list[Path]:
    """Return where each image is drawn to, after a check that this harms nothing."""
    folder = arguments.out or next_free("runs/detect")
    sources: dict[Path, Path] = {}
    for file in arguments.images:
        drawing = folder / f"{file.stem}.png"
        if drawing in sources:
            raise InputError(
                f"{file}: would be drawn to {drawing}, as {sources[drawing]}: detect them one by one"
            )
        check_new_file(drawing, overwrite=arguments.overwrite, inputs=arguments.images)
        sources[drawing] = file
    return list(sources)
