"""Notebooks written without Jupyter."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class NotebookCell:
    """A cell of a notebook.

    Attributes
    ----------
    kind : {"code", "markdown", "raw"}
    source : str
    metadata : dict
    printed : str
        What a code cell shows as if it had been run.
    """

    kind: str
    source: str
    metadata: dict[str, Any] = field(default_factory=dict)
    printed: str = ""


def write_notebook(name: str, cells: Iterable[NotebookCell]) -> bytes:
    """Return the bytes of an ``.ipynb`` file.

    Parameters
    ----------
    name : str
        Letters, digits and hyphens, which the cells' ids begin with.
    cells : iterable of NotebookCell

    Examples
    --------
    >>> json.loads(write_notebook("a1", [NotebookCell("markdown", "# Boxes")]))["cells"]
    [{'cell_type': 'markdown', 'id': 'a1-001', 'metadata': {}, 'source': ['# Boxes']}]
    """
    written = []
    for number, cell in enumerate(cells, start=1):
        entry: dict[str, Any] = {
            "cell_type": cell.kind,
            "id": f"{name}-{number:03}",
            "metadata": cell.metadata,
        }
        if cell.kind == "code":
            text = cell.printed.splitlines(keepends=True)
            outputs = [{"name": "stdout", "output_type": "stream", "text": text}] if text else []
            entry |= {"execution_count": None, "outputs": outputs}
        written.append(entry | {"source": cell.source.splitlines(keepends=True)})
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    notebook = {"cells": written, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return (json.dumps(notebook, indent=1, ensure_ascii=False) + "\n").encode()
