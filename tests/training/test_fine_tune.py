"""Slow and frozen layers: factors by name, and a training that leaves frozen layers alone, byte for byte."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scratchcv.backbones import BasicBlock, ResNet, ResNetBody
from scratchcv.data import BatchLoader, SceneDataset
from scratchcv.errors import InputError
from scratchcv.layers import BatchNorm2d, Conv2d, Dropout, FrozenBatchNorm2d, Sequential
from scratchcv.models import SSD, fast_rcnn_resnet50, ssd_tiny
from scratchcv.training import (
    SGD,
    Adam,
    Recipe,
    Trainer,
    constant,
    frozen_by_design,
    frozen_layers,
    learning_rate_factors,
    train_detector,
)

SCENES = SceneDataset(4, size=64)


def network() -> Sequential:
    return Sequential(Sequential(Conv2d(3, 4, 3), BatchNorm2d(4), Dropout()), Conv2d(4, 2, 1))


def trainer(model: SSD, factors: dict[str, float], folder: Path | None = None, **options: Any) -> Trainer:
    kind = options.pop("optimizer", SGD)
    return Trainer(
        model,
        kind(model.parameters(), 0.01, weight_decay=0.1, factors=learning_rate_factors(model, factors)),
        constant(0.01),
        BatchLoader(SCENES, 2),
        frozen=frozen_layers(model, factors),
        checkpoint_dir=folder,
        progress=False,
        **({"total_steps": 3} | options),
    )


def test_the_longest_name_counts() -> None:
    factors = {"0": 0.1, "0.1": 0, "1.bias": 2}
    assert learning_rate_factors(network(), factors) == [0.1, 0.1, 0, 0, 1, 2]
    assert learning_rate_factors(network(), {}) == [1] * 6


def test_frozen_are_the_layers_below_a_zero_without_those_that_learn_again() -> None:
    model = network()
    assert frozen_layers(model, {"0": 0}) == [model[0], *model[0]]
    assert frozen_layers(model, {"0": 0, "0.1": 0.5}) == [model[0], model[0][0], model[0][2]]
    assert frozen_layers(model, {"0": 0.1}) == []


def test_an_unknown_layer() -> None:
    with pytest.raises(ValueError, match=r"no parameter is in 'head': the model has 0\.0\.weight"):
        learning_rate_factors(network(), {"head": 0.1})


@pytest.mark.parametrize("optimizer", [SGD, Adam])
def test_frozen_layers_do_not_change_by_a_byte(optimizer: Any) -> None:
    """Weight decay, running statistics and counters included; all others move."""
    model = ssd_tiny(SCENES.class_names, size=64)
    before = model.state_dict()
    trainer(model, {"backbone": 0}, optimizer=optimizer).run()
    after = model.state_dict()
    same = {name for name in before if before[name].tobytes() == after[name].tobytes()}
    assert {name for name in before if name.startswith("backbone.")} <= same
    assert {name for name in before if name.endswith("module_list.0.weight")}.isdisjoint(same)
    assert not model.backbone.training
    assert model.head.training


def test_what_is_frozen_in_part() -> None:
    model = ssd_tiny(SCENES.class_names, size=64)
    before = model.state_dict()
    trainer(model, {"backbone": 0, "backbone.stages.6": 0.1}).run()
    after = model.state_dict()
    moved = {name.rpartition(".")[0] for name in before if before[name].tobytes() != after[name].tobytes()}
    assert {name for name in moved if name.startswith("backbone")} == {
        "backbone.stages.6.1.0",
        "backbone.stages.6.1.1",
    }


def test_without_freezing_running_statistics_move_though_no_parameter_does() -> None:
    """Why `frozen` is not the optimizer's affair alone."""
    model = ssd_tiny(SCENES.class_names, size=64)
    careless = trainer(model, {"backbone": 0})
    careless.frozen = ()
    before = model.state_dict()
    careless.run()
    after = model.state_dict()
    moved = {name.rpartition(".")[2] for name in before if before[name].tobytes() != after[name].tobytes()}
    assert {"running_mean", "running_var", "num_batches_tracked"} <= moved


def test_a_tenth_of_the_rate_is_a_tenth_of_the_step() -> None:
    slow, fast = (ssd_tiny(SCENES.class_names, size=64).astype(np.float64) for _ in range(2))
    before = fast.state_dict()
    trainer(slow, {"backbone": 0.1}, total_steps=1).run()
    trainer(fast, {}, total_steps=1).run()
    for name, parameter in slow.named_parameters():
        step = parameter.value - before[name]
        full = fast.state_dict()[name] - before[name]
        factor = 0.1 if name.startswith("backbone.") else 1.0
        np.testing.assert_allclose(step, factor * full, rtol=1e-9, atol=1e-12)


def test_the_gradients_norm_is_of_what_is_trained() -> None:
    model = ssd_tiny(SCENES.class_names, size=64)
    frozen = trainer(model, {"backbone": 0}, total_steps=1)
    norm = frozen.run()["gradient_norm"][0]
    squares = sum(float((p.grad.astype(float) ** 2).sum()) for p in model.head.parameters())
    assert norm == pytest.approx(math.sqrt(squares), rel=1e-5)


def test_resumed_it_is_bitwise_the_same_and_with_other_factors_refused(tmp_path: Path) -> None:
    factors = {"backbone": 0, "backbone.stages.6": 0.1}
    whole = ssd_tiny(SCENES.class_names, size=64)
    trainer(whole, factors, total_steps=4).run()
    trainer(ssd_tiny(SCENES.class_names, size=64), factors, tmp_path, total_steps=2).run()
    resumed = ssd_tiny(SCENES.class_names, size=64)
    trainer(resumed, factors, tmp_path, total_steps=4).run(resume=True)
    assert {name: value.tobytes() for name, value in resumed.state_dict().items()} == {
        name: value.tobytes() for name, value in whole.state_dict().items()
    }
    with pytest.raises(InputError, match="cannot be resumed: optimizer: factors was"):
        trainer(whole, {"backbone": 0.1}, tmp_path).run(resume=True)


def test_what_a_backbone_does_not_train_stays_as_it_is() -> None:
    resnet = ResNet(BasicBlock, (1, 1, 1, 1), channels=4, norm_layer=FrozenBatchNorm2d)
    model = fast_rcnn_resnet50(len(SCENES.class_names), network=resnet, min_size=64, max_size=64)
    model.backbone = ResNetBody(resnet, returned_layers=(3,), trainable_layers=2)
    model.search = lambda image: np.array([[0, 0, 40, 40], [10, 10, 60, 60]], np.float32)
    assert frozen_by_design(model) == {"backbone.conv1": 0, "backbone.layer1": 0, "backbone.layer2": 0}
    before = model.state_dict()
    train_detector(model, SCENES, Recipe(size=64, batch_size=2, steps=2, weight_decay=0.1))
    for name, value in model.state_dict().items():
        frozen = name.startswith(("backbone.conv1", "backbone.layer1", "backbone.layer2")) or ".bn" in name
        frozen |= ".downsample.1" in name
        assert (value.tobytes() == before[name].tobytes()) == frozen, name
