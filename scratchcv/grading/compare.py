"""Whether an answer is right: structure, shape, kind, NaN and infinity, then a bound on rounding errors."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from scratchcv.checks import Array
from scratchcv.grading.sheets.case import Call
from scratchcv.testing.compare import plain_array

ROUNDINGS = 8
"""An answer may be off by so many units of rounding; five orders of summation differed by 1.1 at most."""

_KINDS = {"b": "booleans", "i": "integers", "u": "integers", "f": "floating numbers", "c": "complex numbers"}


@dataclass(frozen=True)
class Difference:
    """Where and how an answer differs from what was expected.

    Attributes
    ----------
    reason : {"structure", "shape", "kind", "nan", "value", "property"}
        The first check that failed.
    message : str
        One clause, for the student; it shows values, and so is for visible cases only.
    place : str
        Which part of the answer: ``""`` where it is one array, else ``"[1]"`` or ``"['box']"``.
    index : tuple of int
        Of the first element that differs.
    """

    reason: str
    message: str
    place: str = ""
    index: tuple[int, ...] = ()


def compare(found: Any, expected: Any, magnitude: Any = None, eps: float | None = None) -> Difference | None:
    r"""Return the first difference that matters, or None where the answer is right.

    Floating numbers may differ by what an honest computation may round:

    .. math:: |found - expected| \le 8 \cdot \epsilon \cdot S

    Parameters
    ----------
    found : object
        What a student's function returned: plain arrays and numbers, in tuples, lists and dicts.
    expected : object
        The right answer, in float64.
    magnitude : object, optional
        S: numbers or arrays, structured like `expected` and broadcastable to it: the same operation on
        absolute values. By default the absolute values of what is expected.
    eps : float, optional
        The rounding unit of the inputs' dtype; that of a coarser answer counts. By default float64's.

    Notes
    -----
    Nothing is broadcast or cast for the answer's sake: a number is no array, an empty array equals an empty
    one of the same shape only. Integers and booleans are exact. Integers pass for floating numbers where the
    values agree, and a list passes for a tuple. float16 is refused: it holds three digits.

    Examples
    --------
    >>> compare(np.array([0.1 + 0.2]), np.array([0.3]))
    >>> compare(np.zeros(3), np.zeros((2, 3))).message
    'has shape (3,), expected shape (2, 3)'
    >>> compare((1.0, 2.0), (1.0, 3.0))
    Difference(reason='value', message='is 2.0, expected 3.0', place='[1]', index=())
    """
    return _compare(found, expected, magnitude, np.finfo(np.float64).eps if eps is None else eps, "")


def judge(
    found: Any,
    expected: Any,
    call: Call,
    magnitude: Callable[..., Any] | None = None,
    accepts: Callable[..., str] | None = None,
) -> Difference | None:
    """Return what is wrong with the answer to a call, or None.

    Parameters
    ----------
    found, expected : object
        As in `compare`.
    call : Call
        The inputs; they decide how much may be rounded.
    magnitude, accepts : callable, optional
        As in `Cases`. Where there is an `accepts`, it judges lengths and values in place of `compare`.

    Examples
    --------
    >>> judge(np.array([1, 0]), np.array([0, 1]), Call(), accepts=lambda found, expected: "")
    >>> judge(np.array([1, 0]), np.array([0, 1]), Call()).reason
    'value'
    """
    exact = in_float64(call)
    if accepts is not None:
        difference = _compare(found, expected, None, np.inf, "", values=False)
        if difference is None:
            try:
                message = exact.apply(lambda *a, **k: accepts(found, expected, *a, **k))
            except Exception:  # an odd answer must not stop the grading of others
                message = "the result is not of the form that was asked for"
            return Difference("property", message) if message else None
        return difference
    sizes = None if magnitude is None else exact.apply(magnitude)
    return compare(found, expected, sizes, _coarsest_eps((call.arguments, call.keywords)))


def in_float64(call: Call) -> Call:
    """Return the call with its floating arrays in float64: the answer's own rounding is to be far below.

    Examples
    --------
    >>> in_float64(Call(np.float32([1]), 2)).arguments[0].dtype
    dtype('float64')
    """
    return Call(*_in_float64(list(call.arguments)), **_in_float64(call.keywords))


def _in_float64(value: Any) -> Any:
    if isinstance(value, np.ndarray | np.generic) and value.dtype.kind == "f":
        return value.astype(np.float64)
    if isinstance(value, list | tuple):
        return type(value)(map(_in_float64, value))
    if isinstance(value, dict):
        return {key: _in_float64(item) for key, item in value.items()}
    return value


def _coarsest_eps(value: Any) -> float:
    if isinstance(value, np.ndarray | np.generic) and value.dtype.kind == "f":
        return float(np.finfo(value.dtype).eps)
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ()
    return max([float(np.finfo(np.float64).eps), *map(_coarsest_eps, items)])


def _compare(
    found: Any, expected: Any, magnitude: Any, eps: float, place: str, *, values: bool = True
) -> Difference | None:
    if isinstance(expected, tuple | list | dict):
        keys = _keys(expected)
        if (
            not isinstance(found, dict if isinstance(expected, dict) else tuple | list)
            or _keys(found) != keys
        ):
            message = f"is {describe(found)}, expected {describe(expected)}"
            return Difference("structure", message, place)
        for key in keys:
            size = magnitude if magnitude is None else magnitude[key]
            inner = _compare(found[key], expected[key], size, eps, f"{place}[{key!r}]", values=values)
            if inner is not None:
                return inner
        return None
    if expected is None or isinstance(expected, str):
        same = type(found) is type(expected) and (found == expected or not values)
        return None if same else Difference("value", f"is {found!r:.80}, expected {expected!r}", place)
    try:
        if isinstance(found, tuple):  # a list may stand for an array
            raise TypeError
        array = plain_array(found)
    except TypeError:
        return Difference("structure", f"is {describe(found)}, expected {describe(expected)}", place)
    wanted = np.asarray(expected)
    return _compare_arrays(array, wanted, magnitude, eps, place, values)


def _compare_arrays(
    found: Array, wanted: Array, magnitude: Any, eps: float, place: str, values: bool
) -> Difference | None:
    if found.shape != wanted.shape if values else found.ndim != wanted.ndim:
        return Difference("shape", f"has {_shape(found)}, expected {_shape(wanted)}", place)
    kind = _KINDS[found.dtype.kind]
    allowed = {"floating numbers": ("floating numbers", "integers")}.get(_KINDS[wanted.dtype.kind])
    if kind not in (allowed or (_KINDS[wanted.dtype.kind],)) and wanted.size:
        return Difference("kind", f"holds {kind}, expected {_KINDS[wanted.dtype.kind]}", place)
    if found.dtype == np.float16:
        return Difference("kind", "holds float16 numbers, which have three digits; expected float64", place)
    if not values or not wanted.size:
        return None
    off = _off(found, wanted, abs(wanted) if magnitude is None else magnitude, eps)
    if not off.any():
        return None
    index = tuple(int(i) for i in np.argwhere(off)[0])
    nan = bool(np.isfinite(wanted[index]) != np.isfinite(found[index]))
    at = f" at {list(index)}" if index else ""
    message = f"is {found[index].item()!r}{at}, expected {wanted[index].item()!r}"
    return Difference("nan" if nan else "value", message, place, index)


def _off(found: Array, wanted: Array, magnitude: Any, eps: float) -> Array:
    """Say of each element whether it is further off than rounding explains."""
    if wanted.dtype.kind != "f":
        return np.asarray(found != wanted)
    if found.dtype.kind == "f":
        eps = max(eps, float(np.finfo(found.dtype).eps))
    tiny = float(np.finfo(np.float32 if eps > 1e-10 else np.float64).tiny)
    with np.errstate(invalid="ignore", over="ignore"):
        found, wanted = found.astype(np.float64), wanted.astype(np.float64)
        near = abs(found - wanted) <= ROUNDINGS * eps * np.asarray(magnitude, np.float64) + tiny
    finite = np.isfinite(found) & np.isfinite(wanted)
    same = (found == wanted) | (np.isnan(found) & np.isnan(wanted))
    return ~np.where(finite, near, same)


def describe(value: Any) -> str:
    """Say what a value is, without its numbers.

    Examples
    --------
    >>> describe((np.zeros((2, 3)), 1.0)), describe(None)
    ('a tuple of 2: an array of shape (2, 3), a number', 'None')
    """
    if isinstance(value, tuple | list):
        inner = ", ".join(map(describe, value[:4])) + (", …" if len(value) > 4 else "")
        return f"a {type(value).__name__} of {len(value)}" + (f": {inner}" if value else "")
    if isinstance(value, dict):
        return f"a dict with the keys {', '.join(repr(key)[:40] for key in list(value)[:8]) or '(none)'}"
    if isinstance(value, str):
        return "a string"
    if isinstance(value, np.ndarray) and value.ndim:
        return f"an array of {_shape(value)}"
    return "None" if value is None else "a number"


def _shape(array: Array) -> str:
    return f"shape {array.shape}" if array.ndim else "no axes (it is a number)"


def _keys(value: Any) -> list[Any]:
    return sorted(value, key=repr) if isinstance(value, dict) else list(range(len(value)))
