"""Ctrl-C between steps: an interrupt waits until the step that is under way is complete."""

import signal
import threading
from pathlib import Path
from types import FrameType, TracebackType
from typing import Self


class Interrupted(KeyboardInterrupt):
    """A training was stopped by Ctrl-C after a complete step.

    Parameters
    ----------
    step, total_steps : int
        How many steps are done, and how many there were to be.
    path : Path or None
        The checkpoint that was written, if the training writes any.

    Examples
    --------
    >>> print(Interrupted(137, 500, Path("last.safetensors")))
    Interrupted at step 137 of 500; saved last.safetensors
    """

    def __init__(self, step: int, total_steps: int, path: Path | None) -> None:
        self.step, self.total_steps, self.path = step, total_steps, path
        saved = f"saved {path}" if path else "nothing saved: the trainer has no checkpoint_dir"
        super().__init__(f"Interrupted at step {step} of {total_steps}; {saved}")


class PostponedInterrupt:
    """A ``with`` block in which Ctrl-C only sets `requested`; a second Ctrl-C raises at once.

    Signals reach the main thread only, so in another thread the block does nothing. Nor does it where
    Ctrl-C is ignored (``nohup``): that was somebody's decision.

    Attributes
    ----------
    requested : bool
        Whether Ctrl-C came.

    Examples
    --------
    >>> with PostponedInterrupt() as interrupt:
    ...     signal.raise_signal(signal.SIGINT)
    ...     print("the step is completed:", interrupt.requested)
    the step is completed: True
    """

    def __init__(self) -> None:
        self.requested = False
        self._installed = False

    def _handle(self, signal_number: int, frame: FrameType | None) -> None:
        if self.requested:
            raise KeyboardInterrupt
        self.requested = True

    def __enter__(self) -> Self:
        self._before = signal.getsignal(signal.SIGINT)
        in_main_thread = threading.current_thread() is threading.main_thread()
        # None is a handler that was not installed from Python, which could not be put back.
        if in_main_thread and self._before not in (signal.SIG_IGN, None):
            signal.signal(signal.SIGINT, self._handle)
            self._installed = True
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._installed:
            signal.signal(signal.SIGINT, self._before)
