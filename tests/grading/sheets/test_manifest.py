"""Manifests: every mistake is named, with the file and the place."""

import pytest

from scratchcv.errors import InputError
from scratchcv.grading.sheets.manifest import read_manifest

ONE = '[[exercise]]\nfunction = "scratchcv.boxes.area.box_area"\npoints = 3\n'


def test_what_it_says(tmp_path):
    path = tmp_path / "manifest.toml"
    path.write_text(f'title = "Areas"\n{ONE}')
    assert read_manifest(path)["exercise"][0]["points"] == 3


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("title = ", "Invalid value"),
        (ONE, "the manifest lacks 'title'"),
        ('title = "A"\n', "the manifest lacks 'exercise'"),
        ("title = 3\n" + ONE, "title must not be 3"),
        ('title = "A"\ncolor = 1\n' + ONE, "unknown 'color'; known are title, description, numba, exercise"),
        ('title = "A"\nnumba = "yes"\n' + ONE, "numba must not be 'yes'"),
        ('title = "A"\nexercise = [1]\n', "exercise 1 must be a table, got 1"),
        ('title = "A"\n[[exercise]]\npoints = 3\n', "exercise 1 lacks 'function'"),
        ('title = "A"\n' + ONE.replace("3", "true"), "points must not be True"),
        ('title = "A"\n' + ONE.replace("3", "0"), "points must be positive, got 0"),
        ('title = "A"\n' + ONE.replace("box_area", "box_arena"), "defines no function 'box_arena'"),
        ('title = "A"\n' + ONE + 'given = ["math.sqrt"]\n', "math.sqrt: cannot read the module"),
        ('title = "A"\n' + ONE + ONE, "two exercises are called box_area"),
    ],
)
def test_what_is_wrong_is_named(tmp_path, text, message):
    path = tmp_path / "manifest.toml"
    path.write_text(text)
    with pytest.raises(InputError, match=r"manifest\.toml: ") as caught:
        read_manifest(path)
    assert message in str(caught.value)


def test_no_file_and_no_text(tmp_path):
    with pytest.raises(InputError, match="No such file"):
        read_manifest(tmp_path / "manifest.toml")
    (tmp_path / "manifest.toml").write_bytes(b"\xff")
    with pytest.raises(InputError, match="utf-8"):
        read_manifest(tmp_path / "manifest.toml")
