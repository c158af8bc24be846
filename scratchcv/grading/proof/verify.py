"""Verification of a sheet: what is right gets all points, and whatever is wrong does not."""

import functools
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import active_children, get_context
from pathlib import Path

from scratchcv.backend import use_backend
from scratchcv.errors import InputError
from scratchcv.grading.course.processes import belong_to_parent
from scratchcv.grading.process.outcome import SandboxFaultError
from scratchcv.grading.proof.equivalents import read_equivalents
from scratchcv.grading.proof.examine import Verdict, examine
from scratchcv.grading.proof.mutants import mutants
from scratchcv.grading.proof.proof import Proof
from scratchcv.grading.sheets.exercise import Exercise
from scratchcv.grading.sheets.sheet import Sheet, load_sheet

_PARTS = {"right": 50, "wrong": 4, "mutant": 25, "stub": 1}
"""How many seeds or texts make a task: one that takes seconds."""


@dataclass(frozen=True)
class Task:
    """A part of a proof, as `examine` takes it."""

    exercise: str
    subject: str
    part: range


def verify_sheet(
    sheet: Sheet, *, seeds: int = 20, jobs: int = 1, progress: bool = True, only: Iterable[str] | None = None
) -> Proof:
    """Prove that a sheet and the grader are sound, or show where they are not.

    Parameters
    ----------
    sheet : Sheet
    seeds : int
        How many gradings every right solution must pass, each with inputs of its own.
    jobs : int
        How many processes work at once.
    progress : bool
        Whether a bar is shown.
    only : iterable of str, optional
        Names of exercises; all by default.

    Returns
    -------
    Proof
        With a table, and with all that fell short.

    Raises
    ------
    InputError
        When the sheet cannot be read, or one of its functions raises.
    ValueError
        When `seeds` or `jobs` is not positive.

    Notes
    -----
    All answers come out of sealed processes, as students' do. The empty sheet must earn nothing; the
    library's own code and each solution of the banks must earn everything with every seed; each mistake and
    each mutant less than that, and the mistake with its own hint; and a function that does nothing must fail
    every kind of input but the edges.

    Examples
    --------
    >>> verify_sheet(load_sheet("a1_boxes"), only=["box_area"], progress=False).ok  # doctest: +SKIP
    True
    """
    for name, value in (("seeds", seeds), ("jobs", jobs)):
        if value < 1:
            raise ValueError(f"{name} must be positive, got {value}")
    exercises = sheet.exercises if only is None else tuple(map(sheet.exercise, only))
    equivalents = read_equivalents(sheet)
    start = time.perf_counter()
    tasks = [task for exercise in exercises for task in _tasks(exercise, seeds)]
    verdicts: list[Verdict] = []
    with _bar(len(tasks), sheet.name, progress) as advance:
        for found in _carry_out(sheet, tasks, jobs):
            verdicts += found
            advance()
    seconds = time.perf_counter() - start
    return Proof(sheet.name, exercises, tuple(verdicts), equivalents, seconds)


def _tasks(exercise: Exercise, seeds: int) -> Iterator[Task]:
    counts = {
        "right": seeds,
        "wrong": len(exercise.misconceptions),
        "mutant": len(mutants(exercise)),
        "stub": 1,
    }
    for subject, count in counts.items():
        for first in range(0, count, _PARTS[subject]):
            yield Task(exercise.name, subject, range(first, min(first + _PARTS[subject], count)))


def _carry_out(sheet: Sheet, tasks: list[Task], jobs: int) -> Iterator[list[Verdict]]:
    if jobs == 1:
        yield from (_examine(sheet, task) for task in tasks)
        return
    others = set(active_children())
    context = get_context("spawn")  # a fork would take along locks that other threads of ours hold
    with ProcessPoolExecutor(jobs, context, belong_to_parent) as pool:
        futures = [pool.submit(_examine_in_folder, sheet.folder, task) for task in tasks]
        try:
            yield from (future.result() for future in as_completed(futures))
        except BaseException:  # an interrupt above all: nobody waits for the tasks at hand
            pool.shutdown(wait=False, cancel_futures=True)
            for worker in set(active_children()) - others:
                worker.terminate()
            raise


def _examine(sheet: Sheet, task: Task) -> list[Verdict]:
    try:
        with use_backend("numpy"):
            return examine(sheet, sheet.exercise(task.exercise), task.subject, task.part)
    except (InputError, SandboxFaultError):
        raise
    except Exception as error:  # the sheet's own functions: how inputs are drawn, how answers are judged
        where = f"{sheet.folder}: {task.exercise}, {task.subject} {task.part.start} to {task.part.stop - 1}"
        raise InputError(f"{where}: {type(error).__name__}: {error}") from error


def _examine_in_folder(folder: Path, task: Task) -> list[Verdict]:
    return _examine(_sheet_in(folder), task)


@functools.cache
def _sheet_in(folder: Path) -> Sheet:
    return load_sheet(folder)


@contextmanager
def _bar(count: int, name: str, progress: bool) -> Iterator[Callable[[], object]]:
    from tqdm import tqdm

    with tqdm(total=count, desc=f"verifying {name}", disable=not progress, leave=False) as bar:
        yield bar.update
