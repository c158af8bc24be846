"""Fixtures of the metrics' tests."""

import importlib

import pytest


@pytest.fixture
def always_compiled(backend, monkeypatch):
    """Run the test in each backend, the compiled form on small data too."""
    for file in ("coco_curves", "detection_matching"):
        monkeypatch.setattr(importlib.import_module(f"scratchcv.metrics.{file}"), "_WORTH_COMPILING", 0)
