"""otter's plugin: no cell of code is left to run, and no wrong zero."""

from types import SimpleNamespace

import pytest

from scratchcv.grading.exporters.otter_plugin import TextOnly


@pytest.fixture
def plugin():
    return TextOnly("small.ipynb", {}, {})


def results(message, *, passed=False):
    case = SimpleNamespace(passed=passed, message=message)
    return SimpleNamespace(results={"q_box_area": SimpleNamespace(test_case_results=[case])})


def test_code_is_taken_out(plugin):
    cells = [{"cell_type": "code", "source": "steal()"}, {"cell_type": "markdown", "source": "# Boxes"}]
    assert plugin.before_execution({"cells": cells, "nbformat": 4}) == {"cells": cells[1:], "nbformat": 4}


def test_the_graders_own_fault_stops_otter(plugin):
    error = "Exception raised:\n    Traceback\n    x.NotGradedError: no process\n"
    with pytest.raises(RuntimeError, match=r"^not graded: x\.NotGradedError: no process$"):
        plugin.after_grading(results(error))


def test_other_failures_do_not(plugin):
    plugin.after_grading(results("Expected:\n    passes\nGot:\n    wrong\n"))
    plugin.after_grading(results("NotGradedError", passed=True))
