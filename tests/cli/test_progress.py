import sys

import pytest

from scratchcv.cli.progress import PlainProgress, minutes, shows_bars


@pytest.mark.parametrize("terminal", [False, True])
def test_bars_are_for_terminals(terminal: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal)
    assert shows_bars(quiet=False) == terminal
    assert not shows_bars(quiet=True)


def row(step: int) -> dict[str, float]:
    return {"step": step, "lr": 0.1, "gradient_norm": 1.0, "box": 0.25, "loss": 1.5}


def test_twenty_lines_with_the_time_left(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = 0.0
    monkeypatch.setattr("time.monotonic", lambda: clock)
    progress = PlainProgress(400)
    for step in range(201, 401):  # resumed after 200
        clock += 2
        progress(row(step))
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 10
    assert lines[0] == "scratchcv: step 220 of 400, box 0.25, loss 1.5, 6:00 left"
    assert lines[-1] == "scratchcv: step 400 of 400, box 0.25, loss 1.5, 0:00 left"


def test_of_a_short_training_and_of_an_odd_one(capsys: pytest.CaptureFixture[str]) -> None:
    for steps in (3, 41):
        progress = PlainProgress(steps)
        for step in range(1, steps + 1):
            progress(row(step))
        lines = capsys.readouterr().err.splitlines()
        assert 3 <= len(lines) <= 21
        assert f"step {steps} of {steps}," in lines[-1]


def test_minutes() -> None:
    times = (0, 59.6, 600, 3599.4, 36_061)
    assert [minutes(seconds) for seconds in times] == ["0:00", "1:00", "10:00", "59:59", "10:01:01"]
