"""Pages of a whole grading: one for each result, to be handed back or to be read oneself."""

from collections.abc import Callable, Iterable
from pathlib import Path

from scratchcv.errors import InputError
from scratchcv.grading.course.results_folder import RESULTS, read_result, write_atomically
from scratchcv.grading.reports.html import report_html

Progress = Callable[[Iterable[Path]], Iterable[Path]]


def report_pages(
    graded: Path, folder: Path, *, instructor: bool = False, progress: Progress = iter
) -> list[Path]:
    """Write an HTML page for each result of a grading; earlier pages of the same results are replaced.

    Parameters
    ----------
    graded : Path
        What ``scratchcv grade --to`` wrote.
    folder : Path
        Where the pages go to; made where it is absent.
    instructor : bool
        Whether the pages tell all, as in `report_html`.
    progress : callable
        Passes the files of the results on, as `tqdm` does.

    Raises
    ------
    InputError
        When there are no results, or a file is none. All are read before the first page is written.

    Examples
    --------
    >>> report_pages(Path("nowhere"), Path("pages"))
    Traceback (most recent call last):
    scratchcv.errors.InputError: nowhere: there is no folder results in it, as a grading writes it
    """
    if not (graded / RESULTS).is_dir():
        raise InputError(f"{graded}: there is no folder {RESULTS} in it, as a grading writes it")
    files = sorted((graded / RESULTS).glob("*.json"))
    for file in files:
        read_result(file)
    folder.mkdir(parents=True, exist_ok=True)
    pages = []
    for file in progress(files):
        page = folder / f"{file.stem}.html"
        write_atomically(page, report_html(read_result(file), instructor=instructor))
        pages.append(page)
    return pages
