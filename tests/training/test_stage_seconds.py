"""Seconds an image: whose stages, and that they are means."""

import time
from collections.abc import Sequence

import numpy as np
import pytest

from scratchcv.metrics import Stopwatch
from scratchcv.training.stage_seconds import stage_seconds

IMAGE = np.zeros((3, 8, 8), np.float32)


class Sleeper:
    """A detector that sleeps a hundredth of a second in one stage, and two in the other."""

    def __init__(self) -> None:
        self.calls = 0

    def predict(self, images: Sequence[np.ndarray], stopwatch: Stopwatch | None = None) -> None:
        watch = stopwatch or Stopwatch()
        self.calls += len(images)
        with watch("features"):
            time.sleep(0.01)
        with watch("heads"):
            time.sleep(0.02)


def test_means_of_each_stage_in_their_order() -> None:
    seconds = stage_seconds(Sleeper(), [IMAGE] * 3)
    assert list(seconds) == ["features", "heads"]
    assert 0.0099 <= seconds["features"] < 0.2
    assert 0.0199 <= seconds["heads"] < 0.2


@pytest.mark.parametrize(("warm_up", "calls"), [(True, 3), (False, 2)])
def test_one_image_comes_before_the_clock_runs(warm_up: bool, calls: int) -> None:
    sleeper = Sleeper()
    stage_seconds(sleeper, [IMAGE] * 2, warm_up=warm_up)
    assert sleeper.calls == calls


def test_no_images() -> None:
    with pytest.raises(ValueError, match="images must have at least one image"):
        stage_seconds(Sleeper(), [])
