"""``scratchcv grade``: grade submissions, one or a whole class's."""

import argparse
import functools
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from scratchcv.cli.arguments import Commands, add_command, add_quiet, number, whole
from scratchcv.cli.folder_lock import LOCK_NAME, folder_lock
from scratchcv.cli.messages import CommandFailedError, print_result
from scratchcv.cli.progress import shows_bars
from scratchcv.errors import InputError

if TYPE_CHECKING:
    from scratchcv.grading.result import SubmissionResult
    from scratchcv.grading.sheets.sheet import Sheet
    from scratchcv.grading.submissions.submission import Submission, Unreadable

MOST_JOBS = 256


def add_parser(commands: Commands) -> None:
    """Add the subcommand."""
    parser = add_command(
        commands,
        "grade",
        run,
        "Grade submissions of an exercise sheet. Each exercise runs in a sealed process; the same command "
        "goes on where an earlier one stopped.",
        "scratchcv grade submissions/ --sheet a1_boxes --secret-file course.key --to graded --jobs 4",
    )
    parser.add_argument(
        "submissions",
        type=Path,
        nargs="?",
        metavar="SUBMISSIONS",
        help="a folder or zip archive with a folder, archive or file for each student; or one submission",
    )
    parser.add_argument("--sheet", metavar="SHEET", help="a sheet's name, or the folder of one's own")
    parser.add_argument(
        "--secret-file", type=Path, metavar="FILE", help="the course's secret, from which inputs are drawn"
    )
    parser.add_argument(
        "--new-secret", action="store_true", help="write a new secret into the secret file, and stop"
    )
    parser.add_argument("--to", type=Path, metavar="DIR", help="folder for the results and gradebook.csv")
    parser.add_argument(
        "--jobs", type=whole(1, MOST_JOBS), default=1, metavar="N", help="how many at a time (default: 1)"
    )
    parser.add_argument("--cluster", metavar="ADDRESS", help="grade on the workers of this Dask scheduler")
    parser.add_argument(
        "--require",
        choices=("sealed", "guarded", "self-check"),
        default="guarded",
        help="the least isolation with which submissions are graded (default: %(default)s)",
    )
    parser.add_argument(
        "--seconds",
        type=number(0, 3600, above=True),
        default=5.0,
        help="what each call of a student's function may take (default: %(default)g)",
    )
    parser.add_argument(
        "--explain-sandbox", action="store_true", help="say what is closed to a submission here"
    )
    parser.add_argument("--replay", type=Path, metavar="RESULT", help="grade again what a result is about")
    add_quiet(parser)


def run(arguments: argparse.Namespace) -> None:
    """Grade, or do what stands in for it."""
    if arguments.explain_sandbox:
        _explain_sandbox()
    elif arguments.new_secret:
        _new_secret(arguments)
    elif arguments.replay:
        _replay(arguments)
    else:
        _grade(arguments)


def _grade(arguments: argparse.Namespace) -> None:
    _need(arguments, "submissions", "sheet", "secret_file", "to")
    from scratchcv.grading.course.gradebook import write_gradebook
    from scratchcv.grading.course.secret_file import read_secret
    from scratchcv.grading.sheets.sheet import load_sheet
    from scratchcv.grading.submissions.class_folder import read_submissions
    from scratchcv.grading.submissions.sheet_file import Wanted

    sheet, secret = load_sheet(arguments.sheet), read_secret(arguments.secret_file)
    wanted = Wanted(sheet.name, tuple(exercise.name for exercise in sheet.exercises))
    submissions = read_submissions(arguments.submissions, wanted)
    folder = _results_folder(arguments.to)
    with folder_lock(folder):
        results: list[SubmissionResult] = []
        try:
            for result in _with_bar(
                _results(arguments, sheet, secret, submissions), len(submissions), arguments
            ):
                results.append(result)
        except KeyboardInterrupt as interruption:
            done = f"{len(results)} of {len(submissions)} submissions have their results in {folder}"
            raise KeyboardInterrupt(f"Interrupted: {done}; the same command goes on") from interruption
        except RuntimeError as error:
            raise CommandFailedError(str(error)) from error
        path = write_gradebook(folder, sheet, results)
    counts = Counter(result.status for result in results)
    print_result(f"{', '.join(f'{count} {status}' for status, count in sorted(counts.items()))} -> {path}")
    if counts["not graded"]:
        raise CommandFailedError(
            f"{counts['not graded']} not graded, by a fault of the grader; the same command tries them again"
        )


def _results(
    arguments: argparse.Namespace,
    sheet: "Sheet",
    secret: bytes,
    submissions: "list[Submission | Unreadable]",
) -> "Iterator[SubmissionResult]":
    from scratchcv.grading.course.batch import Run, Terms, grade_batch
    from scratchcv.grading.course.cluster import run_on_cluster
    from scratchcv.grading.course.processes import run_in_processes
    from scratchcv.grading.process.sandbox import Limits

    terms = Terms.of(sheet, secret, Limits(seconds=arguments.seconds), arguments.require)
    somewhere: Run = functools.partial(run_in_processes, jobs=arguments.jobs)
    if arguments.cluster:
        somewhere = functools.partial(run_on_cluster, address=arguments.cluster)
    return grade_batch(terms, submissions, arguments.to, somewhere)


def _with_bar(
    results: "Iterator[SubmissionResult]", total: int, arguments: argparse.Namespace
) -> "Iterator[SubmissionResult]":
    from tqdm import tqdm

    bar = tqdm(total=total, desc="grading", unit="", disable=not shows_bars(quiet=arguments.quiet))
    with bar:
        for result in results:
            bar.update()
            yield result


def _results_folder(path: Path) -> Path:
    """Return the folder, made if need be, after a check that it is ours."""
    if path.exists() and not path.is_dir():
        raise InputError(f"{path}: is a file, a folder for the results was wanted")
    names = {file.name for file in path.iterdir()} - {LOCK_NAME} if path.is_dir() else set()
    if names and "results" not in names:
        raise InputError(
            f"{path}: is not empty, and has no results of an earlier grading; choose another --to"
        )
    path.mkdir(parents=True, exist_ok=True)
    return path


def _new_secret(arguments: argparse.Namespace) -> None:
    _need(arguments, "secret_file")
    from scratchcv.grading.course.secret_file import new_secret

    new_secret(arguments.secret_file)
    print_result(f"a new secret -> {arguments.secret_file}; keep it, and keep it from students")


def _replay(arguments: argparse.Namespace) -> None:
    from scratchcv.grading.course.replay import replay
    from scratchcv.grading.sheets.sheet import load_sheet

    differences = replay(arguments.replay, load_sheet(arguments.sheet) if arguments.sheet else None)
    if differences:
        for difference in differences:
            print_result(difference)
        raise CommandFailedError("this grading came out otherwise")
    print_result(f"{arguments.replay}: graded again, with the same outcome")


def _explain_sandbox() -> None:
    from scratchcv.grading.process.levels import explain
    from scratchcv.grading.process.sandbox import Sandbox

    with Sandbox() as sandbox:
        print_result(explain(sandbox.status))


def _need(arguments: argparse.Namespace, *names: str) -> None:
    missing = [name for name in names if getattr(arguments, name) is None]
    if missing:
        words = [name.upper() if name == "submissions" else f"--{name.replace('_', '-')}" for name in missing]
        raise InputError(f"grade needs {', '.join(words)}")
