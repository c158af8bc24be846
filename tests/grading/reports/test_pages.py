"""Pages of a whole grading."""

import pytest

from scratchcv.errors import InputError
from scratchcv.grading.course.results_folder import ResultsFolder
from scratchcv.grading.reports.pages import report_pages
from tests.grading.results import SECRET, exercise, hidden, right, submission


@pytest.fixture
def graded(tmp_path):
    store = ResultsFolder(tmp_path / "graded")
    for student in ("ada", "bob/../eve"):
        store.write(submission(exercise(right(), hidden()), student=student, status="graded"))
    return store.root


def test_a_page_for_each_result(graded, tmp_path):
    pages = report_pages(graded, tmp_path / "pages")
    assert len(pages) == len(list((tmp_path / "pages").iterdir())) == 2
    assert all(page.parent == tmp_path / "pages" for page in pages)
    text = pages[0].read_text(encoding="utf-8")
    assert "ada" in text
    assert SECRET not in text
    assert report_pages(graded, tmp_path / "pages") == pages


def test_pages_for_instructors(graded, tmp_path):
    (page, _) = report_pages(graded, tmp_path / "pages", instructor=True)
    assert SECRET in page.read_text(encoding="utf-8")


def test_a_result_that_is_none_is_named_before_anything_is_written(graded, tmp_path):
    (graded / "results" / "zoe.json").write_text("{}")
    with pytest.raises(InputError, match=r"zoe\.json"):
        report_pages(graded, tmp_path / "pages")
    assert not (tmp_path / "pages").exists()
