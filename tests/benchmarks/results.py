"""Measurements kept in a file, so that groups can be measured one at a time; what they say of the limits."""

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tests.benchmarks.measure import Measurement
from tests.benchmarks.row import Group, Row

FILE = Path(__file__).with_name("results.json")


@dataclass(frozen=True)
class Result:
    """A row that was measured.

    Attributes
    ----------
    group, row : str
        Names.
    commit : str
        The library's.
    measured : Measurement
        The numbers.
    """

    group: str
    row: str
    commit: str
    measured: Measurement

    @property
    def ratio(self) -> float:
        """Our best over their best."""
        return self.measured.best["ours"] / self.measured.best["theirs"]

    @property
    def median_ratio(self) -> float:
        """Our median over theirs."""
        return self.measured.median["ours"] / self.measured.median["theirs"]


@dataclass
class Results:
    """All that was measured on one machine.

    Attributes
    ----------
    machine : dict of str to str
        What `machine.describe` says.
    results : list of Result
        In no particular order.
    """

    machine: dict[str, str] = field(default_factory=dict)
    results: list[Result] = field(default_factory=list)

    def add(self, result: Result) -> None:
        """Add a result in place of an earlier one of the same row."""
        self.results = [r for r in self.results if (r.group, r.row) != (result.group, result.row)]
        self.results.append(result)

    def merge(self, newer: "Results") -> "Results":
        """Return newer results and, if they are of the same machine, these ones of other rows."""
        merged = Results(newer.machine, self.results if self.machine == newer.machine else [])
        for result in newer.results:
            merged.add(result)
        return merged

    def of(self, group: Group) -> list[tuple[Row, Result]]:
        """Return a group's rows that were measured, in the group's order."""
        found = {result.row: result for result in self.results if result.group == group.name}
        return [(row, found[row.name]) for row in group.rows if row.name in found]

    def save(self, path: Path = FILE) -> None:
        content = {"machine": self.machine, "results": [asdict(result) for result in self.results]}
        rounded = json.loads(json.dumps(content), parse_float=lambda number: float(f"{float(number):.4g}"))
        path.write_text(json.dumps(rounded, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def load(path: Path = FILE) -> Results:
    """Read what `Results.save` wrote; nothing where there is no file."""
    if not path.exists():
        return Results()
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    results = [
        Result(**{**entry, "measured": Measurement(**entry["measured"])}) for entry in content["results"]
    ]
    return Results(content["machine"], results)


def geometric_mean(ratios: Sequence[float]) -> float:
    """Return the n-th root of the product, in which twice as fast and half as fast cancel."""
    return math.exp(sum(map(math.log, ratios)) / len(ratios))


@dataclass(frozen=True)
class Verdict:
    """What a group's ratios say of its limits: their geometric mean, the largest, and what is above a limit.

    The rows that the limits do not hold for are not looked at.
    """

    mean: float
    worst: float
    broken: tuple[str, ...]


def judge(group: Group, measured: Sequence[tuple[Row, Result]]) -> Verdict | None:
    """Return the verdict on a group, None where nothing was measured that counts."""
    ratios = [result.ratio for row, result in measured if row.counted]
    if not ratios:
        return None
    mean, worst, broken = geometric_mean(ratios), max(ratios), []
    if group.mean_limit is not None and mean > group.mean_limit:
        broken.append("mean")
    if group.row_limit is not None and worst > group.row_limit:
        above = sum(ratio > group.row_limit for ratio in ratios)
        broken.append(f"{above} of {len(ratios)} rows")
    return Verdict(mean, worst, tuple(broken))
