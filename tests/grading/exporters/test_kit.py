"""A grader's file: what is in it, and what is read from it."""

import io
import sys
import zipfile

import pytest

from scratchcv.errors import InputError
from scratchcv.grading.exporters.kit import Kit, is_librarys, originals, packages, read_kit, zip_bytes
from scratchcv.grading.sheets.sheet import load_sheet, sheet_names

OWN = """
title = "Own"

[[exercise]]
function = "own_geometry.double"
points = 2
"""

OWN_CASES = '''
from scratchcv.grading.sheets.case import Call


def some(rng):
    """A number."""
    return Call(float(rng.uniform()))


VISIBLE = HIDDEN = ()
HIDDEN = (some,)
'''


@pytest.fixture
def own_sheet(tmp_path, monkeypatch):
    """A sheet whose original is a module of the instructor's."""
    (tmp_path / "own_geometry.py").write_text("def double(x):\n    return 2 * x\n")
    cases = tmp_path / "own" / "cases" / "double.py"
    cases.parent.mkdir(parents=True)
    cases.write_text(OWN_CASES)
    (tmp_path / "own" / "manifest.toml").write_text(OWN)
    monkeypatch.syspath_prepend(tmp_path)
    yield load_sheet(tmp_path / "own")
    sys.modules.pop("own_geometry", None)


def names(data):
    return zipfile.ZipFile(io.BytesIO(data)).namelist()


def test_a_sheet_of_ones_own_travels_whole(kit, kit_file):
    found = read_kit(kit_file)
    assert found.sheet.folder != kit.sheet.folder
    assert (found.sheet.digest, found.secret, found.require) == (kit.sheet.digest, kit.secret, kit.require)


def test_originals_travel_too(own_sheet, tmp_path, monkeypatch):
    assert originals(own_sheet) == ["own_geometry"]
    path = tmp_path / "elsewhere.zip"
    path.write_bytes(Kit(own_sheet, bytes(16)).to_bytes())
    (tmp_path / "own_geometry.py").unlink()
    sys.modules.pop("own_geometry")
    monkeypatch.setattr(sys, "path", [entry for entry in sys.path if entry != str(tmp_path)])
    assert read_kit(path).sheet.exercise("double").reference(3) == 6


def test_the_librarys_sheets_travel_by_name(tmp_path):
    name = sheet_names()[0]
    data = Kit(load_sheet(name), bytes(16)).to_bytes()
    assert names(data) == ["kit.json"]
    (tmp_path / "kit.zip").write_bytes(data)
    assert is_librarys(read_kit(tmp_path / "kit.zip").sheet)


def test_caches_stay_behind(kit):
    cache = kit.sheet.folder / "cases" / "__pycache__"
    cache.mkdir(exist_ok=True)
    (cache / "box_area.cpython-311.pyc").write_bytes(b"")
    assert not [name for name in names(kit.to_bytes()) if "__pycache__" in name]


def test_the_same_kit_gives_the_same_bytes(kit):
    assert kit.to_bytes() == kit.to_bytes()


def test_the_secret_is_not_shown(kit):
    assert kit.secret.decode() not in repr(kit)


def test_modes_are_kept():
    archive = zipfile.ZipFile(io.BytesIO(zip_bytes({"run": (b"", 0o755), "key": (b"", 0o600)})))
    assert [entry.external_attr >> 16 & 0o777 for entry in archive.infolist()] == [0o755, 0o600]


def test_what_has_to_be_installed(small_sheet, own_sheet):
    assert packages(small_sheet) == packages(own_sheet) == ["numpy>=2.0"]


@pytest.mark.parametrize("setting", [{"require": "safe"}, {"visibility": "never"}])
def test_unknown_settings(small_sheet, setting):
    with pytest.raises(ValueError, match="must be one of"):
        Kit(small_sheet, bytes(16), **setting)


@pytest.mark.parametrize("data", [b"", b"PK", zip_bytes({"other": (b"", 0o600)}), None])
def test_other_files_are_refused(tmp_path, data):
    path = tmp_path / "kit.zip"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(InputError, match=r"kit\.zip: not a grader's file"):
        read_kit(path)


def test_another_format_is_refused(tmp_path):
    path = tmp_path / "kit.zip"
    path.write_bytes(zip_bytes({"kit.json": (b'{"format": "scratchcv/kit/0"}', 0o600)}))
    with pytest.raises(InputError, match="the format must be scratchcv/kit/1"):
        read_kit(path)
