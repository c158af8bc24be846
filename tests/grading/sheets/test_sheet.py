"""Sheets: what students get, and what tells two states of a sheet apart."""

import numpy as np
import pytest

import scratchcv.boxes
from scratchcv.errors import InputError
from scratchcv.grading.sheets.sheet import load_sheet, sheet_names


def test_a_folder_is_a_sheet(small_sheet):
    assert (small_sheet.name, small_sheet.title, small_sheet.points) == ("small", "Areas", 10)
    assert [exercise.name for exercise in small_sheet.exercises] == ["box_area", "match_rpn"]
    assert small_sheet.exercise("box_area").task == "Sides times sides."


def test_stubs_are_empty_and_what_is_given_is_whole(small_sheet):
    namespace = {}
    exec(small_sheet.stubs(), namespace)
    assert namespace["clip_boxes_to_image"]([[-1, 0, 2, 9]], (5, 5)).tolist() == [[0, 0, 2, 5]]
    for name in ("box_area", "match_rpn"):
        with pytest.raises(NotImplementedError):
            namespace[name](np.zeros((0, 4)))


def test_the_solution_is_the_librarys(small_sheet):
    namespace = {}
    exec(small_sheet.solution(), namespace)
    iou = np.array([[0.8, 0.1], [0.2, 0.5], [0.4, 0.2]])
    assert (namespace["match_rpn"](iou) == scratchcv.boxes.match_rpn(iou)).all()


def test_the_digest_is_of_all_files(small_folder, small_sheet):
    before = small_sheet.digest
    assert load_sheet(small_folder).digest == before
    cases = small_folder / "cases" / "box_area.py"
    cases.write_text(cases.read_text() + "\n# changed\n")
    assert load_sheet(small_folder).digest != before


def test_unknown_names(small_sheet):
    with pytest.raises(InputError, match=r"no exercise 'nms'; it has box_area, match_rpn"):
        small_sheet.exercise("nms")
    with pytest.raises(InputError, match="neither a sheet"):
        load_sheet("nowhere")


def test_every_sheet_of_the_library_can_be_loaded():
    for name in sheet_names():
        sheet = load_sheet(name)
        assert sheet.name == name
        assert all(exercise.cases.kinds for exercise in sheet.exercises)
