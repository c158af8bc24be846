"""Attacks on the grader's patience: time, memory, output, crashes, and messages that are traps."""

from tests.grading.attacks.attack import attacks

TIME = {
    "endless_loop": ("Never return.", "def double(x):\n    while True: pass"),
    "endless_load": ("Never be loaded.", "while True: pass"),
    "sleep": ("Sleep.", "import time\ndef double(x): time.sleep(1e6)"),
    "loop_in_c": ("Never return from a library.", "def double(x): return 9**9**9"),
    "slow_pattern": (
        "Match a pattern that takes for ever.",
        "import re\ndef double(x): return re.match('(a+)+$', 'a' * 60 + 'b')",
    ),
    "ignore_signals": (
        "Ignore all signals and never return.",
        "import signal\nfor s in range(1, 65):\n    try: signal.signal(s, signal.SIG_IGN)\n    except (OSError, ValueError): pass\ndef double(x):\n    while True: pass",
    ),
    "swallow_interrupts": (
        "Catch every exception and go on.",
        "def double(x):\n    while True:\n        try:\n            while True: pass\n        except BaseException: pass",
    ),
    "deadlock": (
        "Wait for oneself.",
        "import threading\nlock = threading.Lock()\ndef double(x):\n    lock.acquire()\n    lock.acquire()",
    ),
    "endless_message": (
        "Raise an exception whose message never ends.",
        "class Slow(Exception):\n    def __str__(self):\n        while True: pass\ndef double(x): raise Slow",
    ),
    "read_input": (
        "Wait for input.",
        "import sys, time\ndef double(x):\n    while not sys.stdin.readline(): time.sleep(0.1)",
    ),
}

MEMORY = {
    "memory_bomb": ("Take a gigabyte.", "import numpy as np\ndef double(x): return np.ones(1 << 27).sum()"),
    "list_bomb": ("Take memory in a list.", "def double(x):\n    return len([0] * (1 << 27))"),
    "text_bomb": ("Take memory in a text.", "def double(x): return len('ab' * (1 << 29))"),
    "integer_bomb": ("Take memory in an integer.", "def double(x): return (1 << (1 << 33)) > 0"),
    "memory_at_load": (
        "Take memory while loading.",
        "import numpy as np\nkeep = np.ones(1 << 27)\ndef double(x): return 0 * x",
    ),
    "large_result": ("Return a gigabyte.", "import numpy as np\ndef double(x): return np.ones(1 << 27)"),
}

OUTPUT = {
    "print_flood": (
        "Print without end.",
        "def double(x):\n    for i in range(1000): print('x' * 10000)\n    return 0 * x",
    ),
    "raw_flood": (
        "Write to standard output without end.",
        "import os\ndef double(x):\n    for i in range(100): os.write(1, b'x' * 100000)\n    return 0 * x",
    ),
    "error_flood": (
        "Write to standard error without end.",
        "import os\ndef double(x):\n    for i in range(100): os.write(2, b'x' * 100000)\n    return 0 * x",
    ),
    "flood_at_load": (
        "Print without end while loading.",
        "import os\nfor i in range(100): os.write(1, b'x' * 100000)\ndef double(x): return 0 * x",
    ),
}

CRASHING = {
    "null_pointer": ("Read where nothing is.", "import ctypes\ndef double(x): ctypes.string_at(0)"),
    "abort": ("Abort.", "import os\ndef double(x): os.abort()"),
    "kill_itself": ("Kill its own process.", "import os\ndef double(x): os.kill(os.getpid(), 9)"),
    "crash_at_load": ("Crash while loading.", "import ctypes\nctypes.string_at(0)"),
    "alarm": (
        "End by an alarm.",
        "import ctypes, time\nctypes.CDLL(None).ualarm(1000, 0)\ndef double(x):\n    time.sleep(0.3)\n    return 0 * x",
    ),
    "overwrite_objects": (
        "Write over Python's objects.",
        "import ctypes\ndef double(x):\n    ctypes.memset(id(None), 0, 16)\n    ctypes.memset(id(True), 0, 64)\n    return None",
    ),
    "endless_recursion": (
        "Recurse without limit.",
        "import sys\nsys.setrecursionlimit(10**9)\nclass D(dict):\n    def __missing__(self, k): return self[k + 1]\ndef double(x):\n    d = D()\n    return d[0]",
    ),
    "bad_code": (
        "Run bytecode that is none.",
        "import types\ndef double(x): return 0\ndouble.__code__ = double.__code__.replace(co_code=bytes([100, 255, 83, 0] * 50), co_consts=())",
    ),
    "exit_by_thread": (
        "End while a call is answered.",
        "import os, threading, time\nthreading.Thread(target=lambda: (time.sleep(0.1), os._exit(3))).start()\ndef double(x):\n    time.sleep(0.3)\n    return 0 * x",
    ),
    "keyboard_interrupt": ("Raise what stops programs.", "def double(x): raise KeyboardInterrupt"),
    "generator_exit": ("Raise what ends generators.", "def double(x): raise GeneratorExit"),
    "lazy_generator": (
        "Return a generator that raises later.",
        "def double(x):\n    yield 1\n    raise SystemExit(5)",
    ),
    "unprintable": (
        "Raise an exception that cannot be printed.",
        "class Bad(BaseException):\n    def __str__(self): raise SystemExit(5)\n    __repr__ = __str__\ndef double(x): raise Bad",
    ),
    "evil_name": (
        "Raise an exception whose type has no name.",
        "class Meta(type):\n    @property\n    def __name__(cls): raise SystemExit(5)\nclass Bad(BaseException, metaclass=Meta): pass\ndef double(x): raise Bad",
    ),
    "null_bytes": ("Hand in text with null bytes.", "def double(x): return 0\x00"),
    "half_characters": ("Hand in half a character.", "def double(x): return '\ud800'\nraise SystemExit(5)"),
    "deep_source": ("Hand in text that is nested without end.", "double = " + "(" * 3000 + "1" + ")" * 3000),
    "deep_operators": ("Hand in text that grows the compiler's stack.", "double = " + "-" * 100000 + "1"),
}

MESSAGES = {
    "terminal_message": (
        "Clear the reader's screen.",
        "def double(x): raise ValueError('\\x1b[2J\\x1b[31mOK 3 points')",
    ),
    "terminal_name": (
        "Hide it in the exception's type.",
        "def double(x): raise type('\\x1b[2JOK', (Exception,), {})",
    ),
    "right_to_left": ("Turn the text around.", "def double(x): raise ValueError('\\u202e\\x1b[2Jstniop 3')"),
    "terminal_at_load": (
        "Clear the screen at load.",
        "raise ValueError('\\x1b[2J')\ndef double(x): raise ValueError('\\x1b]0;title\\x07')",
    ),
    "terminal_in_result": (
        "Hide it in a text that is returned.",
        "def double(x): raise TypeError('half \\ud800 and \\x9b2J\\x1b[0m')",
    ),
}

EXHAUSTION = [
    *attacks("deadlines", "naive: allclose", TIME, whole=True),
    *attacks("limits", "naive: allclose", MEMORY, whole=True),
    *attacks("bounded output", "naive: allclose", OUTPUT, whole=True),
    *attacks("a process of its own", "naive: allclose", CRASHING, whole=True),
    *attacks("messages cleaned by the grader", "naive: messages", MESSAGES, whole=True),
]
