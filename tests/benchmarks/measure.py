"""How a row is measured: both sides in turn, in one process, many times."""

import gc
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tests.benchmarks.row import Call, Row

SIDES = ("ours", "theirs")

PAUSE = 0.02
"""Seconds before a side begins: OpenMP's threads, of which PyTorch has some, spin on after their work."""

SLICE = 0.05
"""Seconds of calls that a side makes in a round."""

SLOW = 0.25
"""Seconds from which on a call needs no other one before it to warm up."""

OTHERS_MAY_USE = 0.15
"""Share of the processors; a round in which other programs use more is dropped."""

ENOUGH_ROUNDS = 5
READINGS = 3


@dataclass(frozen=True)
class Measurement:
    """What was measured of a row.

    Attributes
    ----------
    first, best, median : dict of str to float
        For each side, seconds (or bytes) of its first call, and of the later ones that count.
    calls : dict of str to int
        How many of them there are.
    noise : float
        By how much, as a share, the ratio of the best calls differs between odd and even rounds.
    rounds, dropped : int
        Quiet rounds, and those that other programs disturbed. Where too few were quiet, all count.
    """

    first: dict[str, float]
    best: dict[str, float]
    median: dict[str, float]
    calls: dict[str, int]
    noise: float
    rounds: int
    dropped: int

    @property
    def disturbed(self) -> bool:
        """Whether disturbed rounds had to count."""
        return self.dropped > 0 and self.rounds < ENOUGH_ROUNDS


def measure(row: Row, *, rounds: int = 12, seconds: float = 3.0, short: bool = False) -> Measurement:
    """Measure a row, after both sides were found to agree.

    Parameters
    ----------
    rounds : int
        How many rounds; in each both sides have their turn.
    seconds : float
        After so long no new round begins, if five were quiet. A call of theirs that takes longer is made
        only once.
    short : bool
        Whether on tiny inputs, for the smoke test.

    Raises
    ------
    AssertionError
        When the two sides do not compute the same.
    """
    inputs = row.inputs(short)
    sides = {"ours": row.ours(inputs), "theirs": row.theirs(inputs)}
    if row.reads:
        return _read(sides, 1 if short else READINGS)
    first = _check(row, sides)
    gc.collect()
    numbers: dict[str, list[list[float]]] = {"ours": [], "theirs": []}
    timed = dict(sides)
    if first["theirs"] > seconds:
        numbers["theirs"] = [[first["theirs"]]]
        del timed["theirs"]
    quiet, disturbed = _rounds(timed, rounds, seconds)
    for times in quiet if len(quiet) >= ENOUGH_ROUNDS else quiet + disturbed:
        for side in timed:
            numbers[side].append(times[side])
    return _summarise(first, numbers, len(quiet), len(disturbed))


def _check(row: Row, sides: dict[str, Call]) -> dict[str, float]:
    """Compare the first results; return how long the very first calls took."""
    first: dict[str, float] = {}
    for _ in range(row.checked_calls):
        results: dict[str, Any] = {}
        for side, call in sides.items():
            start = time.perf_counter()
            results[side] = call()
            first.setdefault(side, time.perf_counter() - start)
        row.agree(results["ours"], results["theirs"])
    return first


Times = dict[str, list[float]]


def _rounds(sides: dict[str, Call], rounds: int, seconds: float) -> tuple[list[Times], list[Times]]:
    """Return the times of quiet rounds and of disturbed ones; the sides take turns at being first."""
    typical = {side: _seconds(call) for side, call in sides.items()}
    calls = {side: max(1, min(1000, round(SLICE / max(typical[side], 1e-9)))) for side in sides}
    quiet: list[Times] = []
    disturbed: list[Times] = []
    start = time.perf_counter()
    while len(quiet) < rounds and len(quiet) + len(disturbed) < 2 * rounds:
        enough = len(quiet) >= ENOUGH_ROUNDS or len(disturbed) >= 2 * ENOUGH_ROUNDS
        if enough and time.perf_counter() - start > seconds:
            break
        order = list(sides)[:: -1 if (len(quiet) + len(disturbed)) % 2 else 1]
        others = OtherPrograms()
        times = {side: _turn(sides[side], calls[side], typical[side] < SLOW) for side in order}
        (quiet if others.share() <= OTHERS_MAY_USE else disturbed).append(times)
    return quiet, disturbed


def _turn(call: Call, calls: int, warm_up: bool) -> list[float]:
    time.sleep(PAUSE)
    if warm_up:
        call()
    return [_seconds(call) for _ in range(calls)]


def _seconds(call: Call) -> float:
    """Time a call; what it returns is freed within, as a program frees it sooner or later."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def _read(sides: dict[str, Call], readings: int) -> Measurement:
    """Take numbers that the calls measure themselves."""
    numbers: dict[str, list[list[float]]] = {side: [] for side in sides}
    for _ in range(readings):
        for side, call in sides.items():
            numbers[side].append([float(call())])
    first = {side: parts[0][0] for side, parts in numbers.items()}
    return _summarise(first, numbers, readings, 0)


def _summarise(
    first: dict[str, float], numbers: dict[str, list[list[float]]], rounds: int, dropped: int
) -> Measurement:
    together = {side: [number for part in numbers[side] for number in part] for side in SIDES}
    halves = [
        {side: min(map(min, numbers[side][half::2] or numbers[side])) for side in SIDES} for half in (0, 1)
    ]
    even, odd = (best["ours"] / best["theirs"] for best in halves)
    return Measurement(
        first,
        {side: min(together[side]) for side in SIDES},
        {side: float(np.median(together[side])) for side in SIDES},
        {side: len(together[side]) for side in SIDES},
        abs(even / odd - 1),
        rounds,
        dropped,
    )


class OtherPrograms:
    """How much of the processors other programs have used since this object was made."""

    statistics = Path("/proc/stat")

    def __init__(self) -> None:
        self.start = self._now()

    def share(self) -> float:
        """Return a share of all processors; 0 where the system does not tell."""
        busy, own, wall = (after - before for after, before in zip(self._now(), self.start, strict=True))
        return max(0.0, busy - own) / max(wall * (os.cpu_count() or 1), 1e-9)

    def _now(self) -> tuple[float, float, float]:
        busy, own = 0.0, time.process_time()
        if self.statistics.exists():
            ticks = list(map(int, self.statistics.read_text(encoding="ascii").split("\n")[0].split()[1:9]))
            user, nice, system, _, _, interrupts, soft_interrupts, stolen = ticks
            busy = (user + nice + system + interrupts + soft_interrupts + stolen) / os.sysconf("SC_CLK_TCK")
        return busy, own, time.perf_counter()
