"""A grading repeated: the stored submission, the stored seeds, and the same outcome."""

from pathlib import Path

from scratchcv.errors import InputError
from scratchcv.grading.course.results_folder import read_result, stored_submission
from scratchcv.grading.grade import grade_source
from scratchcv.grading.process.sandbox import Limits
from scratchcv.grading.result import ExerciseResult
from scratchcv.grading.sheets.sheet import Sheet, load_sheet


def replay(path: Path, sheet: Sheet | None = None) -> list[str]:
    """Grade again what a result is about, and return what came out otherwise: nothing, as it should be.

    Parameters
    ----------
    path : Path
        A result in a results folder.
    sheet : Sheet, optional
        By default the library's sheet of the result's name.

    Raises
    ------
    InputError
        When there is nothing to repeat, or the sheet is no longer what it was.
    """
    result, submission = read_result(path), stored_submission(path)
    if result.status != "graded":
        raise InputError(f"{path}: this submission was not graded: {result.fault}")
    sheet = sheet or load_sheet(result.sheet)
    if sheet.digest != result.sheet_digest:
        raise InputError(f"{path}: sheet {sheet.name} is not in the state in which this was graded")
    try:
        limits = Limits(**result.environment["limits"])
        seeds = {exercise.function: bytes.fromhex(exercise.seed) for exercise in result.exercises}
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"{path}: names no limits or seeds to repeat it with: {error}") from error
    again = grade_source(
        sheet,
        submission.source,
        b"",
        student=result.student,
        digest=result.digest,
        place=submission.where,
        limits=limits,
        only=list(seeds),
        seeds=seeds,
        require=str(result.environment.get("require", "guarded")),
    )
    pairs = zip(result.exercises, again.exercises, strict=True)
    return [difference for before, now in pairs for difference in _differences(before, now)]


def _differences(before: ExerciseResult, now: ExerciseResult) -> list[str]:
    found = []
    if before.earned != now.earned:
        found.append(f"{now.name}: earned {before.earned:g} points, now {now.earned:g}")
    if before.problem != now.problem:
        found.append(f"{now.name}: {before.problem or 'no problem'}, now {now.problem or 'none'}")
    outcomes = {case.kind: case.reason for case in before.cases}
    for case in now.cases:
        then = outcomes.pop(case.kind, "not asked")
        if then != case.reason:
            found.append(f"{now.name}: {case.title}: {then or 'passed'}, now {case.reason or 'passed'}")
    return found + [f"{now.name}: {kind} is not asked any more" for kind in outcomes]
