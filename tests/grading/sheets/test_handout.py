"""The file that students fill in."""

import ast
import subprocess
import sys

import pytest

from scratchcv.grading.sheets.handout import handout, parts
from scratchcv.grading.sheets.sheet import load_sheet, sheet_names


def test_what_a_student_needs_stands_at_the_top(small_sheet):
    text = handout(small_sheet)
    opening = ast.get_docstring(ast.parse(text))
    assert opening.startswith("Areas.\n\nTwo functions.\n\n")
    assert opening.count("scratchcv assignment check") == 3
    lines = text.splitlines()
    task = lines.index("# Exercise 1 of 2, 6 points. Sides times sides.")
    assert lines[task + 1].startswith("def box_area(")


def test_given_functions_stand_above_the_exercises(small_sheet):
    text = handout(small_sheet)
    names = [node.name for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)]
    assert names[-2:] == ["box_area", "match_rpn"]
    assert "clip_boxes_to_image" in names[:-2]
    given = text[text.index("def clip_boxes_to_image") : text.index("# Exercise 1")]
    assert "NotImplementedError" not in given


def test_parts_make_up_the_stubs(small_sheet):
    imports, given, exercises = parts(small_sheet)
    ours = {ast.dump(node) for part in (imports, given, *exercises) for node in ast.parse(part).body}
    assert ours == {ast.dump(node) for node in ast.parse(small_sheet.stubs()).body[1:]}


def test_numpy_is_imported_whatever_the_signatures_need(small_folder, monkeypatch, tmp_path):
    (tmp_path / "plain_lengths.py").write_text("def double(lengths):\n    return 2 * lengths\n")
    monkeypatch.syspath_prepend(tmp_path)
    manifest = small_folder / "manifest.toml"
    opening = manifest.read_text().partition("[[exercise]]")[0]
    manifest.write_text(f'{opening}[[exercise]]\nfunction = "plain_lengths.double"\npoints = 1\n')
    text = handout(load_sheet(small_folder))
    assert '"""\n\nimport numpy as np\n\n\n# Exercise 1 of 1, 1 point.\ndef double(lengths):' in text


def test_words_that_would_end_the_docstring(small_folder):
    manifest = small_folder / "manifest.toml"
    manifest.write_text(manifest.read_text().replace('"Two functions."', "'''Says \"\"\" and \\n.'''"))
    assert "Says ''' and \\n." in ast.get_docstring(ast.parse(handout(load_sheet(small_folder))))


@pytest.mark.parametrize("name", sheet_names())
def test_sheets_are_handed_out_in_good_style(name, tmp_path):
    pytest.importorskip("ruff", reason="ruff is not installed: style is looked at where it is")
    file = tmp_path / f"{name}.py"
    file.write_text(handout(load_sheet(name)), encoding="utf-8")
    ruff = [sys.executable, "-m", "ruff"]
    for command in (["check", "--select", "E,F,W,I"], ["format", "--check"]):
        words = [*ruff, *command, "--isolated", "--line-length", "110", str(file)]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout
