"""Every example in every docstring runs and prints what it says.

pytest's own collection of doctests imports a module and then puts it into its package in place of the
function of the same name (`scratchcv.layers.conv2d`), which breaks tests that come later.
"""

import doctest
import importlib
import pkgutil

import pytest

import scratchcv
from scratchcv.backend import has_numba

MODULES = [
    name
    for _, name, _ in pkgutil.walk_packages(scratchcv.__path__, "scratchcv.")
    if not name.endswith("__main__") and (has_numba() or not name.startswith("scratchcv.kernels."))
]


@pytest.mark.parametrize("name", ["scratchcv", *MODULES])
def test_examples(name):
    results = doctest.testmod(importlib.import_module(name), raise_on_error=False, verbose=False)
    assert results.failed == 0


def test_the_library_is_full_of_examples():
    finder = doctest.DocTestFinder()
    examples = [
        test for name in MODULES for test in finder.find(importlib.import_module(name)) if test.examples
    ]
    assert len(examples) > 100
