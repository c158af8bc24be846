"""What all models share: batches of predictions, the mode that is left alone, names of classes."""

import numpy as np
import pytest

from scratchcv.layers import Linear
from scratchcv.metrics import Stopwatch
from scratchcv.models import Detector, check_class_names

IMAGE = np.zeros((3, 8, 8), np.float32)


class Recorder(Detector):
    """Finds nothing, and keeps what it was given."""

    def __init__(self):
        self.layer = Linear(2, 2)
        self.seen = []

    def detect(self, images, watch):
        with watch("features"):
            self.seen.append((len(images), self.layer.training))
        return [{"boxes": np.zeros((0, 4)), "number": len(self.seen)} for _ in images]


@pytest.mark.parametrize(
    ("count", "batch_size", "batches"), [(5, 2, [2, 2, 1]), (17, None, [16, 1]), (0, 4, [])]
)
def test_images_come_in_batches(count, batch_size, batches):
    model = Recorder()
    assert len(model.predict([IMAGE] * count, batch_size)) == count
    assert [number for number, _ in model.seen] == batches


def test_it_evaluates_and_goes_back():
    model = Recorder().train()
    model([IMAGE])
    assert model.seen == [(1, False)]
    assert model.layer.training


def test_stages_are_measured_by_the_callers_watch():
    watch = Stopwatch()
    Recorder().predict([IMAGE], stopwatch=watch)
    assert list(watch.seconds) == ["features"]


def test_what_is_computed_in():
    assert Recorder().dtype == np.float32
    assert Recorder().astype(np.float64).dtype == np.float64


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="batch_size must be at least 1, got 0"):
        Recorder().predict([IMAGE], 0)
    with pytest.raises(ValueError, match=r"images\[1\] must have shape \(3, H, W\)"):
        Recorder().predict([IMAGE, IMAGE[:1]])
    with pytest.raises(NotImplementedError, match="Detector has no detect"):
        Detector().predict([IMAGE])


@pytest.mark.parametrize("names", [[], ["cat"], "background", ("cat", "background")])
def test_background_comes_first(names):
    with pytest.raises(ValueError, match="class_names must be a list that begins with 'background', got"):
        check_class_names(names)
    assert check_class_names(("background", "cat")) == ["background", "cat"]
