"""The sheet of twenty lines that the instructors' page shows."""

import re
import sys
from pathlib import Path

import pytest

from scratchcv.grading.grade import grade_source
from scratchcv.grading.sheets.sheet import load_sheet

PAGE = Path(__file__).resolve().parents[3] / "docs" / "assignments_for_instructors.md"


@pytest.fixture
def written(tmp_path, monkeypatch):
    """Write the page's files, and return the number of lines that each has."""
    lines = {}
    for name, text in re.findall(
        r"^```(?:python|toml)\n# (\S+)\n(.*?)^```$",
        PAGE.read_text(encoding="utf-8"),
        re.MULTILINE | re.DOTALL,
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        lines[name] = sum(bool(line.strip()) for line in text.splitlines())
    monkeypatch.syspath_prepend(tmp_path)
    yield lines
    for module in [module for module in sys.modules if module.partition(".")[0] == "mycourse"]:
        monkeypatch.delitem(sys.modules, module)


def test_twenty_lines_suffice(written, tmp_path):
    assert sorted(written) == ["mycourse/geometry.py", "week2/cases/rotate.py", "week2/manifest.toml"]
    assert sum(lines for name, lines in written.items() if name.startswith("week2")) <= 20
    sheet = load_sheet(tmp_path / "week2")
    for source, earned in (
        (sheet.solution(), 10),
        (sheet.stubs(), 0),
        (sheet.solution().replace("-s", "s"), 0),
    ):
        assert grade_source(sheet, source, b"secret", require="self-check").earned == earned
