"""The command: measure, say what came out, and with ``--write`` put it into docs/performance.md."""

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from tests.benchmarks import machine

if TYPE_CHECKING:
    from tests.benchmarks.results import Results
    from tests.benchmarks.row import Group, Row


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit status."""
    options = _parser().parse_args(arguments)
    missing = machine.missing_packages()
    if missing:
        print(
            f"{', '.join(missing)}: not installed, and there is nothing to compare with.\n"
            "In a clone: python -m pip install --editable . --group oracle",
            file=sys.stderr,
        )
        return 2
    with nullcontext() if options.keep_cache else _compiling_anew():
        return _run(options)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks",
        description="Measure this library beside PyTorch, torchvision and pycocotools.",
        epilog="example: python -m tests.benchmarks --only conv2d --only nms --write",
    )
    parser.add_argument(
        "--only",
        action="append",
        default=[],
        metavar="TEXT",
        help="measure the rows with TEXT in group/row, as --list shows them; may be repeated",
    )
    flags = {
        "--list": "show what there is to measure",
        "--short": "tiny inputs: it works, and times say nothing",
        "--keep-cache": "use kernels compiled earlier; first calls say nothing then",
        "--write": "keep the results, and write them into docs/performance.md",
    }
    for flag, words in flags.items():
        parser.add_argument(flag, action="store_true", help=words)
    parser.add_argument("--rounds", type=int, default=12, help="rounds for each row (default: 12)")
    parser.add_argument("--seconds", type=float, default=3, help="most seconds for a row (default: 3)")
    return parser


@contextmanager
def _compiling_anew() -> Iterator[None]:
    """Give Numba an empty folder, so that first calls compile."""
    before = os.environ.get("NUMBA_CACHE_DIR")
    with tempfile.TemporaryDirectory(prefix="scratchcv-benchmarks-") as folder:
        os.environ["NUMBA_CACHE_DIR"] = folder
        try:
            yield
        finally:
            os.environ.pop("NUMBA_CACHE_DIR")
            if before is not None:
                os.environ["NUMBA_CACHE_DIR"] = before


def _run(options: argparse.Namespace) -> int:
    from tests.benchmarks import chart, report, results
    from tests.benchmarks.groups import GROUPS

    rows = [
        (group, row)
        for group in GROUPS
        for row in group.rows
        if not options.only or any(text in f"{group.name}/{row.name}" for text in options.only)
    ]
    if options.list or not rows:
        print("\n".join(f"{group.name}/{row.name}" for group, row in rows) or "no row has that in its name")
        return 0 if rows else 2
    keep = options.write and not options.short
    described = machine.describe()
    print("\n".join(f"{name}: {value}" for name, value in described.items()))
    measured = results.Results(described)
    differing = _measure(rows, measured, options, results.FILE if keep else None)
    print(report.tables(measured, GROUPS))
    print("\n".join(differing), file=sys.stderr)
    if keep:
        kept = results.load()
        report.write(kept, GROUPS)
        chart.write(kept, GROUPS)
    return 1 if differing else 0


def _measure(
    rows: "Sequence[tuple[Group, Row]]", measured: "Results", options: argparse.Namespace, file: Path | None
) -> list[str]:
    """Measure rows one by one, and keep each as soon as it is there; return where the two sides differ."""
    from tqdm import tqdm

    from tests.benchmarks import results
    from tests.benchmarks.measure import measure

    commit, differing = machine.commit(), []
    for group, row in (bar := tqdm(rows, unit="row", dynamic_ncols=True)):
        name = f"{group.name}/{row.name}"
        bar.set_postfix_str(name)
        try:
            numbers = measure(row, rounds=options.rounds, seconds=options.seconds, short=options.short)
        except AssertionError as error:
            differing.append(f"{name}: the two sides differ: {error}")
            continue
        measured.add(results.Result(group.name, row.name, commit, numbers))
        if file is not None:
            results.load(file).merge(measured).save(file)
    return differing


if __name__ == "__main__":
    sys.exit(main())
