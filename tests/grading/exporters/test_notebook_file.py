"""Notebooks: of the form that Jupyter reads."""

import json

import pytest

from scratchcv.grading.exporters.notebook_file import NotebookCell, write_notebook


def test_cells():
    cells = [NotebookCell("code", "a = 1\nprint(a)", {"tag": 1}, "1"), NotebookCell("raw", "x")]
    notebook = json.loads(write_notebook("a1", cells))
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    code, raw = notebook["cells"]
    assert code["source"] == ["a = 1\n", "print(a)"]
    assert code["outputs"] == [{"name": "stdout", "output_type": "stream", "text": ["1"]}]
    assert (code["id"], raw["id"]) == ("a1-001", "a1-002")
    assert raw.keys() == {"cell_type", "id", "metadata", "source"}


def test_jupyter_finds_nothing_wrong():
    nbformat = pytest.importorskip("nbformat", reason="nbformat is not installed: Jupyter brings it")
    cells = [NotebookCell(kind, "x = 1") for kind in ("code", "markdown", "raw")]
    nbformat.validate(nbformat.reads(write_notebook("a1_boxes", cells).decode(), as_version=4))
