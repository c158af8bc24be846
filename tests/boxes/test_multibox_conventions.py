"""d2l's and MXNet's rules as arguments; what each changes is tested row by row in the syllabus."""

import inspect

import numpy as np
import pytest

from scratchcv.boxes import MULTIBOX_CONVENTIONS, multibox_detection, multibox_target

ANCHORS = [[0, 0, 1, 1], [0, 0, 1, 0.5], [0.5, 0.5, 1.2, 1.2]]


@pytest.mark.parametrize(
    ("room", "function"), [("target", multibox_target), ("detection", multibox_detection)]
)
def test_both_set_the_same_arguments_which_the_functions_have(room, function):
    d2l, mxnet = (getattr(MULTIBOX_CONVENTIONS[name], room) for name in ("d2l", "mxnet"))
    assert set(d2l) == set(mxnet) <= set(inspect.signature(function).parameters)
    assert all(d2l[name] != mxnet[name] for name in d2l)


def test_targets_differ():
    labels = {
        name: multibox_target(ANCHORS, [[0, 0, 1, 1], [5, 5, 6, 6]], [1, 2], **convention.target)[2].tolist()
        for name, convention in MULTIBOX_CONVENTIONS.items()
    }
    assert labels == {"d2l": [1, 2, 0], "mxnet": [1, 0, 0]}  # an untouched truth, an IoU of .5


def test_detections_differ():
    scores = [[0.1, 0.9, 0.0], [0.2, 0.0, 0.8], [0.995, 0.005, 0.0]]
    rows = {
        name: multibox_detection(scores, np.zeros((3, 4)), ANCHORS, **convention.detection)
        for name, convention in MULTIBOX_CONVENTIONS.items()
    }
    assert rows["d2l"][:, 0].tolist() == [0, 1, -1]  # an IoU of exactly .5 is none too many
    assert rows["d2l"][2, 1] == pytest.approx(0.995)
    assert rows["mxnet"][:, 0].tolist() == [0, 1, -1]  # they are of two classes
    assert (rows["mxnet"][2] == -1).all()
