"""Grading on the cores of one machine: processes that take a submission, return a result, take the next."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator, Sequence
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess

from scratchcv.errors import InputError
from scratchcv.grading.course.batch import Terms, grade_safely, not_graded
from scratchcv.grading.result import SubmissionResult
from scratchcv.grading.sheets.sheet import load_sheet
from scratchcv.grading.submissions.submission import Submission

ATTEMPTS = 2
"""A submission during whose grading so many graders died is not graded."""


class Grader:
    """A grading process, and what it works on."""

    def __init__(self, terms: Terms) -> None:
        # A fresh interpreter: nothing of ours is in its memory, and the secret travels through a pipe.
        context = multiprocessing.get_context("spawn")
        self.connection, theirs = context.Pipe()
        self.process: BaseProcess = context.Process(target=_grade, args=(theirs, terms), daemon=True)
        self.process.start()
        theirs.close()
        self.submission: Submission | None = None

    def give(self, submission: Submission) -> None:
        """Let it grade a submission."""
        self.submission = submission
        self.connection.send(submission)

    def end(self) -> None:
        """Kill it, whatever it does; its sandbox dies with it."""
        self.connection.close()
        self.process.kill()
        self.process.join()
        self.process.close()


def run_in_processes(
    terms: Terms, submissions: Sequence[Submission], *, jobs: int = 1
) -> Iterator[SubmissionResult]:
    """Grade submissions in processes of their own, and yield each result as it comes.

    Parameters
    ----------
    terms : Terms
    submissions : sequence of Submission
    jobs : int
        How many are graded at the same time.

    Raises
    ------
    InputError
        When the submissions cannot be shut in as well as is required, or the sheet is broken.
    RuntimeError
        When graders die before they can begin.
    """
    waiting, attempts = list(reversed(submissions)), dict.fromkeys(submissions, 0)
    graders = [Grader(terms) for _ in range(min(jobs, len(submissions)))]
    try:
        while graders:
            for connection in wait([grader.connection for grader in graders]):
                grader = next(one for one in graders if one.connection is connection)
                submission = grader.submission
                try:
                    answer = grader.connection.recv()
                except (EOFError, OSError):  # it was killed
                    graders.remove(grader)
                    ending = _ending(grader)
                    if submission is None:
                        raise RuntimeError(f"a grading process ended before it began ({ending})") from None
                    attempts[submission] += 1
                    if attempts[submission] < ATTEMPTS:
                        waiting.append(submission)
                    else:
                        yield not_graded(terms, submission, f"its process ended twice ({ending})")
                    if waiting:
                        graders.append(Grader(terms))
                    continue
                if isinstance(answer, InputError):
                    raise answer
                if waiting:
                    grader.give(waiting.pop())
                else:
                    graders.remove(grader)
                    grader.end()
                if answer is not None:
                    yield answer
    finally:
        for grader in graders:
            grader.end()


def _ending(grader: Grader) -> str:
    grader.process.join(5)
    code = grader.process.exitcode
    grader.end()
    return f"exit code {code}"


def _grade(connection: Connection, terms: Terms) -> None:
    """Grade what comes through the connection, until it is closed."""
    belong_to_parent()
    try:
        sheet = load_sheet(terms.sheet)
        connection.send(None)
        while True:
            connection.send(grade_safely(sheet, terms, connection.recv()))
    except InputError as error:
        connection.send(error)
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return


def belong_to_parent() -> None:
    """Leave interrupts to the process that started this one, and end when it ends, however that comes."""
    # Ctrl-C reaches every process of a terminal; ours ends us. A handler, unlike SIG_IGN, is not inherited.
    signal.signal(signal.SIGINT, lambda *_: None)
    threading.Thread(target=_die_with_parent, daemon=True).start()


def _die_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
