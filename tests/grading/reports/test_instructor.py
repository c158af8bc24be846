"""What instructors get beside what students get."""

from scratchcv.grading.reports.instructor import environment, hidden_cases
from tests.grading.results import SECRET, exercise, hidden, right, submission


def test_hidden_cases():
    text = hidden_cases(exercise(right("A visible one"), right("Boxes that touch", visible=False), hidden()))
    assert "A visible one" not in text
    assert "Boxes that touch" in text
    assert f"raises ValueError: {SECRET}" in text


def test_misconceptions():
    assert "misconception plus_one, seed 00" in hidden_cases(exercise(misconception="plus_one", seed="00"))


def test_environment():
    text = environment(submission())
    assert "sheet: 555" in text
    assert "&quot;uid&quot;: &quot;on&quot;" in text
