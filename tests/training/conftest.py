"""The tiny training that the tests of this room interrupt, kill and resume."""

import importlib.util
import signal
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

TINY_TRAINING = Path(__file__).with_name("tiny_training.py")


@pytest.fixture(scope="session")
def tiny() -> ModuleType:
    """The module `tiny_training`, which is also run as a script."""
    spec = importlib.util.spec_from_file_location("tiny_training", TINY_TRAINING)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def ctrl_c_raises() -> Iterator[None]:
    """Python's own handler of Ctrl-C, which a job in the background lacks."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
