"""The stopwatch: stages add up, also when they fail, and do not nest."""

import time

import pytest

from scratchcv.metrics import Stopwatch


def test_stages_add_up_in_the_order_of_their_first_beginning():
    watch = Stopwatch()
    for stage in ("proposals", "features", "proposals"):
        with watch(stage):
            time.sleep(0.01)
    assert list(watch.seconds) == ["proposals", "features"]
    assert watch.seconds["proposals"] >= 0.019
    assert watch.seconds["features"] >= 0.009


def test_a_stage_that_fails_is_measured_and_ends():
    watch = Stopwatch()
    with pytest.raises(KeyError), watch("heads"):
        raise KeyError
    with watch("heads"):
        pass
    assert list(watch.seconds) == ["heads"]


def test_stages_do_not_nest():
    watch = Stopwatch()
    with pytest.raises(RuntimeError, match="'a' is running, 'b' was to begin"), watch("a"), watch("b"):
        pass
