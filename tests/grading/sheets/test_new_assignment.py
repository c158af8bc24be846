"""Folders for students: complete, and never over what is there."""

import json

import pytest

from scratchcv.errors import InputError
from scratchcv.grading.sheets.handout import handout
from scratchcv.grading.sheets.new_assignment import new_assignment, write_new


def test_a_folder(small_sheet, tmp_path):
    folder = tmp_path / "deep" / "work"
    files = new_assignment(small_sheet, folder)
    assert files == [folder / name for name in ("small.py", "small.ipynb", "README.md")]
    assert files[0].read_text(encoding="utf-8") == handout(small_sheet)
    assert json.loads(files[1].read_text(encoding="utf-8"))["nbformat"] == 4
    readme = files[2].read_text(encoding="utf-8")
    assert "Hand in `small.py`" in readme
    assert "scratchcv assignment check . box_area" in readme


def test_functions_in_the_notebook(small_sheet, tmp_path):
    files = new_assignment(small_sheet, tmp_path / "work", notebook=True)
    assert [file.name for file in files] == ["small.ipynb", "README.md"]
    assert "def box_area" in files[0].read_text(encoding="utf-8")
    assert "Hand in `small.ipynb`" in files[1].read_text(encoding="utf-8")


def test_data_comes_along(small_folder, small_sheet, tmp_path):
    (small_folder / "data" / "deep").mkdir(parents=True)
    (small_folder / "data" / "deep" / "image.bin").write_bytes(b"\0\r\n")
    new_assignment(small_sheet, tmp_path / "work")
    assert (tmp_path / "work" / "data" / "deep" / "image.bin").read_bytes() == b"\0\r\n"


@pytest.mark.parametrize("name", ["small.py", "small.ipynb", "README.md"])
def test_nothing_is_written_over(small_sheet, tmp_path, name):
    folder = tmp_path / "work"
    folder.mkdir()
    (folder / name).write_text("mine")
    with pytest.raises(InputError, match=f"{name}: exists already"):
        new_assignment(small_sheet, folder)
    assert [file.name for file in folder.iterdir()] == [name]
    assert (folder / name).read_text() == "mine"


def test_a_link_is_something_too(tmp_path):
    (tmp_path / "a").symlink_to(tmp_path / "nowhere")
    with pytest.raises(InputError, match="exists already"):
        write_new(tmp_path, {"a": b""})


def test_a_file_in_the_folders_place(tmp_path):
    (tmp_path / "work").write_text("mine")
    with pytest.raises(InputError, match="is a file, a folder was wanted"):
        write_new(tmp_path / "work", {"a": b""})
