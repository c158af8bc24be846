"""Levels follow from what was seen to be blocked, and from nothing else."""

import pytest

from scratchcv.grading.process.levels import LEVELS, MEANING, PROBES, Status, at_least, explain, level_of

BLOCKED = dict.fromkeys(PROBES, "blocked: EPERM")


@pytest.mark.parametrize("name", PROBES)
@pytest.mark.parametrize("outcome", ["open", "open: not tried on this system", ""])
def test_one_open_door_is_enough_to_be_less_than_sealed(name, outcome):
    assert level_of(BLOCKED, own_uid=False) == "sealed"
    assert level_of(BLOCKED | {name: outcome}, own_uid=False) == "self-check"
    guarded = "guarded" if name in ("read", "write") else "self-check"
    assert level_of(BLOCKED | {name: outcome}, own_uid=True) == guarded


def test_what_was_not_tried_is_open():
    assert (
        level_of({name: "blocked: EPERM" for name in PROBES if name != "fork"}, own_uid=True) == "self-check"
    )


def test_levels_are_ordered():
    assert [[at_least(level, required) for required in LEVELS] for level in LEVELS] == [
        [True, False, False],
        [True, True, False],
        [True, True, True],
    ]


def test_the_table_says_all():
    text = explain(
        Status("guarded", BLOCKED | {"read": "open"}, {"landlock": "off: Landlock version 0, needs 3"})
    )
    assert MEANING["guarded"] in text
    assert "open a file outside Python and NumPy  open" in text
    assert "off: Landlock version 0" in text
    assert text.count("blocked") == len(PROBES) - 1
