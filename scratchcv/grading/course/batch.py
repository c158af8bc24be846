"""Many submissions: each graded once, its result on the disk as soon as it is there."""

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from scratchcv.errors import InputError
from scratchcv.grading.course.results_folder import ResultsFolder
from scratchcv.grading.course.secret_file import fingerprint
from scratchcv.grading.grade import grade_source
from scratchcv.grading.process.sandbox import Limits
from scratchcv.grading.result import SubmissionResult
from scratchcv.grading.sheets.sheet import Sheet, load_sheet, sheet_names
from scratchcv.grading.submissions.submission import Submission, Unreadable


@dataclass(frozen=True)
class Terms:
    """What is the same for all submissions: sheet, secret, limits, and the least level of the sandbox.

    Attributes
    ----------
    sheet : str
        A sheet's name, or the folder of one's own.
    sheet_digest : str
        The sheet's state; a machine that has another state of it must not grade.
    secret : bytes
        The course's.
    limits : Limits
        Of each exercise's process.
    require : {"sealed", "guarded", "self-check"}
        The least level of isolation.
    """

    sheet: str
    sheet_digest: str
    secret: bytes = field(repr=False)
    limits: Limits
    require: str

    @classmethod
    def of(cls, sheet: Sheet, secret: bytes, limits: Limits | None = None, require: str = "guarded") -> Self:
        """Return the terms of a sheet; the library's own are known by name on every machine."""
        ours = sheet.name in sheet_names() and load_sheet(sheet.name).folder == sheet.folder
        name = sheet.name if ours else str(sheet.folder)
        return cls(name, sheet.digest, secret, limits or Limits(), require)

    @property
    def settings(self) -> dict[str, Any]:
        """What two gradings must have in common for one to stand for the other."""
        return {
            "limits": vars(self.limits).copy(),
            "require": self.require,
            "secret": fingerprint(self.secret),
        }


Run = Callable[[Terms, Sequence[Submission]], Iterator[SubmissionResult]]
"""Grades submissions somewhere, and yields the results in any order."""


def grade_batch(
    terms: Terms, submissions: Iterable[Submission | Unreadable], folder: Path, run: Run
) -> Iterator[SubmissionResult]:
    """Grade all submissions that have no result yet, and yield every one's result as it is on the disk.

    A result stands where sheet, submission, secret and settings are those of now; what a fault of the grader
    left ungraded is graded again.

    Parameters
    ----------
    terms : Terms
    submissions : iterable of Submission or Unreadable
    folder : Path
        A results folder, new or an earlier one.
    run : callable
        `run_in_processes` or `run_on_cluster` of the rooms beside this one, with their own arguments filled
        in.

    Raises
    ------
    InputError
        When this system cannot shut submissions in as well as is required.
    """
    store = ResultsFolder(folder)
    waiting: dict[tuple[str, str], Submission] = {}
    for submission in submissions:
        if isinstance(submission, Unreadable):
            result = unreadable(terms, submission)
            store.write(result)
            yield result
            continue
        found = store.find(submission.name, submission.digest)
        if found is not None and _stands(found, terms):
            yield found
        else:
            waiting[submission.name, submission.digest] = submission
    for result in run(terms, list(waiting.values())):
        store.write(result, waiting[result.student, result.digest])
        yield result


def grade_safely(sheet: Sheet, terms: Terms, submission: Submission) -> SubmissionResult:
    """Grade one submission; what goes wrong in the grader is tried once more, and is never a zero.

    Raises
    ------
    InputError
        When the submission cannot be shut in as well as is required, or the sheet is broken: all others too.
    """
    if sheet.digest != terms.sheet_digest:
        raise InputError(f"sheet {sheet.name} is in another state here than where grading was started")
    fault = ""
    for _ in range(2):
        try:
            result = grade_source(
                sheet,
                submission.source,
                terms.secret,
                student=submission.name,
                digest=submission.digest,
                notes=submission.notes,
                place=submission.where,
                limits=terms.limits,
                require=terms.require,
            )
        except InputError:
            raise
        except Exception as error:  # whatever it is, it is ours
            fault = f"{type(error).__name__}: {error}"
        else:
            return _with_settings(result, terms)
    return not_graded(terms, submission, fault)


def not_graded(terms: Terms, submission: Submission, fault: str) -> SubmissionResult:
    """Return the result of a submission that the grader failed on."""
    result = SubmissionResult(
        Path(terms.sheet).name,
        terms.sheet_digest,
        submission.name,
        submission.digest,
        "not graded",
        f"not graded, by a fault of the grader: {fault}",
        notes=submission.notes,
    )
    return _with_settings(result, terms)


def unreadable(terms: Terms, submission: Unreadable) -> SubmissionResult:
    """Return the result of what nobody can read."""
    name = Path(terms.sheet).name
    result = SubmissionResult(name, terms.sheet_digest, submission.name, "", "unreadable", submission.reason)
    return _with_settings(result, terms)


def _with_settings(result: SubmissionResult, terms: Terms) -> SubmissionResult:
    return dataclasses.replace(result, environment={**result.environment, **terms.settings})


def _stands(result: SubmissionResult, terms: Terms) -> bool:
    same = {name: result.environment.get(name) for name in terms.settings} == terms.settings
    return same and result.sheet_digest == terms.sheet_digest and result.status == "graded"
