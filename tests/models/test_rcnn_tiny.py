"""The tiny R-CNN: sizes, seeds, what a checkpoint keeps."""

import json

import pytest

from scratchcv.models import build_model, rcnn_tiny

NAMES = ["background", "cat", "dog"]


def test_names_and_seeds():
    names = [name for name, _ in rcnn_tiny(NAMES).named_parameters()]
    assert {"box_head.1.weight", "classifier.weight", "classifier.bias"} < set(names)
    first, second, other = (rcnn_tiny(NAMES, seed=seed).state_dict() for seed in (5, 5, 6))
    assert all(first[name].tobytes() == second[name].tobytes() for name in first)
    assert any(first[name].tobytes() != other[name].tobytes() for name in first)


def test_a_configuration_rebuilds_the_model():
    model = rcnn_tiny(NAMES, size=96, seed=3, head="softmax", crop_size=16, context=2)
    again = build_model(json.loads(json.dumps(model.config)))
    assert again.config == model.config
    assert (again.size, again.head, again.crop_size, again.context) == (96, "softmax", 16, 2)
    state = model.state_dict()
    assert all(value.tobytes() == state[name].tobytes() for name, value in again.state_dict().items())


def test_bad_settings_are_named():
    with pytest.raises(ValueError, match="head must be one of svm, softmax, got 'tree'"):
        rcnn_tiny(NAMES, head="tree")
    with pytest.raises(ValueError, match="crop_size must be a multiple of 8, got 30"):
        rcnn_tiny(NAMES, crop_size=30)
    with pytest.raises(ValueError, match="class_names must be a list that begins with 'background', got"):
        rcnn_tiny(["cat", "dog"])
