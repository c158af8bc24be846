"""Grading on many machines: Dask's scheduler hands submissions to workers that have scratchcv installed."""

import functools
import hashlib
import json
import threading
from collections.abc import Iterator, Sequence

from scratchcv.errors import InputError
from scratchcv.grading.course.batch import Terms, grade_safely, not_graded
from scratchcv.grading.result import SubmissionResult
from scratchcv.grading.sheets.sheet import Sheet, load_sheet
from scratchcv.grading.submissions.submission import Submission

RETRIES = 2
"""How often Dask tries a submission again, elsewhere."""

PATIENCE = 10
"""Seconds in which a scheduler has to answer."""

_one_at_a_time = threading.Lock()


def run_on_cluster(
    terms: Terms, submissions: Sequence[Submission], *, address: str
) -> Iterator[SubmissionResult]:
    """Grade submissions on a Dask cluster, and yield each result as it comes.

    Parameters
    ----------
    terms : Terms
        A sheet of one's own must lie in the same folder on every machine. The secret travels to the workers;
        where others use the network, the scheduler's address should begin with ``tls://``.
    submissions : sequence of Submission
    address : str
        The scheduler's: ``tcp://10.0.0.1:8786``.

    Raises
    ------
    InputError
        When no scheduler answers, or a worker cannot shut submissions in as well as is required, or has
        another state of the sheet.
    """
    try:
        from distributed import Client, as_completed
    except ImportError as error:
        raise InputError("a cluster needs Dask: pip install 'scratchcv[cluster]'") from error
    try:
        client = Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        raise InputError(f"{address}: no Dask scheduler answers: {error}") from error
    with client:
        futures = {
            client.submit(
                grade_on_worker,
                terms,
                submission,
                key=task_key(terms, submission),
                retries=RETRIES,
            ): submission
            for submission in submissions
        }
        for future in as_completed(list(futures), loop=client.loop):
            submission = futures.pop(future)
            failure = future.exception()
            if isinstance(failure, InputError):
                raise failure
            if failure is not None:
                yield not_graded(terms, submission, f"{type(failure).__name__}: {failure}")
            else:
                yield future.result()
            future.release()


def task_key(terms: Terms, submission: Submission) -> str:
    """Return the task's name: the same for the same work, whenever and by whomever it is asked for."""
    parts = terms.sheet_digest, terms.settings, submission.name, submission.digest
    return f"grade-{hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()}"


def grade_on_worker(terms: Terms, submission: Submission) -> SubmissionResult:
    """Grade one submission in a worker; its threads take turns, since the backend is the whole process's."""
    with _one_at_a_time:
        return grade_safely(_sheet(terms.sheet, terms.sheet_digest), terms, submission)


@functools.lru_cache(maxsize=4)
def _sheet(name: str, digest: str) -> Sheet:
    return load_sheet(name)
