"""Inputs that a function accepts, guessed from its signature and tried on it."""

import functools
import inspect
import itertools
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from scratchcv.checks import Array
from scratchcv.grading.child.wire import pack

GUESSES = {
    "vector": "rng.uniform(0, scale, size)",
    "rows": "rng.uniform(0, scale, (size, 3))",
    "points": "rng.uniform(0, scale, (size, 2))",
    "boxes": "draw_boxes(rng, size, scale)",
    "number": "float(rng.uniform(0.1, 0.9))",
    "count": "int(rng.integers(1, 4))",
    "labels": "rng.integers(0, 3, size)",
    "map": "rng.uniform(0, scale, (size + 4, size + 5))",
    "images": "rng.uniform(0, scale, (1, 2, size + 4, size + 5))",
}
"""What an argument may be, as an expression in `rng`, `size` and `scale`."""

_NAMES = {
    "boxes": ("box", "anchor", "prior", "proposal", "roi"),
    "points": ("point", "keypoint", "corner"),
    "labels": ("label", "class", "target"),
    "images": ("image", "feature"),
    "map": ("mask", "iou", "matrix"),
    "vector": ("score", "weight", "logit"),
    "number": ("threshold", "angle", "alpha", "gamma", "factor", "rate"),
}
_TRIES, _SIZES = 300, ((1, 1.0), (3, 10.0), (7, 1000.0))


def guess_inputs(function: Callable[..., Any]) -> list[str] | None:
    """Return an expression for each argument without a default, or None where no guess is accepted.

    Parameters
    ----------
    function : callable
        It is called with some hundred inputs at most.

    Examples
    --------
    >>> guess_inputs(lambda scores, threshold: scores[scores > threshold])
    ['rng.uniform(0, scale, size)', 'float(rng.uniform(0.1, 0.9))']
    """
    parameters = [
        parameter
        for parameter in inspect.signature(function).parameters.values()
        if parameter.default is parameter.empty
        and parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD)
    ]
    ranked = [sorted(GUESSES, key=functools.partial(_rank, parameter)) for parameter in parameters]
    for choice in itertools.islice(_by_rank(ranked), _TRIES):
        if _accepts(function, [GUESSES[guess] for guess in choice]):
            return [GUESSES[guess] for guess in choice]
    return None


def draw_boxes(rng: np.random.Generator, size: int, scale: float) -> Array:
    """Return boxes xyxy between 0 and `scale`.

    Examples
    --------
    >>> draw_boxes(np.random.default_rng(0), 2, 10.0).shape
    (2, 4)
    """
    corners = rng.uniform(0, scale / 2, (size, 2))
    boxes: Array = np.hstack([corners, corners + rng.uniform(scale / 10, scale / 2, (size, 2))])
    return boxes


def _rank(parameter: inspect.Parameter, guess: str) -> int:
    """Return how far down the list a guess for a parameter belongs."""
    annotation = "" if parameter.annotation is parameter.empty else str(parameter.annotation)
    if annotation in ("<class 'int'>", "int"):
        return guess != "count"
    if annotation in ("<class 'float'>", "float"):
        return guess != "number"
    place = list(GUESSES).index(guess)
    return -1 if any(word in parameter.name for word in _NAMES.get(guess, ())) else place


def _by_rank(ranked: list[list[str]]) -> Iterator[tuple[str, ...]]:
    """Yield choices of one guess each, those of the first places first."""
    places = itertools.product(*(range(len(guesses)) for guesses in ranked))
    for choice in sorted(places, key=sum):
        yield tuple(guesses[place] for guesses, place in zip(ranked, choice, strict=True))


def _accepts(function: Callable[..., Any], expressions: list[str]) -> bool:
    rng = np.random.default_rng(0)
    for size, scale in _SIZES:
        names = {"rng": rng, "size": size, "scale": scale, "draw_boxes": draw_boxes}
        try:
            with warnings.catch_warnings(), np.errstate(all="raise"):
                warnings.simplefilter("error")
                pack(0, function(*(eval(expression, dict(names)) for expression in expressions)))
        except Exception:
            return False
    return True
