"""Progress of a training: bars on a terminal, now and then a line in a log."""

import sys
import time
from collections.abc import Mapping

from scratchcv.cli.messages import say

LINES = 20
"""How many lines a whole training writes into a log."""


def shows_bars(*, quiet: bool) -> bool:
    """Say whether progress bars make sense: they redraw themselves, which only a terminal can show.

    Examples
    --------
    >>> shows_bars(quiet=True)
    False
    """
    return not quiet and sys.stderr.isatty()


class PlainProgress:
    """Says every twentieth of a training how far it is; given to `Trainer` as `on_step`.

    Parameters
    ----------
    total_steps : int
        Steps of the whole training.

    Examples
    --------
    >>> PlainProgress(300)({"step": 1, "lr": 0.1, "gradient_norm": 2.0, "box": 0.25, "loss": 0.25})
    """

    def __init__(self, total_steps: int) -> None:
        self.total_steps = total_steps
        self.every = max(1, total_steps // LINES)
        self._start, self._seen = time.monotonic(), 0

    def __call__(self, row: Mapping[str, float]) -> None:
        """Take a new row of the history."""
        step = int(row["step"])
        self._seen += 1
        if step % self.every and step != self.total_steps:
            return
        losses = ", ".join(f"{name} {value:.3g}" for name, value in list(row.items())[3:])
        left = (time.monotonic() - self._start) / self._seen * (self.total_steps - step)
        say(f"step {step} of {self.total_steps}, {losses}, {minutes(left)} left")


def minutes(seconds: float) -> str:
    """Return a time as clocks show it.

    Examples
    --------
    >>> minutes(65.2), minutes(3600)
    ('1:05', '1:00:00')
    """
    hours, rest = divmod(round(seconds), 3600)
    clock = f"{rest // 60:02}:{rest % 60:02}"
    return f"{hours}:{clock}" if hours else clock.removeprefix("0")
