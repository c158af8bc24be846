"""Templates: every gap is filled."""

import pytest

from scratchcv.grading.exporters.template import fill


def test_gaps_are_filled():
    text = fill("gradescope_run.sh", {"kit": "boxes.zip"})
    assert "/source/boxes.zip" in text
    assert "@" not in text


def test_a_gap_without_a_word():
    with pytest.raises(KeyError):
        fill("gradescope_run.sh", {})
