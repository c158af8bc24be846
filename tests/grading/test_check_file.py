"""Which sheet a file belongs to, and what is said where that is not clear."""

import sys

import pytest

from scratchcv.errors import InputError
from scratchcv.grading.check_file import check_file
from scratchcv.grading.sheets.sheet import load_sheet

RIGHT = "def box_area(boxes):\n    return (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])\n"


@pytest.fixture(autouse=True)
def shelf(small_folder, monkeypatch):
    """Make the library know the small sheet and another, and nothing else."""
    other = small_folder.with_name("other")
    other.mkdir()
    text = (small_folder / "manifest.toml").read_text().partition("[[exercise]]")[0]
    function = 'function = "scratchcv.boxes.iou.box_iou"'
    (other / "manifest.toml").write_text(f"{text}[[exercise]]\n{function}\npoints = 1\n")
    module = sys.modules["scratchcv.grading.check_file"]  # the package has the function of that name
    monkeypatch.setattr(module, "sheet_names", lambda: ["other", "small"])
    monkeypatch.setattr(module, "load_sheet", lambda name: load_sheet(small_folder.with_name(name)))


@pytest.fixture
def work(tmp_path):
    folder = tmp_path / "work"
    folder.mkdir()
    return folder


def passed(result):
    return result.exercises[0].passed(visible=True)


@pytest.mark.parametrize("name", ["small.py", "small (1).py", "ada_small.py", "hw1.py"])
def test_by_name_or_by_functions(work, name):
    (work / name).write_text(RIGHT)
    for path in (work, work / name):
        result = check_file(path, only=["box_area"])
        assert (result.sheet, passed(result)) == ("small", (1, 1))
        assert len(result.digest) == 64


def test_the_guide_beside_it_needs_no_word(work):
    (work / "small.py").write_text(RIGHT + "print(1)\n")
    (work / "small.ipynb").write_text('{"cells": [{"cell_type": "code", "source": "1"}]}')
    assert check_file(work, only=["box_area"]).notes == ("left out: print (line 3)",)
    (work / "notes.py").write_text("x = 1")
    assert "not read: notes.py, small.ipynb" in check_file(work, only=["box_area"]).notes


def test_a_sheet_that_is_named(work, small_sheet):
    (work / "anything.py").write_text(RIGHT)
    assert passed(check_file(work, small_sheet, only=["box_area"])) == (1, 1)


def test_lines_are_those_of_the_file(work):
    (work / "small.py").write_text("print('left out')\n\ndef box_area(boxes):\n    return nothing\n")
    (exercise,) = check_file(work, only=["box_area"]).exercises
    assert exercise.cases[0].message == "raises NameError in line 4: name 'nothing' is not defined"


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "there is neither other.py nor small.py, but no Python file"),
        (
            {"hw1.py": "x = 1"},
            "there is neither other.py nor small.py, but hw1.py; name the sheet by --sheet",
        ),
        ({"small.py": RIGHT, "other.py": "x = 1"}, "holds other and small: say which one"),
        ({"small.py": ""}, "small.py: is empty"),
        ({"hw1.ipynb": "not a notebook"}, "but hw1.ipynb"),
    ],
)
def test_what_is_not_clear(work, files, message):
    for name, text in files.items():
        (work / name).write_text(text)
    with pytest.raises(InputError, match=message.replace("(", r"\(")):
        check_file(work)


def test_nothing_there(work):
    with pytest.raises(InputError, match="no such file or folder"):
        check_file(work / "small.py")
