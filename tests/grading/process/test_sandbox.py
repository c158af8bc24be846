"""The sandbox: values, errors, deadlines, limits, and nothing left behind."""

import os
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from scratchcv.backend import has_numba
from scratchcv.grading.process import sandbox as module
from scratchcv.grading.process.pipes import ThreadedPipes
from scratchcv.grading.process.sandbox import (
    BadReturnError,
    ChildDiedError,
    Limits,
    Sandbox,
    SandboxFaultError,
    StudentError,
)

SHORT = Limits(seconds=1.0, memory=256 << 20, kept_output=1000, most_output=1 << 20)
LONG = replace(SHORT, seconds=30.0)
"""For what must come to its end on a busy machine, too."""

SUBMISSION = """\
from __future__ import annotations
import numpy as np
import matplotlib.pyplot as plt
from dataclasses import dataclass

@dataclass
class Box:
    x: Unknown = 1

print("hello")
1 / 0

def echo(*arguments, **keywords):
    return arguments, keywords

def spoil(x):
    x[...] = 7
    return x.sum()

def fails(x):
    def deeper():
        return x["a"]
    return deeper()

def loads():
    return Box().x, np.linalg.svd(np.eye(2))[1], np.random.default_rng(1).integers(9)
"""


@pytest.fixture(scope="module")
def loaded():
    with Sandbox() as sandbox:
        problems = sandbox.load(SUBMISSION)
        yield sandbox, problems


def test_statements_that_raise_are_remembered_and_the_rest_goes_on(loaded):
    assert [(p.line, p.kind) for p in loaded[1]] == [(3, "ModuleNotFoundError"), (11, "ZeroDivisionError")]
    assert loaded[0].call("loads", (), {})[0] == 1


def test_values_go_both_ways(loaded):
    arguments = (
        np.arange(6.0).reshape(2, 3),
        2,
        0.5,
        "valid",
        None,
        [np.float32(1)],
        (True, {"a": np.array(3)}),
    )
    returned, keywords = loaded[0].call("echo", arguments, {"stride": 2})
    assert repr(returned) == repr(arguments)
    assert keywords == {"stride": 2}


def test_arguments_are_copies(loaded):
    x = np.zeros(3)
    assert loaded[0].call("spoil", (x,), {}) == 21
    assert x.tolist() == [0, 0, 0]


def test_errors_carry_the_submissions_lines_alone(loaded):
    with pytest.raises(StudentError) as caught:
        loaded[0].call("fails", (1,), {})
    assert (caught.value.kind, caught.value.lines) == ("TypeError", [23, 22])
    assert caught.value.message == "'int' object is not subscriptable"


def test_a_function_that_is_not_there(loaded):
    with pytest.raises(StudentError, match=r"submission.py does not define nothing"):
        loaded[0].call("nothing", (), {})


def test_prints_are_kept(loaded):
    assert loaded[0].printed.startswith("hello\n")


def test_status_says_who_ran(loaded):
    status = loaded[0].status
    assert (status.python, status.numpy, status.executable) == (sys.version, np.__version__, sys.executable)


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("def f(:\n", (1, "SyntaxError", "invalid syntax")),
        ("x = 1\n  y = 2\n", (2, "IndentationError", "unexpected indent")),
        ("x = 1\nreturn 2\n", (2, "SyntaxError", "'return' outside function")),
        ("x = '\x00'\n", (1, "SyntaxError", "source code string cannot contain null bytes")),
    ],
)
def test_text_that_is_not_python_is_one_problem(source, problem):
    with Sandbox() as sandbox:
        (found,) = sandbox.load(source)
    assert (found.line, found.message) == (problem[0], problem[2])
    assert found.kind in (problem[1], "ValueError")  # Python 3.11 has another name for null bytes


def test_many_problems_are_counted():
    with Sandbox() as sandbox:
        problems = sandbox.load("1 / 0\n" * 60)
    assert len(problems) == 51
    assert problems[-1].message == "and 10 more statements that raised"


@pytest.mark.parametrize(
    ("result", "message"),
    [
        ("{1, 2}", "a value of type set"),
        ("np.array([None])", "dtype object"),
        ("np.ones((100, 100))", "80,116 bytes"),
        ("(i for i in range(3))", "generator"),
        ("np.ma.masked_array([1])", "MaskedArray"),
    ],
)
def test_results_that_cannot_travel(result, message):
    with Sandbox() as sandbox:
        sandbox.load(f"import numpy as np\ndef f(): return {result}\ndef g(): return 1")
        with pytest.raises(BadReturnError) as caught:
            sandbox.call("f", (), {}, most_bytes=10_000)
        assert message.replace(",", "")[:12] in caught.value.message or "bytes" in caught.value.message
        assert sandbox.call("g", (), {}) == 1


DEATHS = {
    "while True: pass": "timeout",
    "import time\n    time.sleep(99)": "timeout",
    "import os\n    os._exit(0)": "exited",
    "import os\n    os.abort()": "exited",
    "import os\n    for i in range(99): os.write(1, b'x' * 99999)": "output",
    "import os\n    os.closerange(0, 999)\n    import time\n    time.sleep(9)": "exited",
}


@pytest.mark.parametrize("body", DEATHS)
def test_deaths_have_a_reason(body):
    with Sandbox(SHORT if DEATHS[body] == "timeout" else LONG) as sandbox:
        sandbox.load(f"def f():\n    {body}")
        with pytest.raises(ChildDiedError) as caught:
            sandbox.call("f", (), {})
        assert caught.value.reason == DEATHS[body]
        with pytest.raises(ChildDiedError, match=caught.value.message[:20]):
            sandbox.call("f", (), {})


def test_deadlines_hold():
    with Sandbox(SHORT) as sandbox:
        start = time.monotonic()
        with pytest.raises(ChildDiedError):
            sandbox.load("9**9**9")
    assert SHORT.seconds < time.monotonic() - start < SHORT.seconds + 2


def test_memory_is_bounded():
    with Sandbox(LONG) as sandbox:
        sandbox.load("import numpy as np\ndef f(n): return np.ones(n).sum()")
        assert sandbox.call("f", (10 << 20,), {}) == 10 << 20
        with pytest.raises(StudentError, match="MemoryError"):
            sandbox.call("f", (64 << 20,), {})


def test_output_is_cut_with_a_remark():
    with Sandbox(LONG) as sandbox:
        sandbox.load("print('x' * 5000)")
    assert sandbox.printed.startswith("x" * 1000 + "\n… and 4001 bytes more")


EARLY = """
import os, stat
def f():
    for n in range(3, 99):
        try:
            if stat.S_ISFIFO(os.fstat(n).st_mode): os.write(n, b"SCV1")
        except OSError: pass
"""


def test_bytes_that_nobody_asked_for():
    with Sandbox(LONG) as sandbox, pytest.raises(ChildDiedError) as caught:
        sandbox.load(EARLY + "f()")
    assert caught.value.reason == "protocol"


def test_other_packages_cannot_be_imported():
    names = ["scratchcv", "scratchcv.grading.child.wire", "pytest", "numba", "scipy", "matplotlib"]
    with Sandbox() as sandbox:
        problems = sandbox.load("\n".join(f"import {name}" for name in names))
    assert [problem.kind for problem in problems] == ["ModuleNotFoundError"] * len(names)


@pytest.mark.skipif(not has_numba(), reason="Numba is not installed: NumPy alone is tested")
def test_numba_compiles_under_all_layers():
    text = "import numba\n@numba.njit\ndef f(x):\n    s = 0.0\n    for v in x: s += v\n    return s\n"
    with Sandbox(Limits(seconds=60), numba=True) as sandbox:
        assert sandbox.load(text + "@numba.njit(cache=True)\ndef g(x): return x + 1") == []
        assert sandbox.call("f", (np.arange(5.0),), {}) == 10
        assert sandbox.call("g", (1,), {}) == 2


def test_what_is_imported_late_is_there():
    """Whatever of NumPy and the standard library a submission may want, under all layers."""
    names = """
    numpy.fft numpy.linalg numpy.ma numpy.polynomial numpy.random numpy.testing numpy.lib.stride_tricks
    itertools functools collections dataclasses typing warnings copy operator heapq bisect enum re random
    string statistics fractions decimal json time timeit inspect textwrap unittest doctest
    """
    with Sandbox() as sandbox:
        problems = sandbox.load("\n".join(f"import {name}" for name in names.split()))
    assert problems == []


def test_a_fault_of_the_grader_is_not_the_students(monkeypatch):
    monkeypatch.setattr(np, "__version__", "0.0")
    with pytest.raises(SandboxFaultError, match="another numpy"):
        Sandbox()
    monkeypatch.undo()
    monkeypatch.setattr(module, "library_folder", lambda: "/nonexistent")
    with pytest.raises(SandboxFaultError, match="No module named 'numpy'"):
        Sandbox()


def test_arguments_that_cannot_travel_are_the_callers(loaded):
    with pytest.raises(ValueError, match="type set"):
        loaded[0].call("echo", ({1},), {})


def descriptors():
    return len(list(Path("/proc/self/fd").iterdir())) if sys.platform.startswith("linux") else 0


def test_nothing_is_left_behind():
    before = descriptors()
    for source in ("", "while True: pass", "import os\nos._exit(1)"):
        sandbox = Sandbox(SHORT)
        with suppress(ChildDiedError):
            sandbox.load(source)
        sandbox.close()
        sandbox.close()
        assert sandbox._process.returncode is not None
    assert descriptors() == before


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the kernel ends the child on Linux alone")
def test_the_child_dies_with_the_grader():
    text = "from scratchcv.grading.process.sandbox import Sandbox\n"
    text += "s = Sandbox()\nprint(s._process.pid, flush=True)\nimport os\nos.kill(os.getpid(), 9)"
    done = subprocess.run(
        [sys.executable, "-c", text], capture_output=True, env=os.environ | {"PYTHONPATH": str(Path.cwd())}
    )
    child = int(done.stdout)
    end = time.monotonic() + 5
    while Path(f"/proc/{child}").exists() and b"child" in Path(f"/proc/{child}/cmdline").read_bytes():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_the_way_of_windows(monkeypatch):
    """Standard streams for frames and threads at the pipes, which work everywhere."""
    launch = sys.modules["scratchcv.grading.process.launch"]
    monkeypatch.setattr(launch, "POSIX", False)
    monkeypatch.setattr(module, "PolledPipes", ThreadedPipes)
    before = descriptors()
    with Sandbox(LONG) as sandbox:
        assert (
            sandbox.load("print('out')\nimport sys\nprint('error', file=sys.stderr)\ndef f(x): return 2 * x")
            == []
        )
        assert sandbox.call("f", (np.ones(1 << 18),), {}).sum() == 1 << 19
        with pytest.raises(ChildDiedError) as caught:
            sandbox.load("print('x' * (1 << 22))")
        assert caught.value.reason == "output"
    assert sandbox.printed.startswith("out\nerror\n")
    with Sandbox(SHORT) as sandbox, pytest.raises(ChildDiedError, match="did not answer"):
        sandbox.load("while True: pass")
    with Sandbox(LONG) as sandbox, pytest.raises(ChildDiedError, match="status 3"):
        sandbox.load("import os\nos._exit(3)")
    assert descriptors() == before
