"""Folders that strangers filled: plain files only."""

import os
import sys

import pytest

from scratchcv.errors import InputError
from scratchcv.grading.submissions import folder as folder_module
from scratchcv.grading.submissions.folder import Folder, is_skipped, read_file


@pytest.fixture
def folder(tmp_path):
    for name in ("a.py", "b/c/x.py", "b/y.py", ".git/config", "b/__pycache__/y.pyc", "venv/lib/z.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    return Folder(tmp_path)


def test_files_and_folders(folder):
    assert folder.paths() == ["a.py", "b/c/x.py", "b/y.py"]
    assert folder.paths("b") == ["b/c/x.py", "b/y.py"]
    assert folder.paths("a.py") == ["a.py"]
    assert folder.children("b") == {"c": True, "y.py": False, "__pycache__": True}
    assert folder.read("b/y.py", most_bytes=6) == b"b/y.py"


def test_a_large_file(folder):
    with pytest.raises(InputError, match=r"^b/y\.py: has more than 5 bytes$"):
        folder.read("b/y.py", most_bytes=5)


def test_too_much(folder, monkeypatch):
    monkeypatch.setattr(folder_module, "MOST_ENTRIES", 5)
    with pytest.raises(InputError, match="more than 5 files and folders"):
        folder.paths()
    assert folder.paths("b")


def test_links_are_not_followed(folder, tmp_path):
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "answers.py").write_text("42")
    (tmp_path / "b" / "link.py").symlink_to(tmp_path / "secret" / "answers.py")
    (tmp_path / "b" / "answers").symlink_to(tmp_path / "secret")
    assert folder.paths("b") == ["b/answers", "b/c/x.py", "b/link.py", "b/y.py"]
    for path in ("b/answers", "b/link.py"):
        with pytest.raises(InputError, match=f"^{path}: is a link"):
            folder.read(path, most_bytes=100)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no named pipes in folders")
def test_a_pipe_does_not_make_us_wait(tmp_path):
    os.mkfifo(tmp_path / "a.py")
    with pytest.raises(InputError, match="is no plain file"):
        read_file(tmp_path / "a.py", "a.py", most_bytes=1)


def test_what_is_not_there(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        read_file(tmp_path, "a.py", most_bytes=1)
    with pytest.raises(InputError, match="cannot be listed"):
        Folder(tmp_path / "nowhere").children()


@pytest.mark.parametrize(
    ("path", "skipped"),
    [
        ("hw/a1_boxes.py", False),
        ("../a.py", False),
        ("hw/.a.py", True),
        (".ipynb_checkpoints/a1_boxes.ipynb", True),
        ("__MACOSX/hw/._a.py", True),
        ("venv", False),
        ("venv/a.py", True),
        ("hw/Thumbs.db", True),
    ],
)
def test_what_programs_leave_behind(path, skipped):
    assert is_skipped(path) == skipped
