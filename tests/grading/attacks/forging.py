"""Attacks on the marks: answers that seem right, results that were never earned."""

from tests.grading.attacks.attack import attacks

COMPARISON = {
    "patch_allclose": (
        "Replace NumPy's comparison.",
        "import numpy as np\nnp.allclose = lambda *a, **k: True\ndef double(x): return 0 * x",
    ),
    "array_subclass": (
        "Return an array that wins every comparison.",
        "import numpy as np\nclass Yes(np.ndarray):\n    def __array_ufunc__(self, *a, **k): return np.True_\n"
        "    def __array_function__(self, *a, **k): return True\ndef double(x): return np.zeros(1).view(Yes)",
    ),
    "empty_result": (
        "Return nothing, of which all is right.",
        "import numpy as np\ndef double(x): return np.zeros((0,))",
    ),
    "frame_points": (
        "Change the grader's variables.",
        "import sys\ndef double(x):\n    f = sys._getframe(1)\n    while f:\n        if 'total' in f.f_globals: f.f_globals['total'] = 3\n        f = f.f_back\n    return 0 * x",
    ),
    "patch_builtins": (
        "Replace Python's own functions.",
        "import builtins, sys\nbuiltins.print = lambda *a, **k: sys.__stdout__.write('{\"points\": 3}\\n')\ndef double(x): return 0 * x",
    ),
    "patch_modules": (
        "Put another module in NumPy's place.",
        "import sys, types\nfake = types.SimpleNamespace(allclose=lambda *a: True)\n"
        "for m in list(sys.modules.values()):\n    if hasattr(m, 'np'): m.np.__dict__['allclose'] = fake.allclose\ndef double(x): return 0 * x",
    ),
    "steal_from_gc": (
        "Find the right function among all objects.",
        "import gc, types\ndef double(x):\n    for f in gc.get_objects():\n"
        "        if type(f) is types.FunctionType and f.__name__ == 'right_double': return f(x)\n    return 0 * x",
    ),
}
EQUALITY = {
    "equal_object": (
        "Return an object that equals everything.",
        "class Yes:\n    __array_priority__ = 1e9\n    __array_ufunc__ = None\n    def __eq__(self, other): return True\n    __req__ = __eq__\ndef double(x): return Yes()",
    ),
    "equal_subclass": (
        "Return an array whose == is true.",
        "import numpy as np\nclass Yes(np.ndarray):\n    __eq__ = lambda s, o: True\ndef double(x): return np.zeros(3).view(Yes)",
    ),
    "equal_float": (
        "Return a number whose == is true.",
        "class Yes(float):\n    __array_ufunc__ = None\n    __eq__ = lambda s, o: True\ndef double(x): return Yes(0)",
    ),
    "equal_tuple": (
        "Return a tuple whose == is true.",
        "class Yes(tuple):\n    __array_ufunc__ = None\n    __eq__ = lambda s, o: True\ndef double(x): return Yes((1,))",
    ),
}
DIFFERENCE = {
    "nan_result": (
        "Return NaN, which is never too far off.",
        "import numpy as np\ndef double(x): return np.full_like(x, np.nan)",
    ),
    "lazy_difference": (
        "Return an object whose difference is nought.",
        "import numpy as np\nclass Yes:\n    __array_ufunc__ = None\n    __rsub__ = __sub__ = lambda s, o: np.zeros(1)\ndef double(x): return Yes()",
    ),
    "array_protocol": (
        "Return an object that becomes another array each time.",
        "import numpy as np\nclass Yes:\n    def __array__(self, *a, **k): return np.full(3, np.nan)\ndef double(x): return Yes()",
    ),
    "masked_result": (
        "Return an array all of which is masked.",
        "import numpy as np\ndef double(x): return np.ma.masked_all(x.shape)",
    ),
    "nan_scalar": (
        "Return one NaN for a whole array.",
        "import numpy as np\ndef double(x): return np.float64('nan')",
    ),
    "nan_complex": ("Return complex NaNs.", "import numpy as np\ndef double(x): return x * complex('nan')"),
    "nan_column": (
        "Return NaN in a shape that broadcasts.",
        "import numpy as np\ndef double(x): return np.full((1, 1, 1), np.nan)",
    ),
}
OTHER = {
    "infinite_result": (
        "naive: relative",
        "Return infinity, within whose tolerance all lies.",
        "import numpy as np\ndef double(x): return np.full_like(x, np.inf)",
    ),
    "mutate_arguments": (
        "naive: after",
        "Change the inputs so that the expected answer changes.",
        "def double(x):\n    x[...] = 0\n    return x",
    ),
    "hard_coded": (
        "naive: fixed",
        "Know the answers to the visible inputs.",
        "import numpy as np\ndef double(x): return np.array([2.0, 4.0, 6.0]) if np.allclose(x.ravel()[:3], [1, 2, 3]) else 0 * x",
    ),
    "patch_assertions": (
        "naive: unittest",
        "Replace the assertions.",
        "import unittest, numpy.testing\nunittest.TestCase.assertTrue = numpy.testing.assert_allclose = lambda *a, **k: None\ndef double(x): return 0 * x",
    ),
    "patch_failures": (
        "naive: unittest",
        "Let no failure be recorded.",
        "import unittest\nunittest.TestResult.addFailure = unittest.TestResult.addError = lambda *a: None\ndef double(x): return 0 * x",
    ),
    "patch_assertion_error": (
        "naive: unittest",
        "Replace the exception that tests raise.",
        "import builtins, unittest\nbuiltins.AssertionError = unittest.TestCase.failureException = unittest.SkipTest\n"
        "def double(x): return 0 * x",
    ),
    "print_score": (
        "naive: stdout",
        "Print a score and end.",
        "import os\nprint('{\"points\": 3}', flush=True)\nos._exit(0)",
    ),
    "score_at_exit": (
        "naive: stdout",
        "Print a score when the process ends.",
        "import atexit\natexit.register(lambda: print('{\"points\": 3}'))\ndef double(x): return 0 * x",
    ),
    "score_by_finalizer": (
        "naive: stdout",
        "Print a score when an object goes.",
        "import os, sys\nclass Last:\n    def __del__(self, write=os.write): write(1, b'{\"points\": 3}\\n')\nsys.last = Last()\ndef double(x): return 0 * x",
    ),
    "score_by_thread": (
        "naive: stdout",
        "Print a score from a thread that waits.",
        "import threading\ndef late():\n    threading.main_thread().join()\n    print('{\"points\": 3}', flush=True)\n"
        "threading.Thread(target=late).start()\ndef double(x): return 0 * x",
    ),
    "swap_stdout": (
        "naive: stdout",
        "Write the score in the grader's stead.",
        "import sys\nclass Out:\n    def write(self, s): sys.__stdout__.write('{\"points\": 3}\\n')\n    def flush(self): sys.__stdout__.flush()\nsys.stdout = Out()\ndef double(x): return 0 * x",
    ),
    "exit_at_load": ("naive: status", "End with success while loading.", "import os\nos._exit(0)"),
    "exit_in_call": ("naive: status", "End with success in a call.", "import os\ndef double(x): os._exit(0)"),
    "system_exit": (
        "naive: status",
        "Raise the exception that ends with success.",
        "import sys\ndef double(x): sys.exit(0)",
    ),
    "exit_hook": (
        "naive: status",
        "Turn failure into success at the end.",
        "import atexit, os\natexit.register(os._exit, 0)\ndef double(x): return 0 * x",
    ),
    "excepthook_exit": (
        "naive: status",
        "Turn the error into success.",
        "import os, sys\nsys.excepthook = lambda *a: os._exit(0)\ndef double(x): raise ValueError",
    ),
    "results_file": (
        "naive: results",
        "Write the file of results and end.",
        "import os\nopen('results.json', 'w').write('{\"points\": 3}')\nos._exit(0)",
    ),
    "pickle": (
        "naive: pickle",
        "Return an object that runs code where it is unpickled.",
        "class Code:\n    def __reduce__(self): return (open, ('@VICTIM@/pickled', 'w'))\ndef double(x): return Code()",
    ),
    "pickle_score": (
        "naive: pickle",
        "Return an object that unpickles to one that equals everything.",
        "import numpy as np\nclass Code:\n    def __reduce__(self): return (eval, (\"type('Y', (), {'__array_ufunc__': None, '__eq__': lambda s, o: True})()\",))\ndef double(x): return Code()",
    ),
}


def _with(control):
    return {name: (tries, text) for name, (where, tries, text) in OTHER.items() if where == control}


FORGING = [
    *attacks("comparison in the grader's process", "naive: allclose", COMPARISON, whole=True),
    *attacks("plain values on the wire", "naive: equal", EQUALITY, whole=True),
    *attacks("comparison of shape, kind and NaN", "naive: difference", DIFFERENCE, whole=True),
    *attacks("comparison of shape, kind and NaN", "naive: relative", _with("naive: relative"), whole=True),
    *attacks("the grader's own copy of inputs", "naive: after", _with("naive: after"), whole=True),
    *attacks("inputs drawn afresh", "naive: fixed", _with("naive: fixed"), whole=True),
    *attacks("comparison in the grader's process", "naive: unittest", _with("naive: unittest"), whole=True),
    *attacks("no result but through frames", "naive: stdout", _with("naive: stdout"), whole=True),
    *attacks("no result but through frames", "naive: status", _with("naive: status"), whole=True),
    *attacks("no result but through frames", "naive: results", _with("naive: results"), whole=True),
    *attacks("plain values on the wire", "naive: pickle", _with("naive: pickle"), whole=True),
]
