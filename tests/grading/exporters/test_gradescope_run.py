"""results.json: as Gradescope's documentation says, also where nothing could be graded."""

import json

import pytest

from scratchcv.grading.exporters import gradescope_run as module
from scratchcv.grading.exporters.grade_file import grade_file
from scratchcv.grading.exporters.gradescope_run import main, results, ungraded
from scratchcv.grading.result import SubmissionResult
from tests.grading.exporters.gradescope_format import faults


@pytest.fixture
def root(tmp_path):
    """The folders that Gradescope makes."""
    for name in ("results", "source", "submission"):
        (tmp_path / "autograder" / name).mkdir(parents=True)
    return tmp_path / "autograder"


def read(root):
    return json.loads((root / "results" / "results.json").read_text())


def test_results(kit, submissions, tmp_path):
    (tmp_path / "small.py").write_text(submissions["partly"][0])
    written = results(grade_file(kit, tmp_path / "small.py"), "after_due_date")
    assert faults(written) == []
    assert written["score"] == 4.5
    visible, hidden, *_ = written["tests"]
    assert (visible["name"], visible["status"], visible["visibility"]) == (
        "box_area: visible cases",
        "passed",
        "visible",
    )
    assert "score" not in visible
    assert (hidden["score"], hidden["max_score"], hidden["visibility"]) == (4.5, 6, "after_due_date")
    assert written["extra_data"]["level"] in ("sealed", "guarded")
    assert written["stdout_visibility"] == "hidden"


def test_no_seed_is_given_away(kit, submissions, tmp_path):
    (tmp_path / "small.py").write_text(submissions["empty"][0])
    result = grade_file(kit, tmp_path / "small.py")
    text = json.dumps(results(result, "visible"))
    assert not [exercise for exercise in result.exercises if exercise.seed in text]
    assert kit.secret.hex() not in text


def test_what_cannot_be_read_has_no_points():
    written = results(SubmissionResult("small", "", "", "", "unreadable", "no file"), "visible")
    assert faults(written) == []
    assert (written["score"], written["output"]) == (0, "This cannot be graded: no file")


def test_where_the_grader_failed_there_is_no_score():
    written = results(SubmissionResult("small", "", "", "", "not graded", "no disk"), "visible")
    assert faults(written) == ["results: there is no score, neither here nor in a test"]


def test_main(kit, kit_file, root, submissions, capfd):
    (root / "submission" / "my solution.py").write_text(submissions["full"][0])
    users = [{"id": 7, "name": "Ada", "email": "ada@example.org"}, {"id": 12}]
    (root / "submission_metadata.json").write_text(json.dumps({"users": users}))
    assert main([str(root), str(kit_file)]) == 0
    written = read(root)
    assert faults(written) == []
    assert written["score"] == 10
    assert written["output"] == "graded: my solution.py"
    shown = "".join(capfd.readouterr())
    assert shown.startswith("graded: 10 of 10 points, ")
    assert kit.secret.decode() not in shown


def test_main_without_a_kit(root, capfd):
    assert main([str(root), str(root / "source" / "nothing.zip")]) == 0
    assert read(root)["output"] == "Not graded: the grader failed: InputError."
    assert "nothing.zip" in capfd.readouterr().out


def test_what_stands_while_grading_goes_on(kit_file, root, monkeypatch):
    seen = []
    monkeypatch.setattr(module, "grade_file", lambda *a, **k: seen.append(read(root)) or 1 / 0)
    main([str(root), str(kit_file)])
    assert seen == [ungraded(module.STOPPED)]
    assert read(root)["output"] == "Not graded: the grader failed: ZeroDivisionError."


def test_the_memory_leaves_room_for_the_grader():
    assert module.MEMORY <= 512 << 20
