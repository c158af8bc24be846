import ast
import inspect

import pytest

from scratchcv.boxes.iou import QUALITIES, box_iou, box_iou_numpy
from scratchcv.errors import InputError
from scratchcv.layers.layer import Layer
from scratchcv.visualize import show_source


def test_the_code_is_the_librarys_own_without_docstring():
    code = show_source(box_iou_numpy)
    assert '"""' not in code
    own = inspect.getsource(box_iou_numpy).splitlines()
    assert [line for line in own if line in code.splitlines()] == code.splitlines()
    names: dict = {}
    exec("from scratchcv.boxes.iou import *\nfrom scratchcv.boxes.iou import Array, np\n" + code, names)
    assert names["box_iou_numpy"].__code__.co_names == box_iou_numpy.__code__.co_names


def test_several_stand_one_below_the_other_and_docstrings_on_demand():
    code = show_source(box_iou_numpy, box_iou, docstrings=True)
    assert code.count('"""') == 4
    assert code.index("def box_iou_numpy") < code.index("def box_iou(")


def test_methods_lose_their_docstrings_too():
    code = show_source(Layer)
    nodes = [node for node in ast.walk(ast.parse(code)) if isinstance(node, (ast.FunctionDef, ast.ClassDef))]
    assert len(nodes) > 10
    assert not any(ast.get_docstring(node) for node in nodes)
    assert "        raise NotImplementedError" in code


def test_what_is_nothing_but_a_docstring_keeps_it():
    assert show_source(InputError) == inspect.getsource(InputError).strip()


def test_a_notebook_shows_it_as_python():
    code = show_source(box_iou_numpy)
    assert code._repr_markdown_() == f"```python\n{code}\n```"


def test_what_has_no_code_is_told():
    with pytest.raises(TypeError, match="was expected"):
        show_source(QUALITIES)
