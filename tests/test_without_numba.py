"""Without Numba everything still works: the import blocked, or the NumPy backend chosen."""

import os
import subprocess
import sys

import pytest

BLOCK = "import sys; sys.modules['numba'] = None; sys.modules['llvmlite'] = None\n"

WORK = """
import sys
import numpy as np
import scratchcv
from scratchcv.boxes import nms
from scratchcv.data import SceneDataset, to_tensor
from scratchcv.layers import Conv2d
from scratchcv.models import ssd_tiny
from scratchcv.training import SGD

for room in scratchcv._ROOMS:
    getattr(scratchcv, room)
assert scratchcv.get_backend() == "numpy"

boxes = np.array([[0, 0, 10, 10], [1, 1, 10, 10], [20, 20, 30, 30.0]])
print(nms(boxes, np.array([0.5, 0.9, 0.8]), 0.5).tolist())

convolution = Conv2d(1, 1, 3, padding=1, bias=False)
convolution.weight.value[...] = 1
y, cache = convolution.forward(np.ones((1, 1, 3, 3), np.float32))
print(y[0, 0].tolist(), convolution.backward(y, cache).shape)

scenes = SceneDataset(2, size=64, seed=0)
images, targets = zip(*((to_tensor(image), target) for image, target in scenes))
model = ssd_tiny(scenes.class_names, size=64, seed=0)
optimizer = SGD(list(model.parameters()), lr=0.01)
totals = []
for _ in range(3):
    model.zero_grad()
    losses, cache = model.forward(list(images), list(targets))
    model.backward(cache)
    optimizer.step()
    totals.append(sum(losses.values()))
assert totals[2] < totals[0], totals
print(len(model.predict(list(images))))

assert not any(module and name.partition(".")[0] == "numba" for name, module in sys.modules.items())
"""

PRINTED = "[1, 2]\n[[4.0, 6.0, 4.0], [6.0, 9.0, 6.0], [4.0, 6.0, 4.0]] (1, 1, 3, 3)\n2\n"


def run(code, **environment):
    kept = {name: value for name, value in os.environ.items() if name != "SCRATCHCV_BACKEND"}
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env={**kept, **environment}, check=False
    )


def test_the_numpy_backend_never_loads_numba():
    result = run(WORK, SCRATCHCV_BACKEND="numpy")
    assert (result.stdout, result.stderr) == (PRINTED, "")


def test_without_numba_the_numpy_backend_is_the_default():
    result = run(BLOCK + WORK)
    assert (result.stdout, result.stderr) == (PRINTED, "")


@pytest.mark.parametrize(
    "call", ["scratchcv.set_backend('numba')", "scratchcv.use_backend('numba').__enter__()"]
)
def test_asking_for_absent_numba_says_what_to_install(call):
    result = run(BLOCK + "import scratchcv\n" + call)
    assert result.returncode == 1
    assert "ImportError: backend 'numba' was asked for, but Numba is not installed" in result.stderr


def test_the_variable_asking_for_absent_numba_says_so():
    result = run(BLOCK + "import scratchcv; scratchcv.get_backend()", SCRATCHCV_BACKEND="numba")
    assert "ImportError: backend 'numba' was asked for" in result.stderr
