"""The child's interpreter gets nothing of the grader's own."""

import os
from pathlib import Path

import pytest

from scratchcv.grading.process import launch as module
from scratchcv.grading.process.launch import launch, library_folder
from scratchcv.grading.process.sandbox import Sandbox


def test_no_variable_of_ours_is_handed_on(monkeypatch):
    monkeypatch.setenv("GRADER_SECRET", "a")
    with Sandbox() as sandbox:
        sandbox.load("import os\ndef f(): return sorted(os.environ)")
        names = sandbox.call("f", (), {})
    assert "GRADER_SECRET" not in names
    assert not [name for name in names if name.startswith("PYTHON")]


def test_no_descriptor_of_ours_is_handed_on(tmp_path):
    text = "import os\ndef f():\n    n = 0\n    for d in range(500):\n        try: os.fstat(d); n += 1\n"
    with (tmp_path / "open").open("w") as file:
        os.set_inheritable(file.fileno(), True)
        with Sandbox() as sandbox:
            sandbox.load(text + "        except OSError: pass\n    return n")
            assert sandbox.call("f", (), {}) == 5  # the standard streams and two pipes


def test_an_interpreter_that_does_not_start_leaves_no_pipe(monkeypatch):
    opened = []
    pipe = os.pipe
    monkeypatch.setattr(os, "pipe", lambda: opened.append(pipe()) or opened[-1])
    monkeypatch.setattr(module.sys, "executable", "/nonexistent/python")
    with pytest.raises(FileNotFoundError):
        launch({})
    for descriptor in [descriptor for pair in opened for descriptor in pair]:
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.fstat(descriptor)


def test_where_numpy_lies():
    assert (Path(library_folder()) / "numpy" / "__init__.py").exists()
