"""Copying weights by name: what fits, what stays, and what the report says of both."""

from typing import Any

import numpy as np
import pytest

from scratchcv.layers import BatchNorm2d, Conv2d, Layer, Linear, Sequential
from scratchcv.training import copy_matching_weights


class Network(Layer):
    def __init__(self, classes: int, seed: int) -> None:
        rng = np.random.default_rng(seed)
        self.backbone = Sequential(Conv2d(3, 4, 3, rng=rng), BatchNorm2d(4))
        self.backbone[1].running_mean[...] = seed
        self.fc = Linear(4, classes, rng=rng)


def changed(before: dict[str, Any], after: dict[str, Any]) -> set[str]:
    return {name for name in before if before[name].tobytes() != after[name].tobytes()}


def test_all_but_the_output_layer() -> None:
    source, target = Network(10, seed=1), Network(3, seed=2)
    before = target.state_dict()
    report = copy_matching_weights(source.state_dict(), target)
    after = target.state_dict()
    for name in report.copied:
        assert after[name].tobytes() == source.state_dict()[name].tobytes()
    assert {"backbone.0.weight", "backbone.1.running_mean"} <= changed(before, after) <= set(report.copied)
    assert report.kept == report.unused == ("fc.weight", "fc.bias")
    assert report.misfits == {"fc.weight": ((10, 4), (3, 4)), "fc.bias": ((10,), (3,))}
    assert str(report).splitlines() == [
        "copied: backbone (7)",
        "kept: fc (2)",
        "unused: fc.weight, fc.bias",
        "fc.weight was (10, 4), is (3, 4) here",
        "fc.bias was (10,), is (3,) here",
    ]


def test_an_output_layer_of_the_same_shape_is_copied_unless_excluded() -> None:
    source, target, whole = Network(3, seed=1), Network(3, seed=2), Network(3, seed=2)
    before = target.fc.weight.value.tobytes()
    report = copy_matching_weights(source.state_dict(), target, exclude=["fc"])
    assert target.fc.weight.value.tobytes() == before
    assert report.kept == ("fc.weight", "fc.bias")
    assert not report.misfits
    assert copy_matching_weights(source.state_dict(), whole).kept == ()
    assert str(copy_matching_weights(source.state_dict(), whole)).splitlines()[1:] == [
        "kept: none",
        "unused: none",
    ]


def test_an_excluded_name_is_a_layer_and_no_beginning_of_letters() -> None:
    target = Network(3, seed=2)
    with pytest.raises(ValueError, match=r"no parameter is in 'f': the model has backbone\.0\.w.*\(9\)"):
        copy_matching_weights(Network(3, seed=1).state_dict(), target, exclude=["f"])


def test_names_may_begin_differently() -> None:
    """As torchvision's classifiers have no prefix, and its detectors "backbone.body."."""
    source, target = Network(3, seed=1), Network(3, seed=2)
    bare = source.backbone.state_dict()
    report = copy_matching_weights(bare, target, rename={"": "backbone."})
    assert report.kept == ("fc.weight", "fc.bias")
    deep = {f"model.body.{name}": value for name, value in bare.items()}
    rename = {"model.": "wrong.", "model.body.": "backbone."}  # the longest beginning counts
    assert copy_matching_weights(deep, target, rename=rename).copied == report.copied


def test_the_report_names_the_one_layer_that_stayed() -> None:
    source, target = Network(3, seed=1).state_dict(), Network(3, seed=2)
    del source["backbone.1.running_var"]
    lines = str(copy_matching_weights(source, target)).splitlines()
    assert lines[:2] == [
        "copied: backbone.0 (2), backbone.1.weight (1), backbone.1.bias (1), fc (2), "
        "backbone.1.running_mean (1), backbone.1.num_batches_tracked (1)",
        "kept: backbone.1.running_var (1)",
    ]


@pytest.mark.parametrize("source", [{}, {"conv1.weight": np.ones(3)}])
def test_nothing_fits(source: dict[str, Any]) -> None:
    target = Network(3, seed=2)
    with pytest.raises(ValueError, match=r"nothing fits: the source has (none|conv1\.weight), the target"):
        copy_matching_weights(source, target)


def test_values_are_copied_and_keep_the_targets_dtype() -> None:
    source, target = Network(3, seed=1), Network(3, seed=2).astype(np.float64)
    state = source.state_dict()
    copy_matching_weights(state, target)
    state["fc.weight"][...] = 9
    assert target.fc.weight.value.dtype == np.float64
    assert target.fc.weight.value.max() < 9
