"""A sheet of one's own runs as it was written."""

import importlib

import pytest

from scratchcv.errors import InputError
from scratchcv.grading.check import check_source
from scratchcv.grading.compare import compare
from scratchcv.grading.sheets.init_sheet import init_sheet
from scratchcv.grading.sheets.sheet import load_sheet

GEOMETRY = '''
"""Reference functions of a course."""

import numpy as np

TURN = 2 * np.pi


def _matrix(turns):
    c, s = np.cos(turns * TURN), np.sin(turns * TURN)
    return np.array([[c, -s], [s, c]])


def rotate(points, turns):
    """Turn points around the origin.

    By as many turns.
    """
    return points @ _matrix(turns).T


def odd(setting):
    """Look a setting up."""
    return {"a": 1}[setting]
'''


@pytest.fixture
def course(tmp_path, monkeypatch):
    (tmp_path / "course_geometry.py").write_text(GEOMETRY)
    monkeypatch.syspath_prepend(tmp_path)
    importlib.invalidate_caches()
    yield tmp_path
    monkeypatch.delitem(importlib.sys.modules, "course_geometry", raising=False)


def test_functions_of_ones_own(course):
    files, unknown = init_sheet(
        course / "my_sheet", ["course_geometry.rotate", "scratchcv.boxes.iou.box_iou"]
    )
    assert unknown == []
    assert len(files) == 7
    sheet = load_sheet(course / "my_sheet")
    assert [exercise.points for exercise in sheet.exercises] == [10, 10]
    for exercise in sheet.exercises:
        visible = list(exercise.cases.draw(b"", visible=True))
        assert len(visible) == 5
        assert len(list(exercise.cases.draw(b"seed", visible=False))) >= 3
        for variant in (*exercise.solutions, *exercise.misconceptions):
            answers = [(call.apply(variant.function), call.apply(exercise.reference)) for _, call in visible]
            right = [compare(found, expected) is None for found, expected in answers]
            assert right == [variant in exercise.solutions] * 5


def test_it_grades_at_once(course):
    init_sheet(course / "my_sheet", ["course_geometry.rotate"])
    sheet = load_sheet(course / "my_sheet")
    (solution,), (mistake,) = sheet.exercises[0].solutions, sheet.exercises[0].misconceptions
    for source, passed, hint in ((solution.source, 5, ""), (mistake.source, 0, mistake.text)):
        (result,) = check_source(sheet, source).exercises
        assert result.passed(visible=True) == (passed, 5)
        assert result.hint == hint
    (result,) = check_source(sheet, sheet.stubs()).exercises
    assert result.problem == "not done yet"


def test_inputs_that_nobody_can_guess_are_left_to_be_written(course):
    files, unknown = init_sheet(course / "my_sheet", ["course_geometry.odd"])
    assert unknown == ["odd"]
    assert all(file.is_file() for file in files)
    load_sheet(course / "my_sheet")


@pytest.mark.parametrize(
    ("folder", "function", "message"),
    [
        ("my-sheet", "course_geometry.rotate", "letters, digits and _ alone"),
        ("mine", "course_geometry.turn", "defines no function 'turn'"),
        ("mine", "no_such_module.f", "cannot read the module"),
        ("mine", "rotate", "cannot read the module"),
    ],
)
def test_what_cannot_become_a_sheet(course, folder, function, message):
    with pytest.raises(InputError, match=message):
        init_sheet(course / folder, [function])
    assert not (course / folder).exists()


def test_nothing_is_written_over(course):
    init_sheet(course / "mine", ["course_geometry.rotate"])
    before = {path: path.read_bytes() for path in (course / "mine").rglob("*.*")}
    with pytest.raises(InputError, match="exists already"):
        init_sheet(course / "mine", ["course_geometry.rotate"])
    assert {path: path.read_bytes() for path in (course / "mine").rglob("*.*")} == before
