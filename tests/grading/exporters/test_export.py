"""The one function for all platforms."""

import pytest

from scratchcv.errors import InputError
from scratchcv.grading.exporters import TARGETS, export


@pytest.fixture
def secret_file(tmp_path):
    path = tmp_path / "course.key"
    path.write_bytes(b"the secret of this course\n")
    path.chmod(0o600)
    return path


@pytest.mark.parametrize("target", ["gradescope", "nbgrader", "otter"])
def test_every_file_that_is_named_is_written(small_sheet, secret_file, tmp_path, target):
    folder = tmp_path / "out" / target
    files = export(small_sheet, target, folder, secret_file=secret_file)
    assert sorted(files) == sorted(path for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("target", ["nbgrader", "otter"])
def test_the_secret_is_in_files_for_their_owner_alone(small_sheet, secret_file, tmp_path, target):
    files = export(small_sheet, target, tmp_path / "out", secret_file=secret_file)
    kits = [path for path in files if path.name == "small_grader.zip"]
    assert kits
    assert not [path for path in kits if path.stat().st_mode & 0o077]


def test_what_is_wanted_is_asked_for(small_sheet, secret_file, tmp_path):
    with pytest.raises(ValueError, match="target must be one of gradescope, nbgrader, otter, github"):
        export(small_sheet, "moodle", tmp_path / "out")
    for target in TARGETS[:3]:
        with pytest.raises(InputError, match=f"{target} needs the course's secret"):
            export(small_sheet, target, tmp_path / "out")
    with pytest.raises(InputError, match=r"my\.whl: there is no such file"):
        export(small_sheet, "otter", tmp_path / "out", secret_file=secret_file, wheel=tmp_path / "my.whl")
    assert not (tmp_path / "out").exists()


def test_nothing_is_written_over(small_sheet, secret_file, tmp_path):
    with pytest.raises(InputError, match="is there already, and not an empty folder"):
        export(small_sheet, "nbgrader", tmp_path, secret_file=secret_file)
