"""The gradebook: one row a student, whatever the order of the results."""

import csv
import itertools

from scratchcv.grading.course.gradebook import gradebook, write_gradebook
from scratchcv.grading.result import ExerciseResult, SubmissionResult

AREA, RPN = "scratchcv.boxes.area.box_area", "scratchcv.boxes.matching.match_rpn"
RESULTS = [
    SubmissionResult(
        "small",
        "",
        "bob",
        "1",
        "graded",
        exercises=(ExerciseResult(RPN, 4, 4), ExerciseResult(AREA, 6, 10 / 3)),
        notes=("left out: print (line 1)", "a\nb"),
        level="sealed",
    ),
    SubmissionResult("small", "", "=HYPERLINK(1)", "2", "unreadable", "a.py: is empty"),
    SubmissionResult(
        "small", "", "ada, Countess", "3", "not graded", "not graded, by a fault of the grader: x"
    ),
]


def test_the_table(small_sheet):
    table = gradebook(small_sheet, RESULTS)
    assert list(csv.reader(table.splitlines())) == [
        ["student", "box_area", "match_rpn", "total", "status", "level", "note"],
        ["'=HYPERLINK(1)", "0", "0", "0", "unreadable", "", "a.py: is empty"],
        ["ada, Countess", "", "", "", "not graded", "", "not graded, by a fault of the grader: x"],
        ["bob", "3.33", "4", "7.33", "graded", "sealed", "left out: print (line 1); a b"],
    ]


def test_the_order_of_results_does_not_matter(small_sheet):
    assert len({gradebook(small_sheet, order) for order in itertools.permutations(RESULTS)}) == 1


def test_on_the_disk(tmp_path, small_sheet):
    path = write_gradebook(tmp_path, small_sheet, RESULTS)
    assert path.read_bytes().decode() == gradebook(small_sheet, RESULTS)
