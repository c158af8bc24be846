"""The text of modules: definitions, imports, what each needs."""

import pytest

from scratchcv.grading.sheets.source import Definition, Import, Source


def test_statements_of_imports():
    assert Import("numpy", "", "np").statement() == "import numpy as np"
    assert Import("math", "", "math").statement() == "import math"
    assert Import("typing", "Any", "Any").statement() == "from typing import Any"
    assert Import("numpy", "sum", "total").statement() == "from numpy import sum as total"


def test_a_definition_and_what_it_needs():
    text, needed = Source.of("scratchcv.boxes.iou").definition("box_iou_numpy")
    assert text.startswith("def box_iou_numpy(boxes1: Array")
    assert needed == ["Array", "intersection_and_union", "ratio"]
    assert Definition("scratchcv.boxes.iou", "ratio", "").dotted == "scratchcv.boxes.iou.ratio"


def test_the_choice_of_a_backend_is_left_out():
    text, needed = Source.of("scratchcv.boxes.iou").definition("box_iou")
    assert "form = box_iou_numpy\n" in text
    assert "active_form" not in needed


def test_local_names_are_not_needed():
    _, needed = Source.of("scratchcv.boxes.nms").definition("nms_numpy")
    assert needed == ["Array", "np", "box_iou_numpy"]


def test_the_head_ends_with_the_docstring():
    head = Source.of("scratchcv.boxes.area").head("box_area")
    assert head.startswith("def box_area(")
    assert head.endswith('"""')
    compile(head + "\n    pass", "head", "exec")


def test_names_in_signatures():
    assert "IGNORE" not in Source.of("scratchcv.losses.rpn").signature_names("rpn_loss")
    assert Source.of("scratchcv.losses.rpn").signature_names("rpn_loss") == ["ArrayLike", "Array"]


def test_constants_and_decorated_functions(tmp_path, monkeypatch):
    (tmp_path / "own_module.py").write_text(
        "import functools\nLOW, HIGH = 0, 1\n\n@functools.cache\ndef cached(x=LOW):\n    return HIGH\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    source = Source.of("own_module")
    text, needed = source.definition("cached")
    assert text.startswith("@functools.cache\ndef cached")
    assert set(needed) == {"functools", "LOW", "HIGH"}
    assert source.definition("LOW")[0] == "LOW, HIGH = 0, 1"


def test_an_unknown_module():
    with pytest.raises(ModuleNotFoundError):
        Source.of("scratchcv.nowhere")
