"""Results on the disk: whole or not there, and found again."""

import errno

import pytest

from scratchcv.errors import InputError
from scratchcv.grading.course.results_folder import (
    ResultsFolder,
    file_name,
    read_result,
    stored_submission,
    write_atomically,
)
from scratchcv.grading.result import SubmissionResult
from scratchcv.grading.submissions.submission import Submission

SUBMISSION = Submission("Zoë \ud800", "x = 'é'\n", "12ab", ("graded: x.ipynb",), ((1, 3),))
RESULT = SubmissionResult("small", "99", "Zoë", "12ab", "graded", notes=("é",))


def test_written_and_found(tmp_path):
    store = ResultsFolder(tmp_path / "new" / "folder")
    assert store.find("Zoë", "12ab") is None
    path = store.write(RESULT, Submission("Zoë", "x = 'é'\n", "12ab", ("a",), ((1, 3),)))
    assert store.find("Zoë", "12ab") == read_result(path) == RESULT
    assert stored_submission(path) == Submission("Zoë", "x = 'é'\n", "12ab", ("a",), ((1, 3),))
    assert ResultsFolder(store.root).find("Zoë", "12ab") == RESULT


def test_any_text_can_be_stored(tmp_path):
    path = ResultsFolder(tmp_path).write(RESULT, SUBMISSION)
    assert stored_submission(path) == SUBMISSION


def test_what_a_killed_grader_left_is_removed(tmp_path):
    store = ResultsFolder(tmp_path)
    left = store.path("ada", "1").with_name("ada.json.partial")
    left.write_text("{")
    ResultsFolder(tmp_path)
    assert not left.exists()


def test_a_damaged_result_is_none(tmp_path):
    store = ResultsFolder(tmp_path)
    path = store.write(RESULT)
    path.write_text(path.read_text()[:50])
    assert store.find("Zoë", "12ab") is None
    with pytest.raises(InputError, match=r"Zoe-\w+\.json: not a grading result"):
        read_result(path)


@pytest.mark.parametrize(
    "text", [None, "", "[]", "{}", '{"cells": [1]}', '{"cells": [], "notes": [], "x": 1}']
)
def test_no_stored_submission(tmp_path, text):
    path = ResultsFolder(tmp_path).write(RESULT)
    if text is not None:
        (tmp_path / "submissions" / path.name).write_text(text)
    with pytest.raises(InputError, match="not a stored submission"):
        stored_submission(path)


def test_file_names():
    names = [file_name(*one) for one in (("a/b", "1"), ("a b", "1"), ("a b", "2"), ("李", "1"), ("con", "1"))]
    assert len(set(names)) == 5
    assert [name.rpartition("-")[0] for name in names] == ["a_b", "a_b", "a_b", "student", "con"]
    assert len(file_name("a" * 300, "1")) < 80


def test_a_full_disk_leaves_what_was_there(tmp_path, monkeypatch):
    path = tmp_path / "gradebook.csv"
    write_atomically(path, "before")

    def refuse(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", refuse)
    with pytest.raises(OSError, match="No space left") as caught:
        write_atomically(path, "after")
    assert caught.value.filename == str(path)
    assert path.read_text() == "before"
    assert [file.name for file in tmp_path.iterdir()] == ["gradebook.csv"]
