"""`import scratchcv` is quick and quiet: no other package, no compilation, whatever rooms are named."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import scratchcv

HEAVY = ("numba", "llvmlite", "matplotlib", "PIL", "safetensors", "tqdm", "defusedxml", "ipywidgets")

PROBE = """
import json, sys, time
start = time.perf_counter()
{statements}
seconds = time.perf_counter() - start
print(json.dumps([seconds, sorted({{name.partition(".")[0] for name in sys.modules}})]))
"""


def probe(statements):
    """Run statements in a new process; return their seconds and the packages they loaded."""
    code = PROBE.format(statements=statements)
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stderr == ""
    return json.loads(result.stdout)


def test_import_takes_less_than_a_third_of_a_second():
    assert min(probe("import scratchcv")[0] for _ in range(3)) < 0.3


def test_import_loads_no_other_package():
    _, packages = probe("import scratchcv; scratchcv.get_backend()")
    assert not set(HEAVY) & set(packages)


def test_rooms_load_no_package_before_it_is_used():
    _, packages = probe("import scratchcv\n" + "\n".join(f"scratchcv.{room}" for room in scratchcv._ROOMS))
    assert not set(HEAVY) & set(packages)


def test_every_room_can_be_reached_by_its_name():
    for room in scratchcv._ROOMS:
        assert getattr(scratchcv, room).__name__ == f"scratchcv.{room}"
        assert room in dir(scratchcv)


def test_every_folder_is_a_room():
    folders = {path.parent.name for path in Path(scratchcv.__file__).parent.glob("*/__init__.py")}
    assert folders - {"cli"} == set(scratchcv._ROOMS)


def test_unknown_names_are_refused():
    with pytest.raises(AttributeError, match="module 'scratchcv' has no attribute 'boxen'"):
        scratchcv.boxen  # noqa: B018 (the access is what is tested)
