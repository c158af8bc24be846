"""Cutting functions out of the library: what comes out runs alone, and gives the same answers."""

import ast
import doctest
import inspect
import sys

import numpy as np
import pytest

import scratchcv.boxes
from scratchcv.backend import use_backend
from scratchcv.errors import InputError
from scratchcv.grading.sheets.cut import closure, cut, find_function, stub
from scratchcv.grading.sheets.source import Definition

EXERCISES = [
    "scratchcv.boxes.nms.nms",
    "scratchcv.layers.conv2d.conv2d_backward",
    "scratchcv.losses.multibox.multibox_loss",
]


def imported_packages(text):
    nodes = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Import | ast.ImportFrom)]
    return {getattr(node, "module", None) or node.names[0].name for node in nodes}


@pytest.mark.parametrize("dotted", EXERCISES)
def test_what_is_cut_needs_none_of_the_library(dotted):
    text = cut([dotted])
    packages = {name.partition(".")[0] for name in imported_packages(text)}
    assert packages <= {"numpy", *sys.stdlib_module_names}
    namespace = {"__name__": "cut"}
    exec(compile(text, "cut.py", "exec"), namespace)
    name = dotted.rpartition(".")[2]
    examples = doctest.DocTestFinder().find(namespace[name], name, globs=namespace, module=False)
    outcome = doctest.DocTestRunner(optionflags=doctest.FAIL_FAST).run(examples[0])
    assert outcome.attempted
    assert not outcome.failed


def test_it_is_the_formula_bit_for_bit():
    namespace = {}
    exec(cut(["scratchcv.boxes.iou.box_iou"]), namespace)
    rng = np.random.default_rng(0)
    boxes = rng.uniform(0, 9, (20, 2))
    boxes = np.concatenate([boxes, boxes + rng.uniform(0, 9, (20, 2))], axis=1)
    with use_backend("numpy"):
        assert (namespace["box_iou"](boxes, boxes) == scratchcv.boxes.box_iou(boxes, boxes)).all()


def test_a_stub_keeps_signature_and_docstring():
    namespace = {}
    exec(cut([], ["scratchcv.boxes.nms.nms"]), namespace)
    original = scratchcv.boxes.nms
    assert str(inspect.signature(namespace["nms"])) == str(inspect.signature(original))
    assert inspect.getdoc(namespace["nms"]) == inspect.getdoc(original)
    with pytest.raises(NotImplementedError, match="nms: to do"):
        namespace["nms"]([], [], 0.5)


def test_a_stub_gives_nothing_away():
    text = cut(["scratchcv.boxes.iou.box_iou"], ["scratchcv.boxes.nms.nms"])
    assert "by_decreasing_score" not in text
    assert "def box_iou(" in text
    assert text.index("def box_iou(") < text.index("def nms(")


def test_what_is_an_exercise_is_not_given():
    """The whole function of the one calls the other, which is a stub."""
    text = cut(["scratchcv.boxes.iou.box_iou"], ["scratchcv.boxes.area.box_area"])
    assert text.count("def box_area(") == 1
    assert "box_area: to do" in text


def test_each_stands_below_what_it_needs():
    names = [item.name for item in closure(EXERCISES) if isinstance(item, Definition)]
    assert names.index("box_iou_numpy") < names.index("nms_numpy") < names.index("nms")
    assert len(set(names)) == len(names)


def test_a_stub_without_docstring(tmp_path, monkeypatch):
    (tmp_path / "plain_module.py").write_text("def f(x, *, k=3):\n    return x * k\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert stub("plain_module.f") == 'def f(x, *, k=3):\n    raise NotImplementedError("f: to do")'


def test_modules_of_ones_own(tmp_path, monkeypatch):
    (tmp_path / "own_sheet.py").write_text(
        "import numpy as np\nfrom scratchcv.boxes.area import box_area\n\n\n"
        "def largest(boxes):\n    return int(np.argmax(box_area(boxes)))\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    namespace = {}
    exec(cut(["own_sheet.largest"]), namespace)
    assert namespace["largest"]([[0, 0, 1, 1], [0, 0, 2, 2]]) == 1
    sys.modules.pop("own_sheet")


@pytest.mark.parametrize(
    ("dotted", "message"),
    [
        ("scratchcv.boxes.iou.box_io", "defines no function 'box_io'"),
        ("scratchcv.boxes.box_iou", "defines no function 'box_iou'"),
        ("scratchcv.nowhere.f", "cannot read the module"),
        ("math.sqrt", "cannot read the module"),
        ("sqrt", "cannot read the module"),
        ("scratchcv.boxes.matching.IGNORE", "defines no function"),
    ],
)
def test_what_cannot_be_found(dotted, message):
    with pytest.raises(InputError, match=message):
        find_function(dotted)


def test_two_of_one_name(tmp_path, monkeypatch):
    for number, name in enumerate(("first", "second")):
        helper = f"def helper():\n    return {number}\n\n\n"
        (tmp_path / f"{name}_of_two.py").write_text(f"{helper}def {name}():\n    return helper()\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(InputError, match="helper is needed from first_of_two and from second_of_two"):
        cut(["first_of_two.first", "second_of_two.second"])
