"""A small grader with secrets, for the attacks to be turned against; lines of JSON go in and come out.

Run as ``python worker.py SECRET``, with the answers' file in its environment.
"""

import json
import os
import resource
import sys
import time
from pathlib import Path

import numpy as np

from scratchcv.grading.process import host
from scratchcv.grading.process.sandbox import (
    BadReturnError,
    ChildDiedError,
    Limits,
    Sandbox,
    SandboxFaultError,
    StudentError,
)

LIMITS = Limits(seconds=3.0, memory=256 << 20, kept_output=8 << 10, most_output=5 << 20, cpu_seconds=10)


def grade(text, layers):
    """Return points and all that a grader would show of a submission."""
    rng = np.random.default_rng()
    report = {"points": 0, "messages": [], "printed": "", "fault": "", "level": ""}
    try:
        with Sandbox(LIMITS, layers=tuple(layers)) as sandbox:
            report["level"] = sandbox.status.level
            report["messages"] += [f"{p.kind}: {p.message}" for p in sandbox.load(text)]
            for size in (3, 1, 4):
                x = rng.standard_normal(size)
                try:
                    found = sandbox.call("double", (x,), {})
                except (StudentError, BadReturnError) as error:
                    report["messages"].append(str(error))
                    continue
                right = type(found) is np.ndarray and found.dtype == x.dtype and found.shape == x.shape
                report["points"] += bool(right and (found == 2 * x).all())
    except ChildDiedError as error:
        report["messages"].append(f"{error.reason}: {error}")
    except SandboxFaultError as error:
        report["fault"] = str(error)
    report["printed"] = sandbox.printed if not report["fault"] else ""
    return report


def main():
    secret = [f"MEMORY-{sys.argv[1]}"]
    answers = Path(os.environ["ANSWERS"]).open()  # noqa: SIM115
    print("ready", flush=True)
    for line in sys.stdin:
        task = json.loads(line)
        if task["open_memory"]:
            host._prctl = lambda *arguments: 1
        start = time.monotonic()
        report = grade(task["text"], task["layers"])
        report["seconds"] = time.monotonic() - start
        report["memory"] = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss << 10
        report["descriptors"] = len(list(Path("/proc/self/fd").iterdir()))
        print(json.dumps(report), flush=True)
    return secret, answers


if __name__ == "__main__":
    main()
