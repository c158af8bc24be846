import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import scratchcv
from scratchcv import backend as backend_module
from scratchcv.backend import active_form, get_backend, has_numba, set_backend, use_backend
from scratchcv.boxes.iou import box_iou_numpy

needs_numba = pytest.mark.skipif(not has_numba(), reason="Numba is not installed")

BLOCK_NUMBA = "import sys; sys.modules['numba'] = None\n"


@pytest.fixture(autouse=True)
def _same_backend_afterwards():
    with use_backend(get_backend()):
        yield


def run(program, **variables):
    """Run a program in a fresh interpreter; return what it printed, stripped."""
    environment = {key: value for key, value in os.environ.items() if key != "SCRATCHCV_BACKEND"}
    return subprocess.run(
        [sys.executable, "-c", program],
        env={**environment, **variables},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def printed(program, **variables):
    done = run(program, **variables)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


class TestChoice:
    def test_set_backend_holds(self):
        set_backend("numpy")
        assert get_backend() == "numpy"
        assert scratchcv.get_backend() == "numpy"

    @needs_numba
    def test_use_backend_nests_and_returns(self):
        with use_backend("numba"):
            with use_backend("numpy"):
                assert get_backend() == "numpy"
            assert get_backend() == "numba"

    @needs_numba
    def test_the_earlier_backend_returns_after_an_exception(self):
        set_backend("numba")
        with pytest.raises(KeyError), use_backend("numpy"):
            raise KeyError
        assert get_backend() == "numba"

    @pytest.mark.parametrize("name", ["cuda", "NumPy", "", None])
    def test_unknown_names_change_nothing(self, name):
        set_backend("numpy")
        with pytest.raises(ValueError, match="backend must be one of numba, numpy, got"):
            set_backend(name)
        with pytest.raises(ValueError, match="backend must be one of numba, numpy, got"), use_backend(name):
            pass
        assert get_backend() == "numpy"

    def test_numba_cannot_be_chosen_where_it_is_absent(self, monkeypatch):
        set_backend("numpy")
        monkeypatch.setattr(backend_module, "has_numba", lambda: False)
        with pytest.raises(ImportError, match="Numba is not installed: pip install numba"):
            set_backend("numba")
        assert get_backend() == "numpy"


class TestActiveForm:
    def test_numpy_runs_the_formula(self):
        with use_backend("numpy"):
            assert active_form(box_iou_numpy) is box_iou_numpy

    @needs_numba
    def test_numba_runs_the_kernel_of_the_same_file_and_name(self):
        from scratchcv.kernels import iou

        with use_backend("numba"):
            assert active_form(box_iou_numpy) is iou.box_iou


class TestFreshProcess:
    def test_default_is_numba_where_it_is_installed(self):
        program = (
            "import importlib.util, scratchcv\n"
            "installed = importlib.util.find_spec('numba') is not None\n"
            "print(scratchcv.get_backend() == ('numba' if installed else 'numpy'))"
        )
        assert printed(program) == "True"

    @pytest.mark.parametrize("name", ["numpy", pytest.param("numba", marks=needs_numba)])
    def test_environment_variable(self, name):
        assert printed("import scratchcv; print(scratchcv.get_backend())", SCRATCHCV_BACKEND=name) == name

    def test_an_empty_variable_is_none(self):
        program = "import scratchcv; print(scratchcv.get_backend() in ('numba', 'numpy'))"
        assert printed(program, SCRATCHCV_BACKEND="") == "True"

    def test_a_wrong_variable_is_an_error_on_first_use(self):
        done = run("import scratchcv; print('imported'); scratchcv.get_backend()", SCRATCHCV_BACKEND="cuda")
        assert done.stdout.strip() == "imported"
        assert "ValueError: backend must be one of numba, numpy, got 'cuda'" in done.stderr

    def test_blocked_numba_leaves_numpy_silently_complete(self):
        program = BLOCK_NUMBA + (
            "import scratchcv; from scratchcv.boxes import box_iou, nms, soft_nms\n"
            "boxes = [[0, 0, 1, 1], [0, 0, 1, 0.5]]\n"
            "print(scratchcv.get_backend(), box_iou(boxes, boxes)[0, 1], *nms(boxes, [1, 2], 0.4))\n"
            "print(*soft_nms(boxes, [1, 2])[0])\n"
        )
        done = run(program)
        assert done.stdout.split() == ["numpy", "0.5", "1", "1", "0"]
        assert done.stderr == ""

    def test_blocked_numba_cannot_be_asked_for(self):
        program = BLOCK_NUMBA + "import scratchcv; scratchcv.get_backend()"
        done = run(program, SCRATCHCV_BACKEND="numba")
        assert "ImportError: backend 'numba' was asked for, but Numba is not installed" in done.stderr

    @pytest.mark.parametrize(
        "failure", ["ImportError('Numba needs NumPy 2.1 or less')", "RuntimeError('no locator available')"]
    )
    def test_a_numba_that_does_not_start_is_reported_once_and_replaced(self, failure, tmp_path):
        (tmp_path / "numba.py").write_text(f"raise {failure}", encoding="utf-8")
        program = (
            "import scratchcv; from scratchcv.boxes import box_iou, nms\n"
            "boxes = [[0, 0, 1, 1], [0, 0, 1, 0.5]]\n"
            "print(box_iou(boxes, boxes)[0, 1], *nms(boxes, [1, 2], 0.4), scratchcv.get_backend())\n"
        )
        done = run(program, PYTHONPATH=str(tmp_path))
        assert done.stdout.split() == ["0.5", "1", "numpy"], done.stderr
        assert done.stderr.count("RuntimeWarning: Numba is installed but does not start; NumPy does") == 1
        asked_for = run(program, PYTHONPATH=str(tmp_path), SCRATCHCV_BACKEND="numba")
        assert asked_for.returncode != 0
        assert failure.split("'")[1] in asked_for.stderr

    @needs_numba
    def test_where_no_cache_folder_can_be_written_a_temporary_one_serves(self):
        program = (
            "import os\n"
            "from numba.core import caching, config\n"
            "impl = caching.CacheImpl  # let it find no folder but the one that it is given\n"
            "impl._locator_classes = [x for x in impl._locator_classes if 'UserProvided' in x.__name__]\n"
            "import scratchcv; from scratchcv.boxes import box_iou\n"
            "print(box_iou([[0, 0, 1, 1]], [[0, 0, 1, 0.5]]).item(), scratchcv.get_backend())\n"
            "print(os.path.basename(config.CACHE_DIR).startswith('scratchcv-numba-'), config.CACHE_DIR)\n"
        )
        answer, where = printed(program, NUMBA_CACHE_DIR="").splitlines()
        assert answer == "0.5 numba"
        ours, _, folder = where.partition(" ")
        assert ours == "True"
        assert not Path(folder).exists()

    def test_import_loads_numpy_and_nothing_heavy(self):
        program = (
            "import sys, scratchcv, scratchcv.boxes\n"
            "heavy = {'numba', 'matplotlib', 'PIL', 'scipy', 'torch', 'safetensors', 'tqdm'}\n"
            "print('numpy' in sys.modules, sorted(heavy & set(sys.modules)))"
        )
        assert printed(program) == "True []"

    def test_the_numpy_backend_never_loads_numba(self):
        program = (
            "import sys; from scratchcv.boxes import nms\n"
            "nms([[0, 0, 1, 1]], [1], 0.5); print('numba' in sys.modules)"
        )
        assert printed(program, SCRATCHCV_BACKEND="numpy") == "False"


def test_both_backends_give_one_answer(backend):
    assert get_backend() == backend
    boxes = np.array([[0, 0, 2, 2], [1, 1, 3, 4]], np.float32)
    assert scratchcv.boxes.box_iou(boxes, boxes)[0, 1] == np.float32(1) / np.float32(9)
