"""Every row of the benchmarks works, on tiny inputs; the tables say what the numbers say. No time counts."""

import dataclasses
import itertools
import sys

import numpy as np
import pytest

from tests.benchmarks import chart, machine, report, results
from tests.benchmarks.__main__ import main
from tests.benchmarks.agreement import assert_agrees, assert_same_set
from tests.benchmarks.groups import GROUPS
from tests.benchmarks.measure import Measurement, measure
from tests.benchmarks.row import Group, Row

each_group = pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.name)

needs_torch = pytest.mark.skipif(
    bool(machine.missing_packages()), reason="there is nothing to compare with: our side is tested alone"
)


def row(name, **options):
    """Return a row whose sides return their own names' lengths."""
    return Row(name, lambda short: {}, lambda given: lambda: 4, lambda given: lambda: 4, **options)


def measured(ours, theirs, **options):
    """Return a made-up measurement, in which the median is twice the least."""
    best = {"ours": ours, "theirs": theirs}
    return Measurement(
        first={side: 5 * number for side, number in best.items()},
        best=best,
        median={side: 2 * number for side, number in best.items()},
        calls={"ours": 1200, "theirs": 6},
        **{"noise": 0.034, "rounds": 6, "dropped": 0, **options},
    )


FAST = Group("fast", "Fast things", (row("a"), row("b"), row("c", counted=False)), mean_limit=0.3)
SLOW = Group("slow", "Slow things", (row("d"), row("e")), row_limit=1.0)
MADE_UP = results.Results(
    {"processor": "an abacus"},
    [
        results.Result("fast", "a", "abc1234", measured(0.001, 0.01)),
        results.Result("fast", "b", "abc1234", measured(0.004, 0.01)),
        results.Result("fast", "c", "abc1234", measured(0.5, 0.01)),
        results.Result("slow", "d", "abc1234", measured(0.03, 0.02, rounds=1, dropped=9)),
    ],
)


@each_group
@needs_torch
@pytest.mark.usefixtures("torch_on_one_core")
def test_both_sides_of_every_row_agree(group):
    for each in group.rows:
        inputs = each.inputs(True)
        ours, theirs = each.ours(inputs), each.theirs(inputs)
        for _ in range(each.checked_calls):
            each.agree(ours(), theirs())


@each_group
def test_our_side_needs_nothing_of_theirs(group, monkeypatch):
    for package in machine.COMPARED:
        monkeypatch.setitem(sys.modules, package, None)
    for each in group.rows:
        each.ours(each.inputs(True))()


def test_names_are_unique():
    names = [f"{group.name}/{each.name}" for group in GROUPS for each in group.rows]
    assert len(set(names)) == len(names)


def test_disagreement_is_found():
    x = np.ones((2, 3), np.float32)
    assert_agrees((x, [1]), (x + np.float32(1e-5), [1]))
    for ours, theirs in [(x, 1.001 * x), (x, x[:1]), ((x, x), (x,)), ([1, 2], [2, 1]), ({"a": x}, {"a": -x})]:
        with pytest.raises(AssertionError):
            assert_agrees(ours, theirs)
    assert_same_set([1, 2], [2, 1])
    with pytest.raises(AssertionError):
        assert_same_set([1, 2], [2, 2])


def test_sides_take_turns_and_the_first_call_stands_apart():
    log = []
    twin = Row(
        "twin", lambda short: {}, lambda given: lambda: log.append("o"), lambda given: lambda: log.append("t")
    )
    found = measure(dataclasses.replace(twin, agree=lambda ours, theirs: None), rounds=2)
    turns = "".join(side for side, _ in itertools.groupby(log[4:]))  # after check and estimate
    assert turns.startswith("oto")
    assert found.calls["ours"] > 2
    assert found.best["ours"] <= found.median["ours"]


def test_nothing_is_timed_that_disagrees():
    wrong = Row("wrong", lambda short: {}, lambda given: lambda: 1, lambda given: lambda: 2)
    with pytest.raises(AssertionError):
        measure(wrong)


def test_readings_are_taken_as_they_are():
    counts = {"ours": itertools.count(10), "theirs": itertools.count(20)}
    read = Row(
        "read",
        lambda short: {},
        lambda given: lambda: next(counts["ours"]),
        lambda given: lambda: next(counts["theirs"]),
        reads=True,
    )
    found = measure(read)
    assert found.first == found.best == {"ours": 10, "theirs": 20}
    assert found.median == {"ours": 11, "theirs": 21}


def test_verdicts():
    assert results.geometric_mean([0.1, 0.4]) == pytest.approx(0.2)
    fast, slow = (results.judge(group, MADE_UP.of(group)) for group in (FAST, SLOW))
    assert fast.mean == pytest.approx(0.2)  # c does not count
    assert fast.worst == pytest.approx(0.4)
    assert fast.broken == ()
    assert slow.broken == ("1 of 1 rows",)
    strict = dataclasses.replace(FAST, mean_limit=0.1)
    assert results.judge(strict, MADE_UP.of(FAST)).broken == ("mean",)
    assert results.judge(FAST, []) is None


def test_tables():
    lines = report.tables(MADE_UP, (FAST, SLOW)).splitlines()
    assert "| processor | an abacus |" in lines
    assert "| Fast things | 3 | .20 | .40 | .30 in the mean | within | 1.5 | abc1234 |" in lines
    assert "| Slow things | 1 of 2 | 1.50 | 1.50 | 1.00 each | above: 1 of 1 rows | 0.1 | abc1234 |" in lines
    assert "| a | 1.00 / 2.00 | 10.0 / 20.0 | **.10** | .10 | 3% | 1,200 / 6 |" in lines
    assert "| d | 30.0 / 60.0 | 20.0 / 40.0 | **1.50** | 1.50 | 3%, disturbed | 1,200 / 6 |" in lines


def test_the_page_keeps_its_prose(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(f"before\n{report.BEGIN}\nold\n{report.END}\nafter\n", encoding="utf-8")
    report.write(MADE_UP, (FAST, SLOW), page)
    text = page.read_text(encoding="utf-8")
    assert text.startswith(f"before\n{report.BEGIN}\n")
    assert text.endswith(f"{report.END}\nafter\n")
    assert report.tables(MADE_UP, (FAST, SLOW)) in text
    assert "old" not in text
    page.write_text("without marks", encoding="utf-8")
    with pytest.raises(ValueError, match="must have the lines"):
        report.write(MADE_UP, (FAST,), page)


def test_the_page_shows_the_results_that_are_kept():
    text = report.PAGE.read_text(encoding="utf-8")
    assert report.tables(results.load(), GROUPS) in text


def test_results_are_kept_row_by_row(tmp_path):
    file = tmp_path / "results.json"
    assert results.load(file).results == []
    MADE_UP.save(file)
    assert results.load(file) == MADE_UP
    again = results.Result("fast", "a", "def5678", measured(0.002, 0.01))
    merged = results.load(file).merge(results.Results(MADE_UP.machine, [again]))
    assert [result.commit for _, result in merged.of(FAST)] == ["def5678", "abc1234", "abc1234"]
    elsewhere = MADE_UP.merge(results.Results({"processor": "a slide rule"}, [again]))
    assert elsewhere.results == [again]


def test_the_chart_has_a_bar_for_each_row():
    left, right = chart.draw(MADE_UP, (FAST, SLOW)).axes
    assert [bar.get_width() for bar in left.patches] == pytest.approx([-0.9, -0.6, chart.MOST - 1])
    assert [bar.get_width() for bar in right.patches] == pytest.approx([0.5])
    assert [name.get_text() for name in left.get_yticklabels()] == ["a", "b", "c"]


def test_the_command_says_what_is_missing(monkeypatch, capsys):
    monkeypatch.setattr(machine, "missing_packages", lambda: ["torch"])
    assert main([]) == 2
    assert "--group oracle" in capsys.readouterr().err


@needs_torch
@pytest.mark.usefixtures("torch_on_one_core")
def test_the_command_measures_what_it_is_asked_for(capsys):
    assert main(["--list", "--keep-cache"]) == 0
    assert "boxes/nms, 1,000 boxes, sparse" in capsys.readouterr().out
    assert main(["--only", "nothing of the kind", "--keep-cache"]) == 2
    short = ["--short", "--keep-cache", "--rounds", "1", "--seconds", "0"]
    assert main([*short, "--only", "others/Linear"]) == 0
    table = capsys.readouterr().out
    assert "| Without a limit | 2 of 7 |" in table
    assert "| Linear, 256×2048 to 1000, forward |" in table
