"""Answers as tables: the part around what differs, with enough digits."""

import re

import numpy as np

from scratchcv.grading.reports.tables import MOST_COLUMNS, MOST_ROWS, answer_tables, array_table
from tests.grading.results import BOXES, wrong


def cells(text):
    return re.findall(r"<td>(.*?)</td>", text)


def test_both_sides_mark_the_same_cell():
    text = answer_tables(wrong([], BOXES, BOXES + np.array([0, 0, 1, 0]), index=(0, 2)))
    assert "First difference: <code>the result[0, 2]</code>" in text
    assert re.findall(r"<mark>(.*?)</mark>", text) == ["2.0", "3.0"]


def test_close_numbers_get_digits_that_tell_them_apart():
    text = answer_tables(wrong([], np.array([0.5]), np.array([0.5 + 1e-9]), index=(0,)))
    assert re.findall(r"<mark>(.*?)</mark>", text) == ["0.5", "0.500000001"]
    text = answer_tables(wrong([], 0.5, 0.5 + 1e-9))
    assert re.findall(r"<p>([\d.]+)</p>", text) == ["0.5", "0.500000001"]


def test_large_arrays_show_the_part_around_the_mark():
    array = np.arange(2 * 30 * 40).reshape(2, 30, 40)
    text = array_table(array, (1, 29, 20))
    assert f"<mark>{array[1, 29, 20]}</mark>" in text
    assert len(cells(text)) == MOST_ROWS * MOST_COLUMNS
    assert "part [1, 22:30, 17:23]" in text


def test_rows_and_unmarked_arrays():
    assert cells(array_table(np.array([1, 2, 3]))) == ["1", "2", "3"]
    assert "part [0:6]" in array_table(np.arange(9))
    assert "part [0, 0, :, :]" in array_table(np.zeros((1, 1, 2, 2)))
    assert "mark" not in array_table(np.zeros((1, 1, 2, 2)))


def test_shapes_and_other_values():
    text = answer_tables(wrong([], BOXES, BOXES[0], reason="shape"))
    assert "expected (1, 4)" in text
    assert cells(text) == ["0.0", "0.0", "2.0", "2.0"] * 2
    assert "the result[1]" in answer_tables(
        wrong([], (1.0, BOXES), (1.0, None), place="[1]", reason="structure")
    )
    assert "got" not in answer_tables(wrong([], BOXES, None, reason="raised"))
    assert "array of shape (0, 4)" in answer_tables(wrong([], BOXES[:0], BOXES, reason="shape"))
