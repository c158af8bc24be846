"""The tables of docs/performance.md, written between two marks; the prose around them stays."""

from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks.results import Result, Results, Verdict, judge
from tests.benchmarks.row import Group, Row

PAGE = Path(__file__).parents[2] / "docs" / "performance.md"

BEGIN = "<!-- measured: begin -->"
END = "<!-- measured: end -->"


def write(results: Results, groups: Sequence[Group], page: Path = PAGE) -> None:
    """Put the tables between the page's marks."""
    before, begin, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{page} must have the lines {BEGIN} and {END}")
    page.write_text(f"{before}{BEGIN}\n\n{tables(results, groups)}\n\n{END}{after}", encoding="utf-8")


def tables(results: Results, groups: Sequence[Group]) -> str:
    """Return what the numbers were measured on, a table of all groups, and one for each group."""
    measured = [(group, rows) for group in groups if (rows := results.of(group))]
    parts = [
        _table(["", "measured on"], [[name, value] for name, value in results.machine.items()]),
        summary(measured),
    ]
    parts += [f"### {group.title}\n\n{details(group, rows)}" for group, rows in measured]
    return "\n\n".join(parts)


def summary(measured: Sequence[tuple[Group, Sequence[tuple[Row, Result]]]]) -> str:
    """Return the table of all groups, with their limits."""
    lines = []
    for group, rows in measured:
        verdict = judge(group, rows)
        total, commits = len(group.rows), ", ".join(dict.fromkeys(result.commit for _, result in rows))
        lines.append(
            [
                group.title,
                str(total) if len(rows) == total else f"{len(rows)} of {total}",
                _ratio(verdict.mean) if verdict else "",
                _ratio(verdict.worst) if verdict else "",
                limits(group),
                verdict_in_words(group, verdict),
                compilation(rows),
                commits,
            ]
        )
    head = ["work", "rows", "mean ratio", "worst", "at most", "", "compilation (s)", "commit"]
    return _table(head, lines)


def limits(group: Group) -> str:
    """Return a group's limits in words."""
    mean, row = group.mean_limit, group.row_limit
    words = [f"{_ratio(mean)} in the mean"] if mean is not None else []
    return ", ".join(words + ([f"{_ratio(row)} each"] if row is not None else []))


def verdict_in_words(group: Group, verdict: Verdict | None) -> str:
    if verdict is None or group.mean_limit is group.row_limit is None:
        return ""
    return f"above: {', '.join(verdict.broken)}" if verdict.broken else "within"


def compilation(rows: Sequence[tuple[Row, Result]]) -> str:
    """Return by how many seconds our first calls took longer than later ones, "" where none is timed."""
    timed = [result.measured for row, result in rows if not row.reads]
    return f"{sum(max(0.0, m.first['ours'] - m.median['ours']) for m in timed):.1f}" if timed else ""


def details(group: Group, rows: Sequence[tuple[Row, Result]]) -> str:
    """Return the table of one group's rows."""
    unit, factor = ("MB", 1e-6) if rows[0][0].unit == "B" else ("ms", 1e3)
    lines = []
    for row, result in rows:
        measured = result.measured
        numbers = [
            f"{_significant(measured.best[side] * factor)} / {_significant(measured.median[side] * factor)}"
            for side in ("ours", "theirs")
        ]
        noise = f"{measured.noise:.0%}{', disturbed' if measured.disturbed else ''}"
        lines.append(
            [
                row.name,
                *numbers,
                f"**{_ratio(result.ratio)}**",
                _ratio(result.median_ratio),
                noise,
                f"{measured.calls['ours']:,} / {measured.calls['theirs']:,}",
            ]
        )
    head = ["", f"ours ({unit}), least / median", "theirs", "ratio of the least", "of the medians"]
    return _table([*head, "noise", "calls"], lines)


def _ratio(number: float) -> str:
    """Return a ratio to two or three places: 1.07, .85, .021."""
    text = f"{number:.2f}" if number >= 0.1 else f"{number:.2g}" if number >= 0.001 else f"{number:.1g}"
    return text.removeprefix("0") if number < 1 else text


def _significant(number: float) -> str:
    """Return a number with three significant digits, without an exponent."""
    if number >= 100:
        return f"{number:,.0f}"
    return f"{number:.1f}" if number >= 10 else f"{number:.2f}" if number >= 1 else f"{number:.3f}"


def _table(head: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    first, *rest = [f"| {' | '.join(cells)} |" for cells in (head, *lines)]
    return "\n".join([first, "|---" * len(head) + "|", *rest])
