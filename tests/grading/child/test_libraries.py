"""What a submission may import."""

import importlib
import sys

import pytest

from scratchcv.grading.child import libraries
from scratchcv.grading.child.libraries import import_libraries, only_from


@pytest.fixture
def folder(tmp_path):
    for name in ("wanted_package", "other_package"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("")
    yield str(tmp_path)
    sys.modules.pop("wanted_package", None)
    importlib.invalidate_caches()


def test_only_the_named_packages_are_found(folder):
    with only_from(folder, ["wanted_package"]):
        importlib.import_module("wanted_package")
        with pytest.raises(ModuleNotFoundError):
            importlib.import_module("other_package")
    assert "wanted_package" in sys.modules
    assert folder not in sys.path
    del sys.modules["wanted_package"]
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("wanted_package")


@pytest.mark.parametrize(
    ("readable", "uid", "early"), [(False, 1, True), (True, 1, False), (False, None, False)]
)
def test_what_will_be_out_of_reach_is_imported_before(monkeypatch, readable, uid, early):
    imported = []
    monkeypatch.setattr(libraries, "_everyone_may_read", lambda *files: readable)
    monkeypatch.setattr(libraries.importlib, "import_module", imported.append)
    import_libraries({"packages": ["numpy"], "uid": uid})
    assert imported[0] == "numpy"
    assert ({"numpy.fft", "numpy.testing", "dataclasses", "numpy.lib"} <= set(imported)) == early
    assert not [name for name in imported if "_core" in name or "f2py" in name]


def test_folders_that_are_closed_are_noticed(tmp_path):
    file = tmp_path / "a" / "b"
    file.parent.mkdir()
    file.write_text("")
    (tmp_path / "a").chmod(0o700)
    assert not libraries._everyone_may_read(str(file))
    assert libraries._everyone_may_read("/etc/passwd", None)
