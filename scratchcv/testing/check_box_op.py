"""One call that proves an operation on boxes: both its forms, all its dtypes, odd memory and odd shapes."""

from collections.abc import Callable
from typing import Any

import numpy as np

from scratchcv.backend import BACKENDS, has_numba, use_backend
from scratchcv.checks import Array
from scratchcv.testing.compare import assert_close
from scratchcv.testing.gradcheck import explain_writes
from scratchcv.testing.structure import as_dtype, frozen_copy, leaves, rebuild, strided


def check_box_op(
    function: Callable[..., Any],
    *arguments: Any,
    name: str | None = None,
    empty: bool = True,
    independent: bool = False,
    **options: Any,
) -> None:
    """Fail unless an operation on boxes does the same in both backends and takes whatever memory it is given.

    Checked are: equal results of both backends (indices exactly); float32 and float64 kept; read-only arrays
    taken and never changed; non-contiguous arrays; no boxes at all; and, for each argument of shape (N, 4) or
    (N,), a `ValueError` for a wrong shape that says which was wanted and which came.

    Parameters
    ----------
    function : callable
        Called as ``function(*arguments, **options)``.
    *arguments : anything
        Arrays of shape (N, 4) are boxes or deltas; arrays of shape (N,) go with them. All else is handed
        through.
    name : str, optional
        For messages; the function's name if not given.
    empty : bool
        Whether to check with all arrays empty.
    independent : bool
        Whether the arrays have lengths of their own, as both sides of an IoU: then each is emptied alone too.
    **options
        Handed to `function`.

    Raises
    ------
    AssertionError
        Names the function, what was checked, and what came.

    Examples
    --------
    >>> from scratchcv.boxes import box_iou
    >>> boxes = np.array([[0.0, 0.0, 2.0, 2.0], [1.0, 1.0, 3.0, 3.0]])
    >>> check_box_op(box_iou, boxes, boxes, independent=True)
    >>> total = lambda boxes: boxes.astype(np.float64).sum(axis=1)
    >>> check_box_op(total, boxes, name="total")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    AssertionError: total in ...: result is float64 for float32 arguments: dtype in, dtype out
    """
    name = name or getattr(function, "__name__", repr(function))
    results = []
    for backend in BACKENDS if has_numba() else ("numpy",):
        with use_backend(backend):
            where = f"{name} in {backend}"

            def call(given: Any, where: str = where) -> Any:
                return _call(function, given, options, where)

            for dtype in (np.float32, np.float64):
                given = as_dtype(arguments, dtype)
                result = call(given)
                _check_dtypes(result, dtype, where)
                views = rebuild(given, [strided(leaf) for leaf in leaves(given)])
                _compare(call(views), result, f"{where}: non-contiguous arrays give another result")
                results.append((backend, np.dtype(dtype), result))
                for emptied in _emptied(given, independent) if empty else []:
                    _check_empty(call, emptied, result, where)
            _check_wrong_shapes(function, arguments, options, where)
    for backend, precision, result in results:
        wanted = next(other for _, same, other in reversed(results) if same == precision)
        _compare(result, wanted, f"{name}: {backend} and numpy differ for {precision}")


def _call(function: Callable[..., Any], arguments: Any, options: dict[str, Any], where: str) -> Any:
    before = [leaf.copy() for leaf in leaves(arguments)]
    with explain_writes(where):
        result = function(*arguments, **options)
    for now, then in zip(leaves(arguments), before, strict=True):
        assert_close(now, then, rtol=0, atol=0, message=f"{where} changes its argument")
    return result


def _check_dtypes(result: Any, dtype: Any, where: str) -> None:
    for leaf in leaves(result):
        if leaf.ndim and leaf.dtype.kind == "f" and leaf.dtype != dtype:
            raise AssertionError(
                f"{where}: result is {leaf.dtype} for {np.dtype(dtype)} arguments: dtype in, dtype out"
            )
        if leaf.dtype.kind in "iu" and leaf.ndim and leaf.dtype != np.int64:
            raise AssertionError(f"{where}: indices must be int64, got {leaf.dtype}")


def _compare(result: Any, wanted: Any, message: str) -> None:
    found, expected = leaves(result), leaves(wanted)
    if len(found) != len(expected):
        raise AssertionError(f"{message}: {len(found)} arrays, expected {len(expected)}")
    for got, right in zip(found, expected, strict=True):
        if got.dtype != right.dtype:
            raise AssertionError(f"{message}: {got.dtype}, expected {right.dtype}")
        assert_close(got, right, message=message)


def _emptied(arguments: tuple[Any, ...], independent: bool) -> list[tuple[Any, ...]]:
    def without(positions: list[int]) -> tuple[Any, ...]:
        return tuple(
            frozen_copy(value[:0]) if position in positions else value
            for position, value in enumerate(arguments)
        )

    arrays = [p for p, value in enumerate(arguments) if isinstance(value, np.ndarray) and value.ndim]
    return [without(arrays)] + [without([position]) for position in (arrays if independent else [])]


def _check_empty(call: Callable[[Any], Any], arguments: Any, full: Any, where: str) -> None:
    try:
        result = call(arguments)
    except AssertionError:
        raise
    except Exception as error:
        shapes = [leaf.shape for leaf in leaves(arguments)]
        raise AssertionError(f"{where} fails for shapes {shapes}: {type(error).__name__}: {error}") from error
    for got, usual in zip(leaves(result), leaves(full), strict=True):
        if got.ndim != usual.ndim or got.dtype != usual.dtype:
            raise AssertionError(
                f"{where}: without boxes the result must have {usual.ndim} axes of {usual.dtype}, "
                f"got shape {got.shape} of {got.dtype}"
            )
        if got.size and usual.ndim:
            raise AssertionError(f"{where}: without boxes the result must be empty, got shape {got.shape}")


def _check_wrong_shapes(
    function: Callable[..., Any], arguments: tuple[Any, ...], options: dict[str, Any], where: str
) -> None:
    for position, value in enumerate(arguments):
        if not isinstance(value, np.ndarray):
            continue
        for wrong in _misshapen(value):
            given = (*arguments[:position], wrong, *arguments[position + 1 :])
            try:
                function(*given, **options)
            except ValueError as error:
                if "shape" in str(error) and str(wrong.shape) in str(error):
                    continue
                raise AssertionError(
                    f"{where}: the message must name the wanted shape and {wrong.shape}, got {str(error)!r}"
                ) from error
            except Exception as error:
                raise AssertionError(
                    f"{where} must raise ValueError for argument {position} of shape {wrong.shape}, "
                    f"got {type(error).__name__}: {error}"
                ) from error
            raise AssertionError(
                f"{where} must raise ValueError for argument {position} of shape {wrong.shape}, got a result"
            )


def _misshapen(value: Array) -> list[Array]:
    if value.ndim == 2 and value.shape[1] == 4:
        return [np.ones((len(value), 5), value.dtype), np.ones(4, value.dtype)]
    if value.ndim == 1:
        return [np.ones((len(value), 2), value.dtype), np.ones(len(value) + 3, value.dtype)]
    return []
