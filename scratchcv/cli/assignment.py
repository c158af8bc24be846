"""``scratchcv assignment``: exercise sheets, for students and for instructors."""

import argparse
import functools
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scratchcv.cli.arguments import Commands, add_command, add_quiet, whole
from scratchcv.cli.messages import CommandFailedError, print_result
from scratchcv.cli.output import check_new_file
from scratchcv.cli.progress import shows_bars

if TYPE_CHECKING:
    from scratchcv.grading.sheets.sheet import Sheet

PLATFORMS = ("gradescope", "nbgrader", "otter", "github")
VISIBILITIES = ("visible", "after_due_date", "after_published", "hidden")
LEVELS = ("sealed", "guarded", "self-check")
MOST_SEEDS, MOST_JOBS = 100_000, 256


def add_parser(commands: Commands) -> None:
    """Add the subcommand and its own subcommands."""
    parser = add_command(
        commands,
        "assignment",
        lambda arguments: None,
        "Exercise sheets: hand out, check, make your own. Grade what comes back with scratchcv grade.",
        "scratchcv assignment new a1_boxes my_boxes && scratchcv assignment check my_boxes",
    )
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    add_command(actions, "list", _list, "List the sheets.", "scratchcv assignment list")
    _add_new(actions)
    _add_check(actions)
    _add_report(actions)
    _add_init(actions)
    _add_verify(actions)
    _add_export(actions)


def _add_new(actions: Commands) -> None:
    parser = add_command(
        actions,
        "new",
        _new,
        "Begin a sheet. Writes the functions to fill in, and the notebook that leads through them.",
        "scratchcv assignment new a1_boxes my_boxes",
    )
    _add_sheet(parser)
    parser.add_argument("folder", type=Path, metavar="DIR", help="where to; nothing is written over")
    parser.add_argument(
        "--notebook", action="store_true", help="have the functions in the notebook, without a .py file"
    )


def _add_check(actions: Commands) -> None:
    parser = add_command(
        actions,
        "check",
        _check,
        "Check your functions on the visible cases. Takes seconds, and gives no points.",
        "scratchcv assignment check my_boxes box_iou --html check.html",
    )
    parser.add_argument("path", type=Path, metavar="DIR", help="your folder, .py file or notebook")
    parser.add_argument("exercises", nargs="*", default=[], metavar="EXERCISE", help="which; all by default")
    parser.add_argument(
        "--sheet", metavar="SHEET", help="a sheet's name or folder; by default that of your file's name"
    )
    parser.add_argument("--html", type=Path, metavar="FILE", help="write a page with pictures, too")
    add_quiet(parser)


def _add_report(actions: Commands) -> None:
    parser = add_command(
        actions,
        "report",
        _report,
        "Write a page for each result of a grading. Students read why they lost points.",
        "scratchcv assignment report graded --to pages",
    )
    parser.add_argument("graded", type=Path, metavar="GRADED", help="what scratchcv grade --to wrote")
    parser.add_argument("--to", type=Path, required=True, metavar="DIR", help="folder for the pages")
    parser.add_argument(
        "--instructor", action="store_true", help="tell all, hidden cases and seeds too: not for students"
    )
    add_quiet(parser)


def _add_init(actions: Commands) -> None:
    parser = add_command(
        actions,
        "init",
        _init,
        "Begin a sheet of your own from any functions. Writes files that run as they are, to be filled in.",
        "scratchcv assignment init my_sheet mycourse.geometry.rotate",
    )
    parser.add_argument("folder", type=Path, metavar="DIR", help="where to; nothing is written over")
    parser.add_argument(
        "functions", nargs="+", metavar="FUNCTION", help="dotted name of a function that can be imported"
    )


def _add_verify(actions: Commands) -> None:
    parser = add_command(
        actions,
        "verify",
        _verify,
        "Prove a sheet. Stubs must earn nothing, right solutions everything, and mistakes less.",
        "scratchcv assignment verify a1_boxes --seeds 100 --jobs 2",
    )
    _add_sheet(parser)
    parser.add_argument(
        "--seeds",
        type=whole(1, MOST_SEEDS),
        default=20,
        help="with how many seeds each right solution is tried (default: %(default)s; a full proof has 1000)",
    )
    parser.add_argument(
        "--jobs", type=whole(1, MOST_JOBS), default=1, help="how many processes (default: %(default)s)"
    )
    add_quiet(parser)


def _add_export(actions: Commands) -> None:
    parser = add_command(
        actions,
        "export",
        _export,
        "Write a sheet for another platform: stubs, and what grades them there.",
        "scratchcv assignment export a1_boxes --for gradescope --to gradescope --secret-file course.key",
    )
    _add_sheet(parser)
    parser.add_argument("--for", dest="target", choices=PLATFORMS, required=True, help="the platform")
    parser.add_argument("--to", type=Path, required=True, metavar="DIR", help="where to")
    parser.add_argument(
        "--secret-file", type=Path, metavar="FILE", help="the course's secret; github alone needs none"
    )
    parser.add_argument(
        "--wheel", type=Path, metavar="FILE", help="of scratchcv, where it is not to come from PyPI"
    )
    parser.add_argument(
        "--visibility",
        choices=VISIBILITIES,
        default="visible",
        help="when students see what came of hidden cases, on gradescope (default: %(default)s)",
    )
    parser.add_argument(
        "--require",
        choices=LEVELS,
        default="guarded",
        help="the least isolation with which submissions are graded (default: %(default)s)",
    )


def _add_sheet(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("sheet", metavar="SHEET", help="a sheet's name, or the folder of one of your own")


def _load(name: str) -> "Sheet":
    """Return the sheet; functions of one's own may lie in the folder that the command is run in."""
    from scratchcv.grading.sheets.sheet import load_sheet

    _find_own_modules()
    return load_sheet(name)


def _find_own_modules() -> None:
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.append(here)  # last, so that no file of one's own stands in for a library


def _list(arguments: argparse.Namespace) -> None:
    from scratchcv.grading.sheets.sheet import load_sheet, sheet_names

    for sheet in map(load_sheet, sheet_names()):
        print_result(f"{sheet.name}  {sheet.title}, {sheet.points:g} points")
        for exercise in sheet.exercises:
            print_result(f"    {exercise.name:<28} {exercise.points:>4g}")


def _new(arguments: argparse.Namespace) -> None:
    from scratchcv.grading.sheets.new_assignment import new_assignment

    files = new_assignment(_load(arguments.sheet), arguments.folder, notebook=arguments.notebook)
    print_result("\n".join(map(str, files)))
    print_result(
        f"\nWrite the functions in {files[0].name}, then: scratchcv assignment check {arguments.folder}"
    )


def _check(arguments: argparse.Namespace) -> None:
    if arguments.html:
        check_new_file(arguments.html, overwrite=True, inputs=[arguments.path], suffixes=[".html"])
    from scratchcv.grading.check_file import check_file
    from scratchcv.grading.process.outcome import SandboxFaultError
    from scratchcv.grading.reports.html import report_html
    from scratchcv.grading.reports.markdown import color_markdown, report_markdown

    progress = _bar("checking", quiet=arguments.quiet)
    sheet = _load(arguments.sheet) if arguments.sheet else None
    try:
        result = check_file(arguments.path, sheet, only=arguments.exercises, progress=progress)
    except SandboxFaultError as error:
        raise CommandFailedError(f"the check itself failed, which is not your fault: {error}") from error
    text = report_markdown(result)
    print_result(color_markdown(text) if _shows_colors() else text)
    if arguments.html:
        arguments.html.parent.mkdir(parents=True, exist_ok=True)
        arguments.html.write_text(report_html(result), encoding="utf-8")
        print_result(f"\n-> {arguments.html}")


def _bar(name: str, *, quiet: bool) -> Callable[[Iterable[Any]], Iterable[Any]]:
    """Return what passes items on and shows how far it is, on a terminal."""
    from tqdm import tqdm

    return functools.partial(tqdm, desc=name, unit="", leave=False, disable=not shows_bars(quiet=quiet))


def _shows_colors() -> bool:
    return sys.stdout.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"


def _report(arguments: argparse.Namespace) -> None:
    from scratchcv.grading.reports.pages import report_pages

    progress = _bar("pages", quiet=arguments.quiet)
    pages = report_pages(arguments.graded, arguments.to, instructor=arguments.instructor, progress=progress)
    print_result(f"{len(pages)} pages -> {arguments.to}")


def _init(arguments: argparse.Namespace) -> None:
    from scratchcv.grading.sheets.init_sheet import init_sheet

    _find_own_modules()
    files, unknown = init_sheet(arguments.folder, arguments.functions)
    for file in files:
        print(file)
    for name in unknown:
        print(f"{name}: no inputs could be guessed; write them in cases/{name}.py before anything else")
    print(
        f"\nNext: fill in cases and mistakes, then: scratchcv assignment verify {arguments.folder} --seeds 10"
    )


def _verify(arguments: argparse.Namespace) -> None:
    from scratchcv.grading.proof.verify import verify_sheet

    report = verify_sheet(
        _load(arguments.sheet),
        seeds=arguments.seeds,
        jobs=arguments.jobs,
        progress=shows_bars(quiet=arguments.quiet),
    )
    print_result(report.table())
    if not report.ok:
        raise CommandFailedError("the sheet does not keep what it promises; see the table")


def _export(arguments: argparse.Namespace) -> None:
    from scratchcv.grading.exporters import export

    sheet = _load(arguments.sheet)
    files = export(
        sheet,
        arguments.target,
        arguments.to,
        secret_file=arguments.secret_file,
        wheel=arguments.wheel,
        visibility=arguments.visibility,
        require=arguments.require,
    )
    print_result("\n".join(map(str, files)))
