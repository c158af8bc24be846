"""One call that proves a loss: its gradient, and what all losses promise."""

import functools
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from scratchcv.checks import Array
from scratchcv.testing.compare import assert_close
from scratchcv.testing.gradcheck import GradientReport, compare_gradient, explain_writes
from scratchcv.testing.numerical_gradient import STEP
from scratchcv.testing.structure import as_dtype, frozen_copy, leaves, rebuild, strided


def check_loss(
    function: Callable[..., tuple[Any, Any]],
    *arguments: Any,
    name: str | None = None,
    empty_batch: bool = True,
    rtol: float = 1e-6,
    eps: float = STEP,
    max_entries: int | None = 64,
    max_skipped: float = 0.5,
    seed: int = 0,
) -> GradientReport:
    """Fail unless a loss returns the derivative of the number it returns, and keeps the laws of losses.

    The laws: ``loss, gradient = function(*arguments)``; a loss is a Python float, a dict of them, or an
    array of the elements' losses; the gradient has the shape and dtype of the prediction; arguments are not
    written into; non-contiguous arguments, a batch of one and an empty batch work.

    Parameters
    ----------
    function : callable
        A loss; options go in with `functools.partial`.
    *arguments : ndarray or anything else
        Predictions first, then targets. There are as many predictions as gradients: one, or the length of the
        tuple that `function` returns. All arrays have the batch as their first axis.
    name : str, optional
        For messages; the function's name if not given.
    empty_batch : bool
        Whether to check batches of one and none.
    rtol, eps, max_entries, max_skipped, seed
        As for `gradcheck`.

    Returns
    -------
    GradientReport

    Raises
    ------
    AssertionError
        Says what is wrong, and for gradients where and likely why.

    Examples
    --------
    >>> def half_square(x, t):
    ...     return float(((x - t) ** 2).sum() / 2), x - t
    >>> check_loss(half_square, np.ones((2, 3)), np.zeros((2, 3))).checked
    6
    """
    name = name or _name_of(function)
    double = as_dtype(arguments, np.float64)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        loss, gradients = _call(function, double, name)
        report = GradientReport()
        for position, (prediction, gradient) in enumerate(zip(double, gradients, strict=False)):

            def moved(x: Array, position: int = position) -> Any:
                return function(*double[:position], x, *double[position + 1 :])[0]

            which = "gradient" if len(gradients) == 1 else f"gradient {position}"
            ones = [np.ones(leaf.shape) for leaf in leaves(loss)]
            report += compare_gradient(
                moved, prediction, gradient, ones, title=f"{name}: {which}",
                rtol=rtol, eps=eps, max_entries=max_entries, max_skipped=max_skipped, seed=seed,
            )  # fmt: skip

        views = rebuild(double, [strided(leaf) for leaf in leaves(double)])
        for got, wanted in zip(leaves(_call(function, views, name)), leaves((loss, gradients)), strict=True):
            assert_close(got, wanted, message=f"{name} gives another result for non-contiguous arguments")
        single = as_dtype(arguments, np.float32)
        _call(function, single, name)
        for size in (1, 0) if empty_batch else ():
            few = rebuild(
                single, [frozen_copy(leaf[:size] if leaf.ndim else leaf) for leaf in leaves(single)]
            )
            try:
                results = leaves(_call(function, few, f"{name} for a batch of {size}"))
            except AssertionError:
                raise
            except Exception as error:
                kind = type(error).__name__
                raise AssertionError(f"{name} fails for a batch of {size}: {kind}: {error}") from error
            for leaf in results:
                if not np.isfinite(leaf).all():
                    raise AssertionError(f"{name}: a batch of {size} gives NaN or infinity")
    return report


def _call(
    function: Callable[..., Any], arguments: tuple[Any, ...], name: str
) -> tuple[Any, tuple[Array, ...]]:
    """Call the loss and check types, shapes and dtypes of what it returns, and that it changes nothing."""
    before = [leaf.copy() for leaf in leaves(arguments)]
    with explain_writes(name):
        result = function(*arguments)
    if not (isinstance(result, tuple) and len(result) == 2):
        raise AssertionError(f"{name} must return (loss, gradient), got {type(result).__name__}")
    loss, gradients = result
    gradients = gradients if isinstance(gradients, tuple) else (gradients,)
    for now, then in zip(leaves(arguments), before, strict=True):
        assert_close(now, then, rtol=0, atol=0, message=f"{name} changes its argument")
    for value in loss.values() if isinstance(loss, dict) else (loss,):
        if type(value) is not float and not (isinstance(value, np.ndarray) and value.ndim):
            raise AssertionError(f"{name}: a loss must be a Python float, got {type(value).__name__}")
    for prediction, gradient in zip(arguments, gradients, strict=False):
        if not isinstance(gradient, np.ndarray) or gradient.shape != prediction.shape:
            got = getattr(gradient, "shape", type(gradient).__name__)
            raise AssertionError(
                f"{name}: the gradient must have the prediction's shape {prediction.shape}, got {got}"
            )
        if gradient.dtype != prediction.dtype:
            raise AssertionError(
                f"{name}: the gradient is {gradient.dtype} for a {prediction.dtype} prediction"
            )
    return loss, gradients


def _name_of(function: Callable[..., Any]) -> str:
    while isinstance(function, functools.partial):
        function = function.func
    return getattr(function, "__name__", repr(function))
