"""``scratchcv league``: train every detector on the same scenes, and compare them."""

import argparse
import json
import os
from pathlib import Path
from typing import Any

from scratchcv.cli.arguments import Commands, add_command, add_quiet, add_seed, whole
from scratchcv.cli.folder_lock import folder_lock
from scratchcv.cli.messages import say
from scratchcv.cli.output import next_free, write_json
from scratchcv.cli.progress import shows_bars
from scratchcv.errors import InputError

RESULTS_NAME, TABLE_NAME, PICTURE_NAME = "league.json", "league.md", "league.png"

IMAGES, UNSEEN = 6400, 200

COLUMNS = {
    "mAP50": ("mAP@.5", "{:.3f}"),
    "AP": ("COCO mAP", "{:.3f}"),
    "small": ("small", "{:.2f}"),
    "medium": ("medium", "{:.2f}"),
    "large": ("large", "{:.2f}"),
    "ms": ("ms an image", "{:.1f}"),
    "parameters": ("parameters", "{:,.0f}"),
    "mflops": ("MFLOPs", "{:,.0f}"),
    "boxes": ("boxes an image", "{:,.0f}"),
    "minutes": ("training, min", "{:.1f}"),
}
"""Of a row: the table's heading, and how the number is written."""


def add_parser(commands: Commands) -> None:
    """Add the subcommand."""
    parser = add_command(
        commands,
        "league",
        run,
        "Train every detector on the same scenes with the same number of images, mark all on the same unseen "
        "scenes, measure their speed in turns, and write one table and one picture.",
        "scratchcv league --out runs/league",
    )
    parser.add_argument(
        "--out", type=Path, help="folder for the results (default: runs/league, or a free name)"
    )
    parser.add_argument(
        "--images",
        type=whole(1, 10_000_000),
        default=IMAGES,
        help="images that each sees in training, repetitions included (default: %(default)s)",
    )
    parser.add_argument(
        "--unseen",
        type=whole(1, 10_000),
        default=UNSEEN,
        help="scenes to be marked on (default: %(default)s)",
    )
    parser.add_argument("--only", nargs="+", metavar="DETECTOR", help="these instead of all")
    parser.add_argument("--resume", action="store_true", help="go on with a league that was stopped")
    add_seed(parser, "weights, scenes and order")
    add_quiet(parser)


def run(arguments: argparse.Namespace) -> None:
    """Train who is not trained yet, measure the speed of all, write and print."""
    from scratchcv.training.league import ENTRIES

    names = arguments.only or list(ENTRIES)
    for name in names:
        if name not in ENTRIES:
            raise InputError(f"unknown detector {name!r}, known: {', '.join(ENTRIES)}")
    folder = _folder(arguments)
    with folder_lock(folder):
        _carry_out(names, folder, arguments)


def _carry_out(names: list[str], folder: Path, arguments: argparse.Namespace) -> None:
    """Train, measure, write and print, with the folder locked."""
    from scratchcv.training.league import ENTRIES

    settings = {"images": arguments.images, "unseen": arguments.unseen, "seed": arguments.seed}
    results = _results(folder, settings)
    for number, name in enumerate(names, start=1):
        if name not in results["rows"]:
            say(f"{name}, {number} of {len(names)}")
            results["rows"][name] = _train(name, folder, arguments)
            write_json(folder / RESULTS_NAME, results)
    _measure(results["rows"], folder, arguments.seed)
    order = {name: index for index, name in enumerate(ENTRIES)}
    results["rows"] = dict(sorted(results["rows"].items(), key=lambda item: order.get(item[0], len(order))))
    text = table(results["rows"])
    (folder / TABLE_NAME).write_text(f"{text}\n", encoding="utf-8")
    from scratchcv.kernels.cores import core_count
    from scratchcv.visualize import plot_league, save_figure

    print(text)
    threads = os.environ.get("NUMBA_NUM_THREADS") or core_count()
    print(f"ms an image: kernels on {threads} threads, the detectors in turns")
    print(folder / TABLE_NAME)
    print(write_json(folder / RESULTS_NAME, results))
    print(save_figure(plot_league(results["rows"]), folder / PICTURE_NAME))


def table(rows: dict[str, dict[str, Any]]) -> str:
    """Return a Markdown table, a line a detector.

    Examples
    --------
    >>> row = dict.fromkeys(COLUMNS, 1.0)
    >>> print(table({"ssd": row}).splitlines()[2])
    | `ssd` | 1.000 | 1.000 | 1.00 | 1.00 | 1.00 | 1.0 | 1 | 1 | 1 | 1.0 |
    """
    lines = [f"| detector | {' | '.join(heading for heading, _ in COLUMNS.values())} |"]
    lines.append("|---" * (len(COLUMNS) + 1) + "|")
    for name, row in rows.items():
        numbers = [
            form.format(row[key]) if row[key] is not None else "-" for key, (_, form) in COLUMNS.items()
        ]
        lines.append(f"| `{name}` | {' | '.join(numbers)} |")
    return "\n".join(lines)


def _folder(arguments: argparse.Namespace) -> Path:
    """Return the folder, which is new unless the league goes on."""
    folder: Path = arguments.out or (Path("runs/league") if arguments.resume else next_free("runs/league"))
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder}: is a file, a folder for the results was wanted")
    if folder.exists() and any(folder.iterdir()) and not arguments.resume:
        raise InputError(
            f"{folder}: is not empty; choose another --out, or go on with its league by --resume"
        )
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _results(folder: Path, settings: dict[str, int]) -> dict[str, Any]:
    """Return what the folder's league has found so far, or an empty one."""
    path = folder / RESULTS_NAME
    if not path.exists():
        return {**settings, "rows": {}}
    try:
        results: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        before = {name: results[name] for name in settings}
        assert isinstance(results["rows"], dict)
    except (ValueError, KeyError, TypeError, AssertionError) as error:
        raise InputError(f"{path}: not the results of a league") from error
    for name, value in settings.items():
        if before[name] != value:
            raise InputError(f"{path}: cannot be resumed: {name} was {before[name]}, is now {value}")
    return results


def _train(name: str, folder: Path, arguments: argparse.Namespace) -> dict[str, Any]:
    from scratchcv.training import DivergedError, Interrupted
    from scratchcv.training.league import ENTRIES, train_entry

    try:
        _, row = train_entry(
            ENTRIES[name],
            arguments.images,
            arguments.unseen,
            seed=arguments.seed,
            folder=_home(folder, name),
            progress=shows_bars(quiet=arguments.quiet),
        )
    except Interrupted as interruption:
        raise KeyboardInterrupt(f"{name}: {interruption}; the same command with --resume goes on") from None
    except DivergedError as error:
        raise InputError(f"{name}: {error}") from error
    return row


def _measure(rows: dict[str, dict[str, Any]], folder: Path, seed: int) -> None:
    """Write the milliseconds of all detectors into their rows."""
    from scratchcv.training.checkpoint import CHECKPOINT_NAME
    from scratchcv.training.league import time_predictions
    from scratchcv.training.load_detector import load_detector

    models = {name: load_detector(_home(folder, name) / CHECKPOINT_NAME) for name in rows}
    for name, milliseconds in time_predictions(models, seed=seed).items():
        rows[name]["ms"] = milliseconds


def _home(folder: Path, name: str) -> Path:
    return folder / name.replace(", ", "-").replace(" ", "_")
