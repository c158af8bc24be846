"""What the documents say is so: examples run, links lead somewhere, commands exist."""

import doctest
import re
import runpy
import shlex
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
WRITTEN = [
    *DOCUMENTS,
    *sorted((ROOT / "scratchcv").rglob("*.py")),
    *sorted((ROOT / "notebooks").glob("*.ipynb")),
]

each_document = pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())


def blocks(path, language):
    """Return the contents of a document's code blocks in one language."""
    return re.findall(
        rf"^```{language}\n(.*?)^```$", path.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )


@each_document
def test_python_examples_run(path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = "\n".join(block for block in blocks(path, "python") if block.startswith(">>>"))
    test = doctest.DocTestParser().get_doctest(text, {}, path.name, str(path), 0)
    report = []
    assert doctest.DocTestRunner().run(test, out=report.append).failed == 0, "".join(report)


@each_document
def test_links_lead_somewhere(path):
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", path.read_text(encoding="utf-8"))
    local = [link for link in links if "://" not in link]
    assert [link for link in local if not (path.parent / link).exists()] == []


@cache
def described(*words):
    """Return the help of the program, of a command, or of a command's action."""
    program = [sys.executable, "-m", "scratchcv", *words, "--help"]
    return subprocess.run(program, capture_output=True, text=True, check=True).stdout


@each_document
def test_commands_exist(path):
    text = path.read_text(encoding="utf-8")
    lines = [line for block in blocks(path, "sh") for line in block.splitlines()]
    lines += re.findall(r"`(scratchcv [^`]+)`", text)
    for line in lines:
        for command in re.findall(r"\bscratchcv (\w+[^&|;]*)", line):
            words = shlex.split(command)
            assert re.search(rf"\b{words[0]}\b", described()), command
            place = words[:2] if "ACTION" in described(words[0]) and len(words) > 1 else words[:1]
            assert all(re.search(rf"\b{word}\b", described(*place[:-1])) for word in place[-1:]), command
            options = [word.partition("=")[0] for word in words if word.startswith("--")]
            assert [option for option in options if option not in described(*place)] == [], command


def test_the_readme_has_exactly_two_commands_for_a_fresh_machine():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    found = re.findall(r"^<!-- command: (\w+) -->\n```sh\n(.+)\n```$", text, re.MULTILINE)
    assert [name for name, _ in found] == ["demo", "test"]
    assert text.count("<!-- command:") == 2


def test_the_example_of_contributing_works(tmp_path, monkeypatch):
    written = {}
    for block in blocks(ROOT / "CONTRIBUTING.md", "python"):
        name, code = re.fullmatch(r"# (\S+)\n(.*)", block, re.DOTALL).groups()
        written[name] = tmp_path / Path(name).name
        written[name].write_text(code, encoding="utf-8")
    module, test = written["scratchcv/layers/softplus.py"], written["tests/layers/test_softplus.py"]
    import scratchcv.layers

    monkeypatch.setattr(scratchcv.layers, "__path__", [*scratchcv.layers.__path__, str(tmp_path)])
    monkeypatch.delitem(sys.modules, "scratchcv.layers.softplus", raising=False)
    names = runpy.run_path(str(test))
    tests = [value for name, value in names.items() if name.startswith("test_")]
    assert len(tests) == 3
    for run in tests:
        run()
    softplus = sys.modules["scratchcv.layers.softplus"]
    assert softplus.__file__ == str(module)
    assert doctest.testmod(softplus).failed == 0
    assert doctest.testmod(softplus).attempted == 3
    monkeypatch.delitem(sys.modules, "scratchcv.layers.softplus")
    monkeypatch.delattr(scratchcv.layers, "softplus")


def test_nothing_names_a_path_of_somebodys_machine():
    pattern = r"(?<![\w.>/])/(?:work|root|home|Users|tmp|opt)/\w*|[A-Z]:\\Users"
    found = [
        f"{path.relative_to(ROOT).as_posix()}: {name}"
        for path in WRITTEN
        for name in re.findall(pattern, path.read_text(encoding="utf-8"))
    ]
    assert not found, "\n".join(found)
