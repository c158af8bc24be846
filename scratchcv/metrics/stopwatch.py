"""Where the seconds go: the stages of a prediction, each with its own clock."""

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Stopwatch:
    """Add up the wall-clock seconds of named stages.

    Attributes
    ----------
    seconds : dict of str to float
        Of each stage, in the order in which they first began.

    Notes
    -----
    Stages may come again, and are added up; they do not nest.

    References
    ----------
    Gu, Umeå 2023, lines 222 and 314-317: 40 to 50 seconds an image for R-CNN, 2 for Fast R-CNN, .2 for
    Faster R-CNN. The question is always which stage they are spent in.

    Examples
    --------
    >>> watch = Stopwatch()
    >>> for _ in range(2):
    ...     with watch("features"):
    ...         pass
    >>> list(watch.seconds), watch.seconds["features"] >= 0
    (['features'], True)
    """

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._running: str | None = None

    @contextmanager
    def __call__(self, stage: str) -> Iterator[None]:
        """Measure a ``with`` block, whether it ends well or raises.

        Raises
        ------
        RuntimeError
            When another stage is running.
        """
        if self._running is not None:
            raise RuntimeError(f"stages do not nest: {self._running!r} is running, {stage!r} was to begin")
        self._running, start = stage, time.perf_counter()
        self.seconds.setdefault(stage, 0.0)
        try:
            yield
        finally:
            self.seconds[stage] += time.perf_counter() - start
            self._running = None
