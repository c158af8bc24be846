"""A student's code in this very process, for where no other can be started: in a browser."""

import contextlib
import io
import platform
from typing import Any

import numpy as np

from scratchcv.grading.child.execute import Submission, describe
from scratchcv.grading.child.wire import WireError, pack, unpack
from scratchcv.grading.process.levels import Status
from scratchcv.grading.process.outcome import BadReturnError, LoadProblem, StudentError
from scratchcv.grading.process.sandbox import ALL_LAYERS, Limits


class InProcess:
    """Stands in for a `Sandbox` and keeps nobody from anything: a self-check of one's own code.

    Parameters
    ----------
    limits : Limits
        Of these only how much printed text is kept counts: what runs in this process cannot be stopped by it.
    numba, layers
        As a `Sandbox` takes them; they make no difference here.

    Examples
    --------
    >>> box = InProcess()
    >>> box.load("def double(x): return 2 * x")
    []
    >>> box.call("double", (np.arange(3),), {})
    array([0, 2, 4])
    """

    def __init__(
        self, limits: Limits | None = None, *, numba: bool = False, layers: tuple[str, ...] = ALL_LAYERS
    ) -> None:
        self.limits = limits or Limits()
        self.status = Status("self-check", python=platform.python_version(), numpy=np.__version__)
        self._output = io.StringIO()
        self._submission = Submission("submission.py")

    @property
    def printed(self) -> str:
        """What the submission printed so far."""
        return self._output.getvalue()[: self.limits.kept_output]

    def load(self, source: str, filename: str = "submission.py") -> list[LoadProblem]:
        """Run the top-level statements one by one; those that raise are returned, the rest counts."""
        self._submission = Submission(filename)
        with self._captured():
            problems = self._submission.load(source)
        return [LoadProblem(*problem) for problem in problems]

    def call(
        self,
        name: str,
        arguments: tuple[Any, ...],
        keywords: dict[str, Any],
        *,
        most_bytes: int | None = None,
    ) -> Any:
        """Call one of the submission's functions; its result is looked at as if it came from elsewhere.

        Raises
        ------
        StudentError
            What the function raised.
        BadReturnError
            When its result could not travel.
        """
        with self._captured():
            try:
                value = self._submission.call(name, arguments, keywords)
            except KeyboardInterrupt:
                raise
            except BaseException as error:
                raise StudentError(*describe(error, self._submission.filename)) from None
        try:
            return unpack(pack(0, value), 0)
        except WireError as error:
            raise BadReturnError(str(error)) from None

    def close(self) -> None:
        """Do nothing: there is no process to end."""

    @contextlib.contextmanager
    def _captured(self) -> Any:
        with contextlib.redirect_stdout(self._output), contextlib.redirect_stderr(self._output):
            yield
