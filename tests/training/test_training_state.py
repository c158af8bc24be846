from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from scratchcv.errors import InputError
from scratchcv.training import SGD, constant, load_checkpoint, save_checkpoint
from scratchcv.training.training_state import TrainingState


@pytest.fixture
def path(tiny: ModuleType, tmp_path: Path) -> Path:
    """The checkpoint of a training of 6 steps."""
    tiny.make_trainer(tmp_path, 6, clip_norm=9.0, metadata={"command": "train"}).run()
    return tmp_path / "last.safetensors"


def test_layout_of_the_file(path: Path) -> None:
    arrays, metadata = load_checkpoint(path)
    assert {name: (array.shape, str(array.dtype)) for name, array in arrays.items()} == {
        "model.weight": ((4, 1), "float32"),
        "model.bias": ((1,), "float32"),
        "model.padding": ((0, 1), "float32"),
        "model.mean": ((4,), "float32"),
        "optimizer.velocity.0": ((4, 1), "float32"),
        "optimizer.velocity.1": ((1,), "float32"),
        "optimizer.velocity.2": ((0, 1), "float32"),
        "optimizer.steps": ((), "int64"),
        **{
            f"history.{name}": ((6,), "float64")
            for name in ("step", "lr", "gradient_norm", "fit", "ridge", "loss")
        },
    }
    assert metadata["rng"]["bit_generator"] == "PCG64"
    del metadata["rng"]
    assert metadata == {
        "model": {"model": "regression", "features": 4, "shape": [0, 1]},
        "optimizer": {
            "class": "SGD",
            "momentum": 0.9,
            "weight_decay": 1e-3,
            "nesterov": False,
            "decay_1d": True,
        },
        "settings": {"clip_norm": 9.0, "seed": 0, "batch_size": 8},
        "step": 6,
        "history": ["step", "lr", "gradient_norm", "fit", "ridge", "loss"],
        "extra": {"command": "train"},
    }


def test_restored_state_is_the_saved_one(tiny: ModuleType, path: Path) -> None:
    state = tiny.make_trainer(path.parent, clip_norm=9.0).state
    state.restore(path)
    assert state.step == 6
    assert list(state.history()) == ["step", "lr", "gradient_norm", "fit", "ridge", "loss"]
    again = path.with_name("again.safetensors")
    state.extra = {"command": "train"}
    state.save(again)
    assert again.read_bytes() == path.read_bytes()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda s: s.model.config.update(features=5), "model: features was 4, is now 5"),
        (lambda s: s.model.config.update(depth=2), "model: depth was None, is now 2"),
        (lambda s: setattr(s.optimizer, "momentum", 0.5), r"optimizer: momentum was 0\.9, is now 0\.5"),
        (lambda s: s.settings.update(seed=1), "settings: seed was 0, is now 1"),
        (
            lambda s: setattr(s, "schedule", constant(0.05)),
            r"learning rate of step 2 was 0\.0499999, would now be 0\.05",
        ),
    ],
)
def test_another_training_is_not_resumed(tiny: ModuleType, path: Path, change: Any, message: str) -> None:
    state = tiny.make_trainer(path.parent, clip_norm=9.0).state
    change(state)
    before = state.model.state_dict()
    with pytest.raises(InputError, match=rf"last\.safetensors: cannot be resumed: .*{message}"):
        state.restore(path)
    np.testing.assert_array_equal(state.model.weight.value, before["weight"])


def test_another_optimizer_is_not_resumed(tiny: ModuleType, path: Path) -> None:
    state = tiny.make_trainer(path.parent, optimizer="adam", clip_norm=9.0).state
    with pytest.raises(InputError, match="optimizer: betas was None, is now"):
        state.restore(path)


def test_a_model_of_another_shape_is_not_resumed(tiny: ModuleType, path: Path) -> None:
    state = tiny.make_trainer(path.parent, clip_norm=9.0).state
    state.model.bias.value = np.zeros(2, np.float32)
    with pytest.raises(InputError, match=r"bias must have shape \(2,\), got \(1,\)"):
        state.restore(path)


def test_weights_alone_are_no_training(tiny: ModuleType, tmp_path: Path) -> None:
    path = tmp_path / "weights.safetensors"
    save_checkpoint(path, {"model.weight": np.zeros((4, 1))}, {"step": 3})
    with pytest.raises(InputError, match=r"weights\.safetensors: not the checkpoint of a training"):
        tiny.make_trainer(None).state.restore(path)


def test_a_state_before_the_first_step(tiny: ModuleType, tmp_path: Path) -> None:
    model = tiny.Regression()
    state = TrainingState(model, SGD(model.parameters(), 0.1), constant(0.1))
    state.save(tmp_path / "a.safetensors")
    state.restore(tmp_path / "a.safetensors")
    assert state.step == 0
    assert state.history() == {}
