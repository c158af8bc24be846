"""The threads below the kernels."""

import os
import subprocess
import sys
import threading

import numpy as np
import pytest

from scratchcv.kernels.parallel import parallel_for, thread_count


def fill(start, stop, out):
    out[start:stop] += np.arange(start, stop)


@pytest.mark.parametrize("tasks", [0, 1, 2, 3, 1000])
@pytest.mark.parametrize("serial", [True, False])
def test_every_task_runs_once(tasks, serial):
    out = np.zeros(tasks)
    parallel_for(fill, tasks, out, serial=serial)
    assert out.tolist() == list(range(tasks))


def test_a_kernel_may_call_parallel_for_itself():
    out = np.zeros(100)

    def shifted(start, stop, offset):
        fill(start + offset, stop + offset, out)

    def outer(start, stop):
        for task in range(start, stop):
            parallel_for(shifted, 10, 10 * task)

    parallel_for(outer, 10)
    assert out.tolist() == list(range(100))


def test_many_threads_may_call_at_once():
    outs = [np.zeros(500) for _ in range(8)]
    threads = [threading.Thread(target=parallel_for, args=(fill, 500, out)) for out in outs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(out.tolist() == list(range(500)) for out in outs)


@pytest.mark.parametrize("bad", [0, 9])
def test_an_error_in_any_part_arrives_after_all_parts_ended(bad):
    ended = []

    def kernel(start, stop):
        ended.append((start, stop))
        if start <= bad < stop:
            raise ZeroDivisionError(f"task {bad}")

    with pytest.raises(ZeroDivisionError, match=f"task {bad}"):
        parallel_for(kernel, 10)
    assert sum(stop - start for start, stop in ended) == 10


@pytest.mark.skipif(os.name == "nt", reason="a process cannot send itself Ctrl-C on Windows")
def test_ctrl_c_waits_for_the_other_threads():
    """SIGINT arrives while the main thread waits; it must not be raised before the worker is done."""
    code = """
import os, signal, threading, time
from scratchcv.kernels.parallel import parallel_for
signal.signal(signal.SIGINT, signal.default_int_handler)
done = []
def kernel(start, stop):
    if start > 0:
        time.sleep(0.8)
        done.append(start)
threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
try:
    parallel_for(kernel, 10)
except KeyboardInterrupt:
    print("interrupted", len(done))
"""
    environment = {**os.environ, "NUMBA_NUM_THREADS": "2"}
    run = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=60, check=True
    )
    assert run.stdout == "interrupted 1\n"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_kernels_run_in_a_forked_child():
    code = """
import os, warnings
import numpy as np
from scratchcv.kernels.parallel import parallel_for
def fill(start, stop, out): out[start:stop] = 1
parallel_for(fill, 10, np.zeros(10))
warnings.simplefilter("ignore")
child = os.fork()
out = np.zeros(10)
parallel_for(fill, 10, out)
assert out.all()
if child == 0:
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


@pytest.mark.parametrize(("value", "expected"), [("3", "3"), ("", None), ("0", None), ("many", None)])
def test_thread_count_follows_numba_num_threads(value, expected):
    code = "from scratchcv.kernels.parallel import thread_count; print(thread_count())"
    environment = {**os.environ, "NUMBA_NUM_THREADS": value}
    run = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    default = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    assert run.stdout.strip() == (expected or str(default))
    assert thread_count() >= 1
