"""The beginning of a sheet of one's own: a manifest and banks for any functions, to be filled in."""

import importlib
import inspect
import textwrap
from collections.abc import Sequence
from pathlib import Path

from scratchcv.errors import InputError
from scratchcv.grading.sheets.cut import cut, find_function
from scratchcv.grading.sheets.guess_inputs import draw_boxes, guess_inputs
from scratchcv.grading.sheets.manifest import MANIFEST
from scratchcv.grading.sheets.new_assignment import write_new

_MANIFEST = '''\
title = "{title}"
description = """
What the sheet is about, in a few lines. It opens the file that students fill in."""
numba = false  # whether submissions may import Numba

'''

_EXERCISE = """\
[[exercise]]
function = "{dotted}"
points = 10
given = []  # functions that students get with their bodies: ["package.module.helper"]
task = "What is graded, in one to three sentences."

"""

_CASES = '''\
"""Inputs for `{name}`: replace them by some that tell right from wrong."""

import numpy as np

from scratchcv.grading import Call

{helpers}
def draw(rng, size, scale=10.0):
    return Call({arguments})


def one(rng):
    """One of everything."""
    return draw(rng, 1)


def few(rng):
    """A few."""
    return draw(rng, 3)


def more(rng):
    """Some more."""
    return draw(rng, 7)


def fractions(rng):
    """Numbers between 0 and 1."""
    return draw(rng, 4, scale=1.0)


def thousands(rng):
    """Large numbers."""
    return draw(rng, 4, scale=1000.0)


VISIBLE = (one, few, more, fractions, thousands)  # students see these with all numbers; no points


def some(rng):
    """Any number of them."""
    return draw(rng, int(rng.integers(2, 9)))


def many(rng):
    """Many of them."""
    return draw(rng, 20)


def small(rng):
    """Small numbers."""
    return draw(rng, int(rng.integers(2, 9)), scale=0.1)


HIDDEN = (some, many, small)  # drawn anew for each submission; students see the titles alone
EDGES = ()  # hidden too: inputs that even a function doing nothing gets right, such as empty ones


# Where answers are rounded more than their size suggests, since they are small differences of large numbers:
# def magnitude(…): the same operation on absolute values, shaped like the answer.
# Where several answers are right: def accepts(found, expected, …), which returns "" or what is wrong.
'''

_MISCONCEPTIONS = '''\
"""Mistakes in `{name}`: each function is a complete wrong one, and its docstring is the hint."""


def returns_its_input({first}, *others, **options):
    """You return `{first}` as it came: nothing has been computed yet."""
    return {first}
'''

_SOLUTIONS = '''\
"""Right ways to write `{name}` that differ from the original; all must get full marks."""


def as_the_original(*arguments, **options):
    """The original itself: write another way beside it."""
{text}

    return {name}(*arguments, **options)
'''


def init_sheet(folder: Path, functions: Sequence[str]) -> tuple[list[Path], list[str]]:
    """Write a sheet that has these functions as its exercises.

    Parameters
    ----------
    folder : Path
        The sheet's; its name becomes the sheet's name.
    functions : sequence of str
        Dotted names of functions that can be imported.

    Returns
    -------
    files : list of Path
    unknown : list of str
        Names of functions for which no inputs could be guessed.

    Raises
    ------
    InputError
        When a function cannot be found, or a file is there already.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     files, unknown = init_sheet(Path(folder), ["scratchcv.boxes.area.box_area"])
    >>> [path.name for path in files], unknown
    (['manifest.toml', 'box_area.py', 'box_area.py', 'box_area.py'], [])
    """
    if not folder.resolve().name.isidentifier():
        raise InputError(f"{folder}: a sheet's name is that of its folder: letters, digits and _ alone")
    manifest = _MANIFEST.format(title=folder.resolve().name.replace("_", " ").capitalize())
    texts, unknown = {}, []
    for dotted in functions:
        module, name = find_function(dotted)
        function = getattr(importlib.import_module(module), name)
        guesses = guess_inputs(function)
        if guesses is None:
            unknown.append(name)
        manifest += _EXERCISE.format(dotted=dotted)
        texts[f"cases/{name}.py"] = _CASES.format(
            name=name,
            helpers=_helpers(guesses),
            arguments=", ".join(guesses or ["rng.uniform(0, scale, size)"]),
        )
        first = next(iter(inspect.signature(function).parameters), "argument")
        texts[f"misconceptions/{name}.py"] = _MISCONCEPTIONS.format(name=name, first=first)
        text = textwrap.indent(cut([dotted]).rstrip(), "    ", lambda line: bool(line.strip()))
        texts[f"solutions/{name}.py"] = _SOLUTIONS.format(name=name, text=text)
    contents = {MANIFEST: manifest.rstrip() + "\n", **texts}
    return write_new(folder, {name: text.encode() for name, text in contents.items()}), unknown


def _helpers(guesses: Sequence[str] | None) -> str:
    """Return what the guessed expressions call."""
    if not any(guess.startswith(draw_boxes.__name__) for guess in guesses or ()):
        return ""
    return """
def draw_boxes(rng, size, scale):
    corners = rng.uniform(0, scale / 2, (size, 2))
    return np.hstack([corners, corners + rng.uniform(scale / 10, scale / 2, (size, 2))])

"""
