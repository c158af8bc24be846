"""The threads below the kernels."""

import asyncio
import gc
import os
import subprocess
import sys
import threading
import time
import weakref

import numpy as np
import pytest

from scratchcv.kernels import parallel
from scratchcv.kernels.cores import core_count
from scratchcv.kernels.parallel import parallel_for, thread_count


def fill(start, stop, out):
    out[start:stop] += np.arange(start, stop)


def run(code, **variables):
    """Run a program with two kernel threads, whatever the machine; return what it printed."""
    environment = {**os.environ, "NUMBA_NUM_THREADS": "2", **variables}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def two_threads(monkeypatch):
    """Let calls use two threads, whatever the machine."""
    monkeypatch.setattr(parallel, "thread_count", lambda: 2)
    monkeypatch.setattr(parallel, "_calls", None)


@pytest.mark.parametrize("tasks", [0, 1, 2, 3, 1000])
@pytest.mark.parametrize("serial", [True, False])
def test_every_task_runs_once(tasks, serial):
    out = np.zeros(tasks)
    parallel_for(fill, tasks, out, serial=serial)
    assert out.tolist() == list(range(tasks))


def test_two_threads_share_the_work(two_threads):
    together = threading.Barrier(2, timeout=30)  # broken, and so an error, where one thread does both pieces
    parallel_for(lambda start, stop: together.wait(), 2)


def test_serial_work_stays_in_the_calling_thread(two_threads):
    seen = []
    parallel_for(lambda start, stop: seen.append(threading.current_thread()), 100)
    assert len(seen) > 1
    seen.clear()
    parallel_for(lambda start, stop: seen.append((start, stop, threading.current_thread())), 9, serial=True)
    assert seen == [(0, 9, threading.current_thread())]
    parallel_for(fill, 0, np.zeros(0))


def test_a_disturbed_thread_leaves_its_work_to_the_other(two_threads):
    hold, lock, begun = threading.Event(), threading.Lock(), []

    def kernel(start, stop):
        with lock:
            begun.append(threading.current_thread())
            first, last = len(begun) == 1, len(begun) == 4
        if last:
            hold.set()
        if first:
            assert hold.wait(30)

    parallel_for(kernel, 4)  # a half each would wait for ever: the held thread has one piece of four
    assert len(set(begun[1:])) == 1
    assert begun[0] not in begun[1:]


def test_nobody_waits_for_a_worker_that_does_not_come(two_threads):
    hold = threading.Event()
    parallel_for(fill, 2, np.zeros(2))  # starts the worker
    parallel._calls.put(hold.wait)
    try:
        out = np.zeros(100)
        parallel_for(fill, 100, out)
        assert out.tolist() == list(range(100))
    finally:
        hold.set()


def test_a_late_worker_keeps_no_array_alive(two_threads):
    hold, late = threading.Event(), threading.Event()
    parallel_for(fill, 2, np.zeros(2))
    parallel._calls.put(hold.wait)
    out = np.zeros(100)
    gone = weakref.ref(out)
    parallel_for(fill, 100, out)
    del out
    gc.collect()
    assert gone() is None
    hold.set()
    parallel._calls.put(late.set)  # served after the call that came too late, which therefore did no harm
    assert late.wait(30)


def test_a_kernel_may_call_parallel_for_itself(two_threads):
    out = np.zeros(100)

    def shifted(start, stop, offset):
        fill(start + offset, stop + offset, out)

    def outer(start, stop):
        for task in range(start, stop):
            parallel_for(shifted, 10, 10 * task)

    parallel_for(outer, 10)
    assert out.tolist() == list(range(100))


def test_many_threads_may_call_at_once_and_share_the_workers():
    code = """
import threading
import numpy as np
from scratchcv.kernels.parallel import parallel_for
most = 0
def fill(start, stop, out):
    global most
    most = max(most, threading.active_count())
    out[start:stop] += np.arange(start, stop)
outs = [np.zeros(500) for _ in range(8)]
def call(out):
    for _ in range(50): parallel_for(fill, 500, out)
callers = [threading.Thread(target=call, args=(out,)) for out in outs]
for caller in callers: caller.start()
for caller in callers: caller.join()
print(all((out == 50 * np.arange(500)).all() for out in outs), most <= 1 + 8 + 1)
"""
    assert run(code) == "True True\n"  # the main thread, eight callers, one worker


@pytest.mark.parametrize("bad", [0, 9])
def test_an_error_in_any_part_arrives_when_all_have_stopped(bad, two_threads):
    under_way = []

    def kernel(start, stop):
        under_way.append(start)
        try:
            time.sleep(0.02)
            if start <= bad < stop:
                raise ZeroDivisionError(f"task {bad}")
            time.sleep(0.02)
        finally:
            under_way.remove(start)

    with pytest.raises(ZeroDivisionError, match=f"task {bad}"):
        parallel_for(kernel, 10)
    assert under_way == []
    out = np.zeros(10)
    parallel_for(fill, 10, out)
    assert out.tolist() == list(range(10))


def test_the_event_loop_of_a_notebook_may_call():
    async def cell():
        out = np.zeros(50)
        parallel_for(fill, 50, out)
        other = np.zeros(50)
        await asyncio.to_thread(parallel_for, fill, 50, other)
        return out.tolist() == other.tolist() == list(range(50))

    assert asyncio.run(cell())


@pytest.mark.skipif(os.name == "nt", reason="a process cannot send itself Ctrl-C on Windows")
def test_ctrl_c_waits_for_the_other_threads():
    """SIGINT arrives while the main thread waits; it must not be raised before the worker is done."""
    code = """
import os, signal, threading, time
from scratchcv.kernels.parallel import parallel_for
signal.signal(signal.SIGINT, signal.default_int_handler)
main, met, done = threading.current_thread(), threading.Barrier(2), []
def kernel(start, stop):
    met.wait()
    if threading.current_thread() is not main:
        time.sleep(0.8)
        done.append(start)
threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
try:
    parallel_for(kernel, 2)
except KeyboardInterrupt:
    print("interrupted", len(done))
"""
    assert run(code) == "interrupted 1\n"


@pytest.mark.skipif(os.name == "nt", reason="a process cannot send itself Ctrl-C on Windows")
def test_ctrl_c_during_work_ends_it_early():
    code = """
import os, signal, threading, time
from scratchcv.kernels.parallel import parallel_for
signal.signal(signal.SIGINT, signal.default_int_handler)
begun, ended, main = [], [], threading.current_thread()
def kernel(start, stop):
    begun.append(start)
    if threading.current_thread() is main:
        while True: time.sleep(0.01)
    time.sleep(1.5)
    ended.append(start)
threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
try:
    parallel_for(kernel, 100)
except KeyboardInterrupt:
    print("interrupted", len(begun), len(ended))
"""
    assert run(code) == "interrupted 2 1\n"  # of four pieces: the caller's, and the worker's first


needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")


@needs_fork
def test_kernels_run_in_a_forked_child():
    code = """
import os, threading, warnings
import numpy as np
from scratchcv.kernels.parallel import parallel_for
def fill(start, stop, out): out[start:stop] = 1
parallel_for(fill, 10, np.zeros(10))
warnings.simplefilter("ignore")
child = os.fork()
out, both = np.zeros(10), threading.Barrier(2, timeout=20)
parallel_for(fill, 10, out)
parallel_for(lambda start, stop: both.wait(), 2)  # the child has a worker of its own
assert out.all()
if child == 0:
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
"""
    run(code)


@needs_fork
@pytest.mark.parametrize("method", ["fork", "forkserver", "spawn"])
def test_kernels_run_in_the_processes_of_multiprocessing(method, tmp_path):
    program = tmp_path / "program.py"
    program.write_text(
        f"""
import multiprocessing, warnings
import numpy as np
from scratchcv.kernels.parallel import parallel_for
def fill(start, stop, out): out[start:stop] = 1
def total(tasks):
    out = np.zeros(tasks)
    parallel_for(fill, tasks, out)
    return out.sum()
if __name__ == "__main__":
    warnings.simplefilter("ignore")
    total(10)
    with multiprocessing.get_context({method!r}).Pool(2) as pool:
        print(pool.map(total, [0, 1, 10, 1000]) == [0, 1, 10, 1000])
""",
        encoding="utf-8",
    )
    assert run(f"import runpy; runpy.run_path({str(program)!r}, run_name='__main__')") == "True\n"


def test_the_interpreter_may_be_ending():
    code = """
import atexit
import numpy as np
from scratchcv.kernels.parallel import parallel_for
def fill(start, stop, out): out[start:stop] = 1
def late():
    out = np.zeros(10)
    parallel_for(fill, 10, out)
    print(out.sum())
atexit.register(late)
{first}
"""
    assert run(code.format(first="")) == "10.0\n"
    assert run(code.format(first="late()")) == "10.0\n10.0\n"


def test_without_threads_the_caller_does_the_work(two_threads, monkeypatch):
    def refuse(thread):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    out = np.zeros(10)
    parallel_for(fill, 10, out)
    assert out.tolist() == list(range(10))


@pytest.mark.parametrize(("value", "expected"), [("3", 3), ("", None), ("0", None), ("many", None)])
def test_thread_count_follows_numba_num_threads(value, expected):
    code = "from scratchcv.kernels.parallel import thread_count; print(thread_count())"
    assert int(run(code, NUMBA_NUM_THREADS=value)) == (expected or core_count())
    assert thread_count() >= 1
