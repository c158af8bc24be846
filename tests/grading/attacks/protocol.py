"""Attacks on the pipe of answers: forged, early, late, endless and broken frames."""

from tests.grading.attacks.attack import attacks

# A frame as the sealed process would send it; and a way to write to every pipe that is open.
TOOLS = """
import json, os, stat, struct, threading, time
def frame(sequence, value, header=None, size=None):
    body = struct.pack('<3d', *value)
    head = header or json.dumps({'tree': ['dict', [['value', ['array']]]], 'arrays': [['<f8', [3]]]}).encode()
    return struct.pack('<4sIIQ', b'SCV1', sequence, len(head), len(body) if size is None else size) + head + body
def everywhere(data):
    for n in range(3, 300):
        try:
            if stat.S_ISFIFO(os.fstat(n).st_mode): os.write(n, data)
        except OSError: pass
TWOS = (2.0, 4.0, 6.0)
"""

FORGED = {
    "early_frames": (
        "Send answers before they are asked for.",
        "for k in range(1, 6): everywhere(frame(k, TWOS))",
    ),
    "frame_in_call": (
        "Send an answer in a call, before its own.",
        "def double(x):\n    for k in range(2, 6): everywhere(frame(k, TWOS))\n    return 0 * x",
    ),
    "frame_and_exit": (
        "Send an answer and end.",
        "def double(x):\n    everywhere(frame(2, TWOS))\n    os._exit(0)",
    ),
    "frame_by_thread": (
        "Send answers from a thread while the process is asked.",
        "def late():\n    while True:\n        everywhere(frame(2, TWOS))\n        time.sleep(0.01)\nthreading.Thread(target=late, daemon=True).start()\ndef double(x):\n    time.sleep(0.2)\n    return 0 * x",
    ),
    "patch_sender": (
        "Replace the function that packs answers.",
        "import gc, types\nfor f in gc.get_objects():\n    if type(f) is types.FunctionType and f.__name__ == 'pack':\n"
        "        f.__globals__['frame'], f.__globals__['TWOS'] = frame, TWOS\n        f.__code__ = (lambda sequence, value: frame(sequence, TWOS)).__code__\ndef double(x): return 0 * x",
    ),
    "patch_bytes": (
        "Replace what NumPy gives as an array's bytes.",
        "import gc, sys\ndef double(x):\n    import numpy as np\n    a = np.zeros(3)\n    f = sys._getframe(1)\n"
        "    for g in [o for o in gc.get_objects() if type(o) is dict and 'WireError' in o and '_plain' in o]: g['_plain'] = lambda v: np.array(TWOS)\n    return a",
    ),
}

BREAKING = {
    "garbage": (
        "Send bytes that are no frame.",
        "def double(x):\n    everywhere(b'garbage' * 99)\n    return 0 * x",
    ),
    "huge_frame": (
        "Announce a frame of 4 EiB.",
        "def double(x):\n    everywhere(frame(2, TWOS, size=2**62))\n    os._exit(0)",
    ),
    "deep_header": (
        "Send a header that is nested without end.",
        "def double(x):\n    everywhere(frame(2, TWOS, b'[' * 60000))\n    os._exit(0)",
    ),
    "infinite_size": (
        "Send an array of infinite size.",
        'def double(x):\n    everywhere(frame(2, TWOS, b\'{"tree":["array"],"arrays":[["<f8",[Infinity]]]}\'))\n    os._exit(0)',
    ),
    "object_header": (
        "Send an array of objects.",
        'def double(x):\n    everywhere(frame(2, TWOS, b\'{"tree":["array"],"arrays":[["O",[3]]]}\'))\n    os._exit(0)',
    ),
    "half_frame": (
        "Send half an answer and end.",
        "def double(x):\n    everywhere(frame(2, TWOS)[:30])\n    os._exit(0)",
    ),
    "close_pipes": ("Close all descriptors.", "def double(x):\n    os.closerange(0, 4096)\n    os._exit(0)"),
    "prints_as_frames": (
        "Let prints go where answers go.",
        "for n in range(3, 300):\n    try: os.dup2(1, n)\n    except OSError: pass\ndef double(x): return 0 * x",
    ),
}

STALLING = {
    "drip": (
        "Send an answer byte by byte, for ever.",
        "def double(x):\n    while True:\n        everywhere(b'S')\n        time.sleep(0.05)",
    ),
    "swallow_requests": (
        "Read the requests away.",
        "def late():\n    for n in range(3, 300):\n        try:\n            if stat.S_ISFIFO(os.fstat(n).st_mode): os.read(n, 1 << 20)\n        except OSError: pass\n"
        "def double(x):\n    late()",
    ),
    "close_and_sleep": (
        "Close nothing, answer nothing.",
        "def double(x):\n    everywhere(frame(2, TWOS)[:10])\n    time.sleep(1000)",
    ),
}

PROTOCOL = [
    *attacks(
        "numbered frames, inputs drawn afresh",
        "naive: frames",
        {n: (t, TOOLS + x) for n, (t, x) in FORGED.items()},
        whole=True,
    ),
    *attacks(
        "frames checked before use",
        "naive: frames",
        {n: (t, TOOLS + x) for n, (t, x) in BREAKING.items()},
        whole=True,
    ),
    *attacks("deadlines", "naive: frames", {n: (t, TOOLS + x) for n, (t, x) in STALLING.items()}, whole=True),
]
