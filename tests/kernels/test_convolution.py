"""What of the convolution's kernels has no formula: transforms, tiles, borders of memory, threads."""

import importlib
import os
import platform
import runpy
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scratchcv.backend import use_backend
from scratchcv.layers.conv2d import conv2d, conv2d_backward
from scratchcv.testing import assert_close

pytest.importorskip("numba")

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
CASES = runpy.run_path(str(HERE / "cases_conv2d.py"))
transforms = importlib.import_module("scratchcv.kernels._winograd_transforms")
winograd = importlib.import_module("scratchcv.kernels._winograd").winograd
winograd_weight_gradient = importlib.import_module(
    "scratchcv.kernels._winograd_gradient"
).winograd_weight_gradient
pack_filters = importlib.import_module("scratchcv.kernels._filters").pack_filters


def run(*arguments, **variables):
    """Run this Python in a process of its own."""
    return subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)} | variables,
    )


@pytest.mark.parametrize("points", [(0, 1, -1, 2, -2), (0, 1, -1), (3, -2, 5, 0, 1, 7, -1)])
@pytest.mark.parametrize("outputs", [1, 2, 4])
def test_transforms_are_polynomial_products(points, outputs):
    """In whole numbers nothing is rounded: (A^T [(G g) (B^T d)])_i = sum_j d_(i+j) g_j exactly."""
    AT, G, BT = transforms.transform_matrices(tuple(map(float, points)), outputs)
    taps, size = G.shape[1], BT.shape[1]
    assert (len(points) + 1, outputs + taps - 1) == (size, size)
    rng = np.random.default_rng(0)
    g = rng.integers(-9, 10, taps).tolist()
    d = rng.integers(-9, 10, size).tolist()

    def exact(matrix, vector):
        rows = [[Fraction(value).limit_denominator(10**5) for value in row] for row in matrix.tolist()]
        return [sum(a * b for a, b in zip(row, vector, strict=True)) for row in rows]

    values = [u * v for u, v in zip(exact(G, g), exact(BT, d), strict=True)]
    assert exact(AT, values) == [sum(d[i + j] * g[j] for j in range(taps)) for i in range(outputs)]


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_transformed_convolution_and_gradient_in_float64(data):
    draw = data.draw
    N, C, O = draw(st.integers(1, 3)), draw(st.integers(1, 40)), draw(st.integers(1, 40))
    padding = draw(st.tuples(st.integers(0, 2), st.integers(0, 2)))
    H, W = (max(3 - 2 * p, 1) + draw(st.integers(0, 12)) for p in padding)
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    x, weight = rng.standard_normal((N, C, H, W)), rng.standard_normal((O, C, 3, 3))
    bias = rng.standard_normal(O)
    with use_backend("numpy"):
        expected = conv2d(x, weight, bias, padding=padding)
        dy = rng.standard_normal(expected.shape)
        _, expected_dweight, _ = conv2d_backward(dy, x, weight, padding=padding)
    y, dweight = np.empty_like(expected), np.empty_like(weight)
    assert winograd(x, pack_filters(weight, 1), bias, padding, y)
    assert winograd_weight_gradient(dy, x, padding, dweight)
    assert_close(y, expected, rtol=1e-11, atol=1e-11)
    assert_close(dweight, expected_dweight, rtol=1e-11, atol=1e-11)


@pytest.mark.parametrize("kind", ["normal", "photograph", "large offset", "one large pixel"])
@pytest.mark.parametrize("C", [16, 64, 256])
def test_the_promised_error_of_float32(kind, C):
    """At most 2e-5 of the largest output, whatever the images are like; see `_winograd_transforms.py`."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((2, C, 30, 27))
    if kind == "photograph":
        x = np.abs(x).cumsum(axis=3) / 30
    elif kind == "large offset":
        x += 100
    elif kind == "one large pixel":
        x[0, 0, 10, 10] = 1e6
    x, weight = x.astype(np.float32), rng.standard_normal((48, C, 3, 3)).astype(np.float32)
    y = conv2d(x, weight, padding=1)
    dy = rng.standard_normal(y.shape).astype(np.float32)
    ours = y, *conv2d_backward(dy, x, weight, padding=1)
    wide = [array.astype(np.float64) for array in (x, weight, dy)]
    with use_backend("numpy"):
        exact = conv2d(*wide[:2], padding=1), *conv2d_backward(wide[2], *wide[:2], padding=1)
    for actual, expected in zip(ours, exact, strict=True):
        assert np.abs(actual - expected).max() <= 2e-5 * np.abs(expected).max()


def test_what_is_not_finite_stays_where_it_is_seen():
    x = np.ones((1, 32, 40, 40), np.float32)
    x[0, 3, 20, 20], x[0, 5, 0, 39] = np.nan, np.inf
    weight = np.ones((32, 32, 3, 3), np.float32)
    y = conv2d(x, weight, padding=1)
    assert np.isnan(y[0, 7]).sum() == 9
    assert np.isinf(y[0, 7]).sum() == 4
    with np.errstate(invalid="ignore"):
        dx, dweight, _ = conv2d_backward(x, x, weight, padding=1)
    assert np.isnan(dx[0, 7]).sum() == 9
    assert np.isnan(dweight[:, 3]).all()
    assert np.isfinite(dweight[7, 8]).all()


def test_numbers_near_the_largest_float_do_not_overflow_on_the_way():
    x = np.zeros((1, 16, 32, 32), np.float32)
    x[:, :, ::6, ::6] = 2e38
    weight = np.zeros((16, 16, 3, 3), np.float32)
    weight[np.arange(16), np.arange(16), 1, 1] = 1
    assert np.array_equal(conv2d(x, weight, padding=1), x)


GUARDED = """
import ctypes, mmap, runpy, sys
import numpy as np
from scratchcv.layers.conv2d import conv2d, conv2d_backward

libc, PAGE, plain_empty, kept = ctypes.CDLL(None, use_errno=True), mmap.PAGESIZE, np.empty, []

def guarded(shape, dtype=float, at_end=True):
    '''Return an empty array between two pages that must not be touched, close to one of them.'''
    size = int(np.prod(shape)) * np.dtype(dtype).itemsize
    pages = -(-max(size, 1) // PAGE)
    room = mmap.mmap(-1, (pages + 2) * PAGE)
    start = ctypes.addressof(ctypes.c_char.from_buffer(room))
    for page in (start, start + (pages + 1) * PAGE):
        assert libc.mprotect(ctypes.c_void_p(page), PAGE, 0) == 0
    kept.append(room)
    first = PAGE + (pages * PAGE - size if at_end else 0)
    return np.frombuffer(room, dtype, int(np.prod(shape)), first).reshape(shape)

def copy(array):
    twin = guarded(array.shape, array.dtype, at_end)
    twin[...] = array
    return twin

def everything():
    for x, weight, bias, *settings in calls(np.float32):
        x, weight, bias = copy(x), copy(weight), copy(bias)
        y = conv2d(x, weight, bias, *settings)
        conv2d_backward(copy(y), x, weight, *settings)

calls = runpy.run_path("tests/kernels/cases_conv2d.py")["conv2d_calls"]
at_end = True
everything()  # compiled now: what Numba compiles must not meet another np.empty
for at_end in (True, False):
    np.empty = lambda shape, dtype=float, **order: guarded(shape, dtype, at_end)
    everything()
    np.empty = plain_empty
print("no page was touched", len(kept))
if "--touch" in sys.argv:
    guarded((4,), np.float32).ctypes.data_as(ctypes.POINTER(ctypes.c_float))[4]
    print("a page was touched")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="pages are protected by Linux's mprotect")
def test_tiles_touch_nothing_outside_their_arrays():
    """Inputs, results and all buffers between them lie against pages that nobody may touch."""
    result = run("-c", GUARDED)
    assert result.returncode == 0, result.stderr[-2000:]
    assert "no page was touched" in result.stdout


@pytest.mark.skipif(sys.platform != "linux", reason="pages are protected by Linux's mprotect")
def test_the_guard_bites():
    assert "a page was touched" not in run("-c", GUARDED, "--touch").stdout


HASHES = """
import hashlib, runpy
import numpy as np
from scratchcv.layers.conv2d import conv2d, conv2d_backward
total = hashlib.sha256()
for x, weight, bias, *settings in runpy.run_path("tests/kernels/cases_conv2d.py")["conv2d_calls"](np.float32):
    y = conv2d(x, weight, bias, *settings)
    for array in (y, *conv2d_backward(y, x, weight, *settings)):
        total.update(array.tobytes())
print(total.hexdigest())
"""


def test_results_do_not_depend_on_the_number_of_threads():
    answers = {run("-c", HASHES, NUMBA_NUM_THREADS=threads).stdout for threads in ("1", "2", "3")}
    assert len(answers) == 1
    assert len(answers.pop()) == 65


WIDTH = "from scratchcv.kernels._tile import tile_width; print(tile_width('f'), tile_width('d'))"


@pytest.mark.skipif(platform.machine() != "x86_64", reason="names processors of x86-64")
@pytest.mark.parametrize(
    ("cpu", "features", "widths"),
    [
        ("generic", "", "8 4"),
        ("haswell", "+avx2,+fma", "16 8"),
        ("znver4", "+avx2,+fma,+avx512f,+avx512vl", "32 16"),
    ],
)
def test_tiles_follow_the_processor(cpu, features, widths, tmp_path):
    variables = {"NUMBA_CPU_NAME": cpu, "NUMBA_CPU_FEATURES": features, "NUMBA_CACHE_DIR": str(tmp_path)}
    assert run("-c", WIDTH, **variables).stdout.strip() == widths


@pytest.mark.slow
@pytest.mark.parametrize(
    ("variables", "tests"),
    [
        ({"SCRATCHCV_TILE": "plain", "NUMBA_BOUNDSCHECK": "1"}, ["test_twins.py"]),
        ({"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": ""}, ["test_twins.py", "test_convolution.py"]),
        ({"NUMBA_CPU_NAME": "haswell", "NUMBA_CPU_FEATURES": "+avx2,+fma"}, ["test_twins.py"]),
    ],
    ids=["every index checked", "any x86-64", "AVX2"],
)
def test_the_kernels_elsewhere(variables, tests, tmp_path):
    """All kernels agree with their formulas where every index is checked, and on lesser processors."""
    files = [f"tests/kernels/{name}" for name in tests]
    result = run("-m", "pytest", "-q", "-x", "-n", "2", *files, **variables, NUMBA_CACHE_DIR=str(tmp_path))
    assert result.returncode == 0, result.stdout[-3000:]
