"""What is shown of a submission's words."""

import pytest

from scratchcv.grading.process.outcome import StudentError, printable


@pytest.mark.parametrize(
    "text", ["\x1b[2J", "\x9b2J", "\r", "\b", "\x00", "\u202e", "\u2028", "\ud800", "\U000e0001"]
)
def test_nothing_steers_a_terminal(text):
    shown = printable(f"a{text}b")
    assert shown.isprintable()
    assert shown.startswith("a\\") or "[2J" in shown


def test_words_and_lines_stay():
    assert printable("Größe 3 × 4\n≠ 12") == "Größe 3 × 4\n≠ 12"


def test_an_error_reads_like_pythons():
    assert str(StudentError("ValueError", "no", [3])) == "ValueError: no"
