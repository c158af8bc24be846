"""The inputs of an exercise: named kinds, each drawn afresh from a seed."""

import hashlib
import hmac
import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np

VISIBLE_SEED = b"visible"
"""Seeds the visible kinds: they are the same for everybody, and worth no points."""


class Call:
    """The arguments of one call.

    Parameters
    ----------
    *arguments, **keywords
        Arrays, numbers, strings, None, and tuples, lists and dicts of them.

    Examples
    --------
    >>> Call([1, 2], stride=2)
    Call([1, 2], stride=2)
    """

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        self.arguments, self.keywords = arguments, keywords

    def __repr__(self) -> str:
        words = [*map(repr, self.arguments), *(f"{name}={value!r}" for name, value in self.keywords.items())]
        return f"Call({', '.join(words)})"

    def copy(self) -> "Call":
        """Return a call with arrays of its own, so that a function may spoil them."""
        return Call(*map(deep_copy, self.arguments), **{k: deep_copy(v) for k, v in self.keywords.items()})

    def apply(self, function: Callable[..., Any]) -> Any:
        """Call the function with copies of the arguments.

        Examples
        --------
        >>> Call(7, base=2).apply(lambda x, base: x % base)
        1
        """
        own = self.copy()
        return function(*own.arguments, **own.keywords)


def deep_copy(value: Any) -> Any:
    """Return a value whose arrays are copies, in lists, tuples and dicts too."""
    if isinstance(value, np.ndarray):
        return value.copy()
    if isinstance(value, list | tuple):
        return type(value)(map(deep_copy, value))
    if isinstance(value, dict):
        return {key: deep_copy(item) for key, item in value.items()}
    return value


@dataclass(frozen=True)
class Kind:
    """One kind of input: its name, the title that students read, and how it is drawn."""

    name: str
    title: str
    draw: Callable[[np.random.Generator], Call]
    visible: bool
    edge: bool


class Cases:
    """The kinds of inputs of one exercise, and what a right answer to them is.

    Parameters
    ----------
    module : module
        Has `VISIBLE`, `HIDDEN` and, where there are any, `EDGES`: tuples of functions of a random generator
        that return a `Call`; the first line of each one's docstring is its title. It may have `magnitude`,
        which gives the sizes that rounding errors are measured by, and `accepts`, which judges where several
        answers are right.

    Raises
    ------
    TypeError
        When the module is not of this form.

    Examples
    --------
    >>> bank = ModuleType("bank")
    >>> def seven(rng):
    ...     "A number that never changes."
    ...     return Call(7)
    >>> bank.VISIBLE, bank.HIDDEN = (seven,), ()
    >>> [(kind.title, call) for kind, call in Cases(bank).draw(b"", visible=True)]
    [('A number that never changes', Call(7))]
    """

    def __init__(self, module: ModuleType) -> None:
        for name in ("VISIBLE", "HIDDEN"):
            if not isinstance(getattr(module, name, None), tuple):
                raise TypeError(f"{module.__name__} must have a tuple {name} of functions that draw inputs")
        groups = (module.VISIBLE, True, False), (module.HIDDEN, False, False)
        edges = (getattr(module, "EDGES", ()), False, True)
        self.kinds = tuple(_kind(draw, *flags) for draws, *flags in (*groups, edges) for draw in draws)
        names = [kind.name for kind in self.kinds]
        if len(set(names)) < len(names):
            twice = sorted({name for name in names if names.count(name) > 1})
            raise TypeError(f"{module.__name__} has two kinds of the name {', '.join(twice)}")
        self.magnitude: Callable[..., Any] | None = getattr(module, "magnitude", None)
        self.accepts: Callable[..., str] | None = getattr(module, "accepts", None)

    def draw(self, seed: bytes, *, visible: bool) -> Iterator[tuple[Kind, Call]]:
        """Yield each kind with its inputs.

        Parameters
        ----------
        seed : bytes
            Decides the inputs of the hidden kinds.
        visible : bool
            Whether the visible kinds, which do not depend on the seed, or the hidden ones.
        """
        for kind in self.kinds:
            if kind.visible == visible:
                yield kind, kind.draw(generator(VISIBLE_SEED if visible else seed, kind.name))


def exercise_seed(secret: bytes, submission: str, function: str) -> bytes:
    """Return the seed of a submission's inputs to an exercise: nobody without the secret can guess it.

    Parameters
    ----------
    secret : bytes
        The course's.
    submission : str
        What tells submissions apart: name and digest.
    function : str
        The exercise.

    Examples
    --------
    >>> exercise_seed(b"secret", "ada", "box_iou") == exercise_seed(b"secret", "bob", "box_iou")
    False
    """
    message = "\0".join((submission, function)).encode()
    return hmac.new(secret, message, hashlib.sha256).digest()


def generator(seed: bytes, kind: str) -> np.random.Generator:
    """Return the random generator of a kind; kinds do not disturb each other's draws.

    Examples
    --------
    >>> int(generator(b"1", "a").integers(9)) == int(generator(b"1", "a").integers(9))
    True
    """
    digest = hmac.new(seed, kind.encode(), hashlib.sha256).digest()
    return np.random.default_rng(int.from_bytes(digest, "big"))


def _kind(draw: Callable[[np.random.Generator], Call], visible: bool, edge: bool) -> Kind:
    title = (inspect.getdoc(draw) or "").partition("\n")[0]
    if not title:
        raise TypeError(f"{draw.__module__}.{draw.__name__} needs a docstring: the title that students read")
    return Kind(draw.__name__, title.rstrip("."), draw, visible, edge)
