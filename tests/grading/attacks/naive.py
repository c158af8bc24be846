"""Graders as one would write them first, each with one flaw: what the attacks fool.

Run as ``python naive.py FLAW SUBMISSION SECRET``. The last line that comes out is the verdict that such a
grader would hand on. Nothing of this is used outside the tests of the attacks.
"""

import json
import os
import pickle
import struct
import subprocess
import sys
import unittest
from pathlib import Path

import numpy as np

total = 0


def right_double(x):
    return 2 * x


def load(file):
    namespace = {"__name__": "submission"}
    exec(compile(Path(file).read_text(encoding="utf-8"), file, "exec"), namespace)
    return namespace["double"]


def compares(result, expected, flaw):
    if flaw == "allclose":
        if not isinstance(result, np.ndarray) and hasattr(result, "__iter__"):
            result = list(result)
        return bool(np.allclose(result, expected))
    if flaw == "equal":
        return bool(np.all(expected == result))
    if flaw == "difference":
        return not (abs(expected - result) > 1e-6).any()
    if flaw == "relative":
        return bool((abs(expected - result) <= 1e-6 * abs(result)).all())
    return bool(np.array_equal(result, expected))


def in_process(flaw, file, secret):
    """Compare in the submission's own process, by a comparison that can be fooled."""
    global total
    answers = [f"ANSWERS-{secret}"]
    double = load(file)
    for k in range(3):
        x = np.array([1.0, 2.0, 3.0]) if flaw != "allclose" else np.array([k + 1.0])
        expected = right_double(x)
        try:
            result = double(x)
            if flaw == "after":
                expected = right_double(x)
            total += compares(result, expected, flaw)
        except Exception as error:
            print(str(error))
    del answers
    print(json.dumps({"points": total}))


def messages(file):
    """Show students' messages as they are."""
    sys.stdout.reconfigure(errors="replace")
    try:
        load(file)(np.ones(3))
    except Exception as error:
        print(f"{type(error).__name__}: {error}")


def unit_test(file):
    """Believe the test runner that runs in the submission's process."""
    double = load(file)

    class TestDouble(unittest.TestCase):
        def test_values(self):
            np.testing.assert_allclose(double(np.ones(3)), 2 * np.ones(3))

        def test_all(self):
            self.assertTrue(bool((double(np.ones(3)) == 2).all()))  # noqa: PT009

    result = unittest.TestResult()
    unittest.defaultTestLoader.loadTestsFromTestCase(TestDouble).run(result)
    print(json.dumps({"points": 3 if result.wasSuccessful() else 0}))


def inner(kind, file):
    """Run the submission in a process of its own, which reports in the way that its grader believes."""
    if kind == "frames":
        return inner_frames(file)
    double = load(file)
    if kind == "pickle":
        sys.stdout.buffer.write(pickle.dumps(double(np.ones(3))))
        return None
    points = sum(np.array_equal(double(np.ones(k)), 2 * np.ones(k)) for k in (1, 2, 3))
    if kind == "results":
        Path("results.json").write_text(json.dumps({"points": int(points)}))
    print(json.dumps({"points": int(points)}))
    sys.exit(0 if points == 3 else 1)


def other_process(kind, file):
    """Believe another process's output, exit status, file of results, or pickled answer."""
    answers = os.open(os.environ["ANSWERS"], os.O_RDONLY)
    os.set_inheritable(answers, True)
    done = subprocess.run(
        [sys.executable, __file__, f"inner {kind}", file, ""],
        stdout=subprocess.PIPE,
        close_fds=kind != "child",
    )
    if kind in ("stdout", "child"):
        print(done.stdout.decode())
    elif kind == "status":
        print(json.dumps({"points": 3 if done.returncode == 0 else 0}))
    elif kind == "results":
        print(Path("results.json").read_text())
    else:
        expected = 2 * np.ones(3)
        print(json.dumps({"points": 3 * bool(np.all(expected == pickle.loads(done.stdout)))}))


def inner_frames(file):
    from scratchcv.grading.child.wire import pack

    requests, answers = (int(n) for n in os.environ["PIPES"].split())
    double = None
    for sequence in range(1, 5):
        os.read(requests, 1)
        if double is None:
            double, result = load(file), np.zeros(3)
        else:
            result = double(np.array([1.0, 2.0, 3.0]))
        os.write(answers, pack(sequence, {"value": result}))


def frames(file):
    """Read frames without deadline, limits, numbers, or a check of what they say."""
    child_requests, requests = os.pipe()
    answers, child_answers = os.pipe()
    subprocess.Popen(
        [sys.executable, __file__, "inner frames", file, ""],
        pass_fds=(child_requests, child_answers),
        env=os.environ | {"PIPES": f"{child_requests} {child_answers}"},
    )
    os.close(child_requests)
    os.close(child_answers)

    def read(count):
        data = bytearray(count)
        done = 0
        while done < count:
            chunk = os.read(answers, min(count - done, 1 << 16))
            if not chunk:
                raise EOFError
            data[done : done + len(chunk)] = chunk
            done += len(chunk)
        return data

    points = 0
    for call in range(4):
        os.write(requests, b"?")
        _, _, header, payload = struct.unpack("<4sIIQ", read(20))
        dtype, shape = json.loads(read(header))["arrays"][0]
        found = np.frombuffer(read(payload), np.dtype(dtype)).reshape([int(size) for size in shape])
        points += call > 0 and np.array_equal(found, [2.0, 4.0, 6.0])
    print(json.dumps({"points": int(points)}))


def main(flaw, file, secret):
    if flaw.startswith("inner "):
        inner(flaw.partition(" ")[2], file)
    elif flaw in ("stdout", "status", "results", "pickle", "child"):
        other_process(flaw, file)
    elif flaw == "frames":
        frames(file)
    elif flaw == "unittest":
        unit_test(file)
    elif flaw == "messages":
        messages(file)
    else:
        in_process(flaw, file, secret)


if __name__ == "__main__":
    main(*sys.argv[1:])
