"""Reports as pages: whole, harmless, and silent about what is hidden."""

import base64
import re
from html.parser import HTMLParser

import pytest

from scratchcv.grading.reports.html import report_fragment, report_html
from tests.grading.results import BOXES, SECRET, exercise, hidden, right, submission, wrong, wrong_iou

EVIL = "</pre><script>alert(1)</script><img src=x onerror=alert(1)>\"'&\x1b[31m\ud800\u202e"


class Page(HTMLParser):
    """Collects tags and attributes, and checks that what is opened is closed."""

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.attributes, self.words = [], set(), [], []
        self.feed(text)
        assert not self.open

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        self.attributes += attributes
        if tag not in ("meta", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)


def whole(*, status="graded"):
    one = exercise(
        right(), wrong_iou(), hidden(), hint="Your union counts twice.", printed="seen", seed="ab" * 32
    )
    return submission(one, exercise(problem="not done yet"), exercise(right()), status=status)


def test_a_page():
    page = Page(report_html(whole()))
    words = " ".join(page.words)
    for expected in ("ada", "Your union counts twice.", "Two boxes", "0.142857", "0.125", "seen", "to do"):
        assert expected in words
    assert {"table", "mark", "img", "aside", "footer"} <= page.tags


def test_the_picture_is_in_the_page():
    (data,) = re.findall(r'src="data:image/png;base64,([^"]+)"', report_html(whole()))
    assert base64.b64decode(data).startswith(b"\x89PNG")


@pytest.mark.parametrize("instructor", [False, True])
def test_nothing_is_loaded_from_elsewhere_and_nothing_runs(instructor):
    text = report_html(whole(), instructor=instructor)
    page = Page(text)
    assert not page.tags & {"script", "link", "iframe", "object", "base", "form", "svg", "a"}
    assert "default-src 'none'" in text
    assert not re.search(r"//|url\(|@import", re.sub(r"data:image/png;base64,[^\"]+", "", text))
    assert not [name for name, _ in page.attributes if name.startswith("on")]


@pytest.mark.parametrize("instructor", [False, True])
def test_whoever_writes_it_no_markup_gets_in(instructor):
    case = wrong([EVIL, BOXES], {EVIL: BOXES}, EVIL, reason="raised", message=EVIL, title=EVIL)
    one = exercise(case, hidden(EVIL), hint=EVIL, printed=EVIL, misconception=EVIL)
    environment = {"scratchcv": EVIL, "numpy": EVIL, "probes": {EVIL: EVIL}}
    fields = {"student": EVIL, "notes": (EVIL,), "environment": environment, "level": EVIL}
    text = report_html(
        submission(one, exercise(problem=EVIL), status="graded", **fields), instructor=instructor
    )
    text += report_html(submission(status="unreadable", fault=EVIL), instructor=instructor)
    text.encode()  # no halves of characters
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "<script" not in text
    page = Page(text)
    assert "script" not in page.tags
    assert "onerror" not in dict(page.attributes)


def test_students_see_nothing_of_hidden_cases_but_titles():
    text = report_html(whole())
    assert "Many boxes" in text
    for secret in (SECRET, "ValueError", "ab" * 32, "d" * 64):
        assert secret not in text


def test_instructors_see_all_and_are_told_so():
    text = report_html(whole(), instructor=True)
    for fact in (SECRET, "seed " + "ab" * 32, "d" * 64, "Not for students", "uid"):
        assert fact in text


def test_bars():
    half = exercise(right(), wrong_iou(), earned=2.5)
    assert "width:50%" in report_html(submission(half))
    assert "width:25%" in report_html(submission(half, status="graded"))


def test_faults():
    words = " ".join(Page(report_html(submission(status="not graded", fault="the disk was full"))).words)
    assert "not graded" in words
    assert "the disk was full" in words


def test_a_brief_fragment():
    one = exercise(wrong_iou())
    text = report_fragment(submission(one, level="self-check"), brief=True)
    words = " ".join(Page(text).words)
    assert "box_iou" in words
    assert "A self-check" in words
    assert "Mend box_iou" in words
    assert "<h1>" not in text
    assert "numpy" not in words
    assert "A self-check" not in report_fragment(submission(one), brief=True)


def test_a_fragment_styles_nothing_around_it():
    text = report_fragment(whole())
    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL)[1]
    style = re.sub(r"@media[^{]+\{((?:[^{}]*\{[^{}]*\})*)[^{}]*\}", r"\1", style)
    selectors = [part for rule in re.findall(r"([^{}]+)\{", style) for part in rule.split(",")]
    assert selectors
    assert [part for part in selectors if not part.strip().startswith(".scv")] == []
