"""The list of mutants that no input can catch."""

import pytest

from scratchcv.errors import InputError
from scratchcv.grading.proof.equivalents import EQUIVALENTS, Equivalent, read_equivalents

ENTRY = """
[[mutant]]
exercise = "box_area"
change = "box_area: a → b"
reason = "a is b"
"""


def test_a_sheet_without_a_list(small_sheet):
    assert read_equivalents(small_sheet) == ()


def test_the_list_is_read(small_sheet):
    (small_sheet.folder / EQUIVALENTS).write_text(ENTRY * 2, encoding="utf-8")
    assert read_equivalents(small_sheet) == (Equivalent("box_area", "box_area: a → b", "a is b"),) * 2


@pytest.mark.parametrize(
    ("change", "covered"),
    [
        ("f: a → b", True),
        ("f: a → c", False),
        ("f: a → b [2]", False),
        ("f: *", True),
        ("f: a → *", True),
        ("g: *", False),
        ("f: a *", True),
    ],
)
def test_which_mutants_an_entry_covers(change, covered):
    entry = Equivalent("one", change, "reason")
    assert entry.covers("one", "f: a → b") == covered
    assert not entry.covers("other", "f: a → b")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            ENTRY.replace('box_area"\nchange', 'box_aera"\nchange'),
            "mutant 1: the sheet has no exercise 'box_aera'",
        ),
        (ENTRY.replace('reason = "a is b"', ""), "mutant 1 must have the texts change, exercise, reason"),
        (ENTRY.replace('"a is b"', '" "'), "mutant 1 must have the texts"),
        (ENTRY.replace('"a is b"', "3"), "mutant 1 must have the texts"),
        (ENTRY + 'why = "so"', "mutant 1 must have the texts"),
        ("mutant = 3", r"must be a list of tables \[\[mutant\]\]"),
        ("mutant = [3]", "mutant 1 must have the texts"),
        ("other = 3", "must be a list of tables"),
        ("[[mutant", "equivalent_mutants.toml: "),
    ],
)
def test_what_is_no_such_list(small_sheet, text, message):
    (small_sheet.folder / EQUIVALENTS).write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        read_equivalents(small_sheet)
