"""Reports as Markdown: what students read, and what they must not."""

import dataclasses

import numpy as np
import pytest

from scratchcv.grading.reports.markdown import PRINTED_LINES, color_markdown, report_markdown
from tests.grading.results import BOXES, SECRET, exercise, hidden, right, submission, wrong, wrong_iou


def test_a_wrong_exercise():
    one = exercise(right(), wrong_iou(), hint="Your union counts twice.", printed="shape (1, 4)\n")
    text = report_markdown(submission(one))
    assert text.splitlines()[0] == "# a1_boxes: 0 of 1 exercises right"
    assert "| box_iou  | 1 of 2        | wrong |" in text
    assert "    box_iou([[0.0, 0.0, 2.0, 2.0]], [[1.0, 1.0, 3.0, 3.0]])\n    the result at [0, 0]:" in text
    assert "      expected 0.142857\n      got      0.125\n" in text
    assert "**Hint:** Your union counts twice." in text
    assert "It printed:\n\n    shape (1, 4)\n" in text
    assert text.endswith("Mend box_iou, and check again.\n")


def test_right_exercises_need_few_words():
    text = report_markdown(submission(exercise(right(), printed="noise")))
    assert "noise" not in text
    assert "##" not in text


def test_points_where_graded():
    one = exercise(right(), hidden("Boxes that touch"), earned=7.333333)
    text = report_markdown(submission(one, status="graded"))
    assert "0 of 1 exercises right, 7.33 of 10 points" in text
    assert "| 7.33 of 10 |" in text
    assert "Hidden cases that went wrong: Boxes that touch." in text


def test_hidden_cases_are_named_and_no_more():
    many = [hidden(f"Kind {number}") for number in range(9)]
    text = report_markdown(submission(exercise(right(), *many), status="graded"))
    assert SECRET not in text
    assert "ValueError" not in text
    assert "Kind 5; and 3 more." in " ".join(text.split())


def test_faults():
    text = report_markdown(submission(status="unreadable", fault="a1_boxes.py: is empty"))
    assert text.startswith("# a1_boxes: unreadable\n\n    a1_boxes.py: is empty\n")


def test_what_was_left_out():
    text = report_markdown(submission(exercise(right()), notes=("left out: print (line 2)",)))
    assert "How the file was read:\n\n    left out: print (line 2)\n" in text


def test_what_ran_without_isolation_says_so():
    for status, words in (("graded", "Not isolated"), ("checked", "A self-check")):
        result = submission(exercise(right()), status=status, level="self-check")
        assert words in report_markdown(result)
        assert words not in report_markdown(dataclasses.replace(result, level="sealed"))


@pytest.mark.parametrize(
    ("case", "shown"),
    [
        (
            wrong([BOXES], 1.0, None, reason="raised", message="raises E in line 3: no"),
            "raises E in line 3: no",
        ),
        (wrong([BOXES], BOXES, BOXES[0], reason="shape", message="the result has shape (4,)"), "(4,)"),
        (
            wrong([3], (1.0, 2.0), (1.0, 3.0), place="[1]"),
            "the result[1]:\n      expected 2.0\n      got      3.0",
        ),
        (wrong([3], True, False), "the result:\n      expected True\n      got      False"),
        (wrong([3], np.zeros(9999), np.ones(9999), index=(9000,)), "array of shape (9999,)"),
    ],
)
def test_kinds_of_failure(case, shown):
    assert shown in report_markdown(submission(exercise(case)))


def test_what_students_make_stays_in_blocks_of_code():
    evil = "# title\n<script>alert(1)</script>\n| a | wrong |\x1b[31m"
    case = wrong([BOXES], 1.0, None, reason="raised", message=f"raises X: {evil}")
    one = exercise(case, printed=evil)
    text = report_markdown(submission(one, exercise(problem=evil), notes=(evil,)))
    lines = [line for line in text.splitlines() if "script" in line or "title" in line]
    assert len(lines) == 8
    assert all(line.startswith("    ") for line in lines)
    assert "\x1b" not in text


def test_much_that_was_printed_is_cut():
    text = report_markdown(submission(exercise(wrong_iou(), printed="line\n" * 1000)))
    assert text.splitlines().count("    line") == PRINTED_LINES
    assert "(990 more lines)" in text


def test_colors():
    text = report_markdown(submission(exercise(wrong_iou(), hint="See."), exercise(right())))
    colored = color_markdown(text)
    assert "\x1b[31mwrong\x1b[0m" in colored
    assert "\x1b[32mright\x1b[0m" in colored
    assert "\x1b[1mHint:\x1b[0m See." in colored
    assert "**" not in colored
    assert color_markdown("    **code**") == "    **code**"
