"""Nothing is exported unproven: layers and losses have gradient checks, and PyTorch's namesakes an oracle."""

import ast
import importlib
import inspect
import re
from pathlib import Path

import pytest

import scratchcv.boxes
import scratchcv.layers
import scratchcv.losses
from scratchcv.layers import Layer

TESTS = Path(__file__).parent

WITHOUT_ORACLE = {
    "concat": "torch has it as cat too, which is asked",
    "dropout": "random masks: tests/layers/test_dropout.py checks their statistics",
}
"""Names that torch has too, and why nothing is compared."""

LAYERS = [
    name
    for name in scratchcv.layers.__all__
    if inspect.isclass(getattr(scratchcv.layers, name)) and issubclass(getattr(scratchcv.layers, name), Layer)
    if name not in ("Layer", "Sequential")
]
LOSSES = [name for name in scratchcv.losses.__all__ if name.endswith(("_loss", "cross_entropy", "_logits"))]


def mirror_of(room, name):
    """Return the file that tests what a room exports."""
    module = inspect.getmodule(getattr(importlib.import_module(f"scratchcv.{room}"), name))
    return TESTS / room / f"test_{module.__name__.rpartition('.')[2]}.py"


def names_used(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    used |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}  # fixtures
    return used | {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}


@pytest.mark.parametrize("name", LAYERS)
def test_every_layer_has_gradient_checks_and_random_shapes(name):
    missing = {name, "check_layer", "given"} - names_used(mirror_of("layers", name))
    assert not missing


@pytest.mark.parametrize("name", LOSSES)
def test_every_loss_has_gradient_checks_and_random_shapes(name):
    missing = {name, "check_loss", "given"} - names_used(mirror_of("losses", name))
    assert not missing


@pytest.mark.parametrize("room", ["layers", "boxes"])
def test_every_backward_is_checked(room):
    exported = importlib.import_module(f"scratchcv.{room}").__all__
    unchecked = [
        name
        for name in exported
        if name.endswith("_backward")
        and not {"gradcheck", "check_layer", "check_gradients"} & names_used(mirror_of(room, name))
    ]
    assert not unchecked


def test_everything_that_pytorch_has_is_compared_with_it():
    torch = pytest.importorskip("torch", reason="torch is not installed")
    ops = pytest.importorskip("torchvision.ops", reason="torchvision is not installed")
    theirs = {name for module in (torch, torch.nn.functional, ops) for name in dir(module)}
    asked = [
        path.read_text(encoding="utf-8").partition("def ask_torch")[2]
        for path in (TESTS / "oracles").glob("*/*.py")
    ]
    asked += [path.read_text(encoding="utf-8") for path in (TESTS / "boxes").glob("test_*.py")]
    exported = [*scratchcv.layers.__all__, *scratchcv.losses.__all__, *scratchcv.boxes.__all__]
    functions = [name for name in exported if name.islower() and name not in WITHOUT_ORACLE]
    shared = [name for name in functions if name in theirs]
    assert len(shared) > 30
    used = re.compile(r"\.(\w+)\b|import (\w+)")
    found = {name for text in asked for match in used.findall(text) for name in match}
    assert sorted(set(shared) - found) == []
