"""The table of contents in docs/syllabus.md and the tests beside this file say the same."""

import ast
import re
from pathlib import Path

HERE = Path(__file__).parent
SYLLABUS = (HERE.parents[1] / "docs" / "syllabus.md").read_text(encoding="utf-8")


def listed():
    """Yield (file, row, where) of every row; rows are numbered from 1 in each section."""
    for section in SYLLABUS.split("\n## ")[1:]:
        file = re.search(r"tests/syllabus/(test_\d\d_\w+)\.py", section).group(1)
        rows = re.findall(r"^\| (?!row |---)(.+?) \|.*\| (.+?) \|$", section, re.M)
        yield from ((file, number, where) for number, (_, where) in enumerate(rows, 1))


def functions(file):
    tree = ast.parse((HERE / f"{file}.py").read_text(encoding="utf-8"))
    return {
        node.name: ast.get_docstring(node) or ""
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


def test_rows_name_tests_that_exist():
    missing = [
        f"{file}: row {number} names {where}"
        for file, number, where in listed()
        for name in re.findall(r"^test_\d\d", where)
        if not any(function.startswith(f"{name}_") for function in functions(file))
    ]
    assert not missing, "\n".join(missing)


def test_rows_without_a_test_name_a_model_or_say_why_not():
    reasons = ("test_", "model: ", "quoted", "a figure", "a link", "scenes instead", "section ")
    assert [where for _, _, where in listed() if not where.startswith(reasons)] == []


def test_tests_are_listed_and_cite_their_lines():
    for path in sorted(HERE.glob("test_*.py")):
        if path.stem in ("test_00_contents", "test_13_errata"):
            continue
        rows = {where[:7] for file, _, where in listed() if file == path.stem and where.startswith("test_")}
        for name, docstring in functions(path.stem).items():
            assert name[:7] in rows, f"{path.name}: {name} is in no row of docs/syllabus.md"
            cited = re.search(r"S[0-4], lines? \d", docstring) or re.search(
                r"d2l|The lectures|two sources of S3|same lines", docstring
            )
            assert cited, f"{path.name}: {name} cites no line"
