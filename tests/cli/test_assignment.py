import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scratchcv.cli.assignment import LEVELS, PLATFORMS, VISIBILITIES
from scratchcv.grading.exporters.export import TARGETS
from scratchcv.grading.exporters.kit import VISIBILITIES as KIT_VISIBILITIES
from scratchcv.grading.process.levels import LEVELS as KNOWN_LEVELS
from scratchcv.grading.result import SubmissionResult
from scratchcv.grading.sheets.sheet import load_sheet, sheet_names

Run = Callable[..., Any]
Refuse = Callable[..., str]

AREAS = "    area1, area2 = box_area(boxes1)[:, None], box_area(boxes2)\n"
WRONG = f"""{AREAS}    corner = np.maximum(boxes1[:, None, :2], boxes2[:, :2])
    sides = np.maximum(np.minimum(boxes1[:, None, 2:], boxes2[:, 2:]) - corner, 0)
    return sides.prod(axis=2) / (area1 + area2)
"""


@pytest.fixture
def work(run: Run, tmp_path: Path) -> Path:
    """A student's folder with a wrong box_iou."""
    assert run("assignment", "new", "a1_boxes", tmp_path / "work").status == 0
    file = tmp_path / "work" / "a1_boxes.py"
    text = file.read_text(encoding="utf-8")
    todo = '    raise NotImplementedError("box_iou: to do")\n'
    assert todo in text
    file.write_text(text.replace(todo, WRONG), encoding="utf-8")
    return file.parent


def test_list(run: Run) -> None:
    out = run("assignment", "list").out
    for name in sheet_names():
        sheet = load_sheet(name)
        assert f"{name}  {sheet.title}, {sheet.points:g} points" in out
        assert all(exercise.name in out for exercise in sheet.exercises)


def test_new(run: Run, refuse: Refuse, tmp_path: Path) -> None:
    result = run("assignment", "new", "a1_boxes", tmp_path / "work")
    assert result.status == 0
    files = sorted(file.name for file in (tmp_path / "work").iterdir())
    assert files == ["README.md", "a1_boxes.ipynb", "a1_boxes.py"]
    assert all(str(tmp_path / "work" / name) in result.out for name in files)
    assert "exists already" in refuse("assignment", "new", "a1_boxes", tmp_path / "work")
    assert run("assignment", "new", "a1_boxes", tmp_path / "other", "--notebook").status == 0
    assert not (tmp_path / "other" / "a1_boxes.py").exists()


def test_check(run: Run, work: Path) -> None:
    result = run("assignment", "check", work, "box_iou")
    assert result.status == 0
    assert result.err == ""
    assert "# a1_boxes: 0 of 1 exercises right" in result.out
    assert "Your union counts" in result.out
    assert result.out.endswith("Mend box_iou, and check again.\n")
    assert "\x1b" not in result.out


def test_check_writes_a_page(run: Run, work: Path) -> None:
    page = work / "pages" / "check.html"
    for _ in range(2):  # the newer one takes its place
        result = run("assignment", "check", work / "a1_boxes.py", "box_iou", "--html", page)
        assert result.out.endswith(f"-> {page}\n")
        assert page.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_check_of_another_sheets_file(run: Run, work: Path) -> None:
    (work / "a1_boxes.py").rename(work / "mine.py")
    result = run("assignment", "check", work, "box_iou", "nms", "--sheet", "a1_boxes", "--quiet")
    assert "| nms      | –             | to do |" in result.out


def test_what_cannot_be_checked(refuse: Refuse, work: Path, tmp_path: Path) -> None:
    assert "no such file" in refuse("assignment", "check", tmp_path / "nowhere")
    assert "has no exercise 'iou'" in refuse("assignment", "check", work, "iou")
    assert "neither a sheet" in refuse("assignment", "check", work, "--sheet", "a9")
    assert "must end in .html" in refuse("assignment", "check", work, "--html", work / "a1_boxes.py")
    assert "is a folder" in refuse("assignment", "check", work, "--html", _folder(work / "a.html"))


def _folder(path: Path) -> Path:
    path.mkdir()
    return path


def test_colors_on_a_terminal(run: Run, work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    assert "\x1b[31mwrong\x1b[0m" in run("assignment", "check", work, "box_iou").out
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in run("assignment", "check", work, "box_iou").out


def test_a_fault_of_the_check_is_nobodys_mistake(
    run: Run, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from scratchcv.grading.process.outcome import SandboxFaultError

    def fail(*arguments: Any, **options: Any) -> None:
        raise SandboxFaultError("no process can be started")

    monkeypatch.setattr(sys.modules["scratchcv.grading.check_file"], "check_source", fail)
    result = run("assignment", "check", work)
    assert result.status == 1
    assert "not your fault: no process can be started" in result.err


def test_init_and_verify(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    Path("course_lengths.py").write_text("def double(lengths):\n    '''Double.'''\n    return 2 * lengths\n")
    result = run("assignment", "init", "my_sheet", "course_lengths.double")
    assert result.status == 0
    assert "my_sheet/manifest.toml" in result.out.replace("\\", "/")
    result = run("assignment", "verify", "my_sheet", "--seeds", "1", "--quiet")
    assert "double" in result.out
    assert result.status in (0, 1)
    result = run("assignment", "init", "odd_sheet", "scratchcv.boxes.convert.box_convert")
    assert "box_convert: no inputs could be guessed" in result.out


def test_init_refuses(refuse: Refuse, tmp_path: Path) -> None:
    assert "defines no function" in refuse("assignment", "init", tmp_path / "a", "scratchcv.boxes.iou.no")


def test_report(run: Run, refuse: Refuse, tmp_path: Path) -> None:
    (tmp_path / "graded" / "results").mkdir(parents=True)
    result = SubmissionResult("a1_boxes", "", "ada", "12", "unreadable", "a1_boxes.py: is empty")
    (tmp_path / "graded" / "results" / "ada.json").write_text(result.to_json(), encoding="utf-8")
    done = run("assignment", "report", tmp_path / "graded", "--to", tmp_path / "pages")
    assert done.out == f"1 pages -> {tmp_path / 'pages'}\n"
    assert "Not for students" not in (tmp_path / "pages" / "ada.html").read_text(encoding="utf-8")
    run("assignment", "report", tmp_path / "graded", "--to", tmp_path / "mine", "--instructor", "--quiet")
    assert "Not for students" in (tmp_path / "mine" / "ada.html").read_text(encoding="utf-8")
    assert "no folder results" in refuse("assignment", "report", tmp_path, "--to", tmp_path / "other")


def test_export(run: Run, refuse: Refuse, tmp_path: Path) -> None:
    result = run("assignment", "export", "a1_boxes", "--for", "github", "--to", tmp_path / "out")
    assert result.status == 0
    assert all(Path(line).is_file() for line in result.out.splitlines())
    words = ("assignment", "export", "a1_boxes", "--for", "gradescope", "--to", tmp_path / "zip")
    assert "secret" in refuse(*words)


def test_choices_are_those_that_exist() -> None:
    assert set(PLATFORMS) == set(TARGETS)
    assert VISIBILITIES == KIT_VISIBILITIES
    assert set(LEVELS) == set(KNOWN_LEVELS)


def test_notebooks_are_checked_too(run: Run, work: Path) -> None:
    cell = {"cell_type": "code", "source": "def box_iou(boxes1, boxes2):\n    return 1 / 0\n"}
    notebook = work.parent / "a1_boxes.ipynb"
    notebook.write_text(json.dumps({"cells": [{"cell_type": "markdown", "source": ""}, cell]}))
    out = run("assignment", "check", notebook, "box_iou").out
    assert "raises ZeroDivisionError in cell 2, line 2: division by zero" in out
