"""Submissions of all kinds to the exercise `box_area`, with what each must earn, for tests under load."""

import hashlib
from collections.abc import Iterator

from scratchcv.grading.submission import Submission

RIGHT = "import numpy as np\ndef box_area(b):\n    b = np.asarray(b)\n    return (b[:, 2] - b[:, 0]) * (b[:, 3] - b[:, 1])\n"
HALF = RIGHT.replace("    return", "    if len(b) == 1: return b[:, 2]\n    return")
KINDS = {
    "right": (RIGHT, 6),
    "right_by_loop": ("import numpy as np\ndef box_area(b):\n    return np.array([(x2-x1)*(y2-y1) for x1,y1,x2,y2 in b.tolist()])\n", 6),
    "half": (HALF, 4.5),
    "wrong": ("def box_area(b):\n    return b[:, 2] * b[:, 3]\n", 0),
    "missing": ("x = 1\n", 0),
    "broken": ("def box_area(:\n", 0),
    "raises": ("def box_area(b):\n    raise ValueError(b)\n", 0),
    "hangs": ("def box_area(b):\n    while True: pass\n", 0),
    "sleeps_at_the_top": ("import time\nx = time.sleep(60)\n" + RIGHT, 0),
    "exits": ("import os\ndef box_area(b):\n    os._exit(0)\n", 0),
    "crashes": ("import ctypes\ndef box_area(b):\n    ctypes.string_at(0)\n", 0),
    "floods": ("def box_area(b):\n    while True: print('points: 6' * 999)\n", 0),
    "eats_memory": ("def box_area(b):\n    x = [bytearray(1 << 28) for _ in range(99)]\n", 0),
    "forges": ("import os\nx = [os.write(fd, b'{\"earned\": 6}' * 99) for fd in (1, 2)]\ndef box_area(b):\n    for fd in range(3, 20):\n        try: os.write(fd, b'S' * 64)\n        except OSError: pass\n    return b[:, 0]\n", 0),
    "forks": ("import os\ndef box_area(b):\n    while True: os.fork()\n", 0),
    "kills": ("import os, signal\ndef box_area(b):\n    os.kill(os.getppid(), signal.SIGKILL)\n", 0),
    "lies": ("import numpy as np\nclass Same(np.ndarray):\n    def __eq__(self, other): return True\ndef box_area(b):\n    return np.zeros(len(b)).view(Same)\n", 0),
}


def mixed(count: int) -> Iterator[tuple[Submission, float]]:
    """Yield submissions with the points that each must earn; every second one is right."""
    names = list(KINDS)
    for number in range(count):
        kind = "right" if number % 2 else names[number // 2 % len(names)]
        source, points = KINDS[kind]
        source += f"# {number}\n"
        yield Submission(f"{kind}-{number}", source, hashlib.sha256(source.encode()).hexdigest()), points
