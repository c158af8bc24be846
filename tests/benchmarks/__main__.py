"""The command: measure, say what came out, and with ``--write`` put it into docs/performance.md."""

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from tests.benchmarks import machine


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
    with _compiling_anew(options.keep_cache):
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
def _compiling_anew(keep_cache: bool) -> Iterator[None]:
    """Give Numba an empty folder, so that first calls compile."""
    if keep_cache:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="scratchcv-benchmarks-") as folder:
        os.environ["NUMBA_CACHE_DIR"] = folder
        yield


def _run(options: argparse.Namespace) -> int:
    from tqdm import tqdm

    from tests.benchmarks import chart, report, results
    from tests.benchmarks.groups import GROUPS
    from tests.benchmarks.measure import measure

    wanted = [
        (group, row)
        for group in GROUPS
        for row, name in zip(group.rows, group.ids(), strict=True)
        if not options.only or any(text in name for text in options.only)
    ]
    if options.list or not wanted:
        print("\n".join(name for group in GROUPS for name in group.ids()))
        return 0 if options.list else 2
    described, commit = machine.describe(), machine.commit()
    for name, value in described.items():
        print(f"{name}: {value}")
    measured = []
    for group, row in (bar := tqdm(wanted, unit="row", dynamic_ncols=True)):
        bar.set_postfix_str(f"{group.name}: {row.name}")
        found = measure(row, rounds=options.rounds, seconds=options.seconds, short=options.short)
        measured.append(results.Result(group.name, row.name, commit, found))
    new = results.Results(described, measured)
    print(report.tables(new, GROUPS))
    if options.write and not options.short:
        merged = results.load().merge(described, measured)
        merged.save()
        report.write(merged, GROUPS)
        chart.write(merged, GROUPS)
    return 0


if __name__ == "__main__":
    sys.exit(main())
