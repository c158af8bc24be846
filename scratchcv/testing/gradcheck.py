"""Gradient checking: whether the backward pass is the derivative of the forward pass."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from scratchcv.checks import Array
from scratchcv.testing.causes import likely_cause
from scratchcv.testing.numerical_gradient import STEP, Differences, differentiate, sample_indices
from scratchcv.testing.structure import freeze, frozen_copy, leaves, rebuild


@dataclass(frozen=True)
class GradientReport:
    """What a passed check found.

    Attributes
    ----------
    checked, skipped : int
        Entries compared, and entries left out because the function has a kink there.
    worst : float
        The largest relative error.
    unchecked : tuple of str
        Floating inputs for which backward returned no gradient.

    Examples
    --------
    >>> print(GradientReport(30, 2, 4e-11))
    30 entries agree, relative error at most 4.0e-11 (2 at kinks skipped)
    """

    checked: int = 0
    skipped: int = 0
    worst: float = 0.0
    unchecked: tuple[str, ...] = ()

    def __str__(self) -> str:
        skipped = f" ({self.skipped} at kinks skipped)" if self.skipped else ""
        without = f"; without gradient: {', '.join(self.unchecked)}" if self.unchecked else ""
        return f"{self.checked} entries agree, relative error at most {self.worst:.1e}{skipped}{without}"

    def __add__(self, other: "GradientReport") -> "GradientReport":
        return GradientReport(
            self.checked + other.checked,
            self.skipped + other.skipped,
            max(self.worst, other.worst),
            self.unchecked + other.unchecked,
        )


def gradcheck(
    forward: Callable[..., Any],
    backward: Callable[..., Any],
    inputs: Sequence[Any],
    *,
    dy: Any = None,
    names: Sequence[str] = (),
    rtol: float = 1e-6,
    eps: float = STEP,
    max_entries: int | None = 64,
    max_skipped: float = 0.5,
    seed: int = 0,
) -> GradientReport:
    r"""Compare a backward function with numerical differences of its forward function.

    The check differentiates :math:`L = \sum dy \cdot \text{forward}(x)` for a random dy in float64. A dy of
    ones would hide mistakes: the outputs of batch normalisation add up to a constant.

    Parameters
    ----------
    forward : callable
        ``forward(*inputs)`` returns an array, a number, or a nesting of them.
    backward : callable
        ``backward(dy, *inputs)`` returns the gradient of each input in order, the gradient alone if there is
        but one; ``None`` or nothing at the end for inputs that have none.
    inputs : sequence
        Floating arrays are converted to float64 and checked; all else is handed through.
    dy : nesting of ndarray, optional
        The upstream gradient; random and nowhere near zero if not given.
    names : sequence of str, optional
        Names of the inputs, for messages.
    rtol : float
        Allowed error, relative to the larger of both values.
    eps : float
        The longest step of the differences.
    max_entries : int or None
        So many entries of each input are drawn; None takes all.
    max_skipped : float
        Fraction of entries that may lie at kinks, where there is no derivative to compare with.
    seed : int
        Seed of dy and of the drawn entries.

    Returns
    -------
    GradientReport

    Raises
    ------
    AssertionError
        When a gradient is wrong, or an input, output or dy is written into: names the input, the worst
        entry, both values and the likely cause.

    References
    ----------
    Stanford CS231n, "Gradient checks"; the differences are `numerical_gradient.differentiate`.

    Examples
    --------
    >>> square = lambda x: x**2
    >>> gradcheck(square, lambda dy, x: 2 * x * dy, [np.arange(4.0)]).checked
    4
    >>> gradcheck(square, lambda dy, x: x * dy, [np.arange(4.0)])  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    AssertionError: <lambda>: gradient of input 0 is wrong at [...]
    ...
    """
    title = getattr(backward, "__name__", str(backward))
    fixed = [_as_checkable(value) for value in inputs]
    with explain_writes(f"{getattr(forward, '__name__', str(forward))} (forward)"):
        y = forward(*fixed)
    freeze(y)
    dy = random_upstream(y, seed) if dy is None else dy
    freeze(dy)
    with explain_writes(title):
        gradients = backward(dy, *fixed)
    if not isinstance(gradients, (tuple, list)):
        gradients = (gradients,)
    if len(gradients) > len(fixed):
        raise AssertionError(f"{title} must return {len(fixed)} gradients, got {len(gradients)}")

    report = GradientReport()
    if not any(_is_floating(value) for value in fixed):
        raise AssertionError(f"{title}: there is nothing to check, no input is an array of floating numbers")
    for position, value in enumerate(fixed):
        gradient = gradients[position] if position < len(gradients) else None
        name = names[position] if position < len(names) else f"input {position}"
        if not _is_floating(value):
            continue
        if gradient is None:
            report += GradientReport(unchecked=(name,))
            continue

        def moved(x: Array, position: int = position) -> Any:
            return forward(*fixed[:position], x, *fixed[position + 1 :])

        report += compare_gradient(
            moved, value, gradient, dy, title=f"{title}: gradient of {name}",
            rtol=rtol, eps=eps, max_entries=max_entries, max_skipped=max_skipped, seed=seed,
        )  # fmt: skip
    if all(gradient is None for gradient in gradients):
        raise AssertionError(f"{title} returns no gradient at all, for {', '.join(report.unchecked)}")
    return report


def compare_gradient(
    function: Callable[[Array], Any],
    x: Array,
    gradient: Any,
    dy: Any,
    *,
    title: str,
    rtol: float = 1e-6,
    eps: float = STEP,
    max_entries: int | None = 64,
    max_skipped: float = 0.5,
    seed: int = 0,
) -> GradientReport:
    """Compare one gradient with differences of `function` at `x`; the parameters are those of `gradcheck`.

    Examples
    --------
    >>> x = np.array([1.0, 2.0])
    >>> compare_gradient(np.exp, x, np.exp(x), np.ones(2), title="exp").checked
    2
    """
    gradient = np.asarray(gradient)
    if gradient.shape != x.shape:
        hint = ": transposed?" if gradient.shape == x.shape[::-1] else ""
        hint = ": not summed over the batch?" if gradient.shape[1:] == x.shape else hint
        raise AssertionError(f"{title} must have shape {x.shape}, got {gradient.shape}{hint}")
    indices = sample_indices(x.shape, max_entries, seed)
    numerical = differentiate(function, x, dy, indices, eps=eps)
    if not np.isfinite(numerical.values).all():
        raise AssertionError(f"{title}: the function itself is NaN or infinite near its input")
    analytic = np.array([gradient[index] for index in indices], dtype=np.float64)
    smooth = numerical.smooth(0.1 * rtol)
    skipped = len(indices) - int(smooth.sum())
    if skipped > max_skipped * len(indices):
        raise AssertionError(
            f"{title}: {skipped} of {len(indices)} entries lie at kinks or jumps, where there is none; "
            "choose other inputs (no ties, nothing at zero of a ReLU)"
        )
    size = np.maximum(np.maximum(abs(analytic), abs(numerical.values)), numerical.floor())
    # Rounding alone must not fail a derivative that is zero or nearly so.
    size = np.maximum(size, numerical.noise / rtol)
    difference = abs(analytic - numerical.values)
    # Where all is zero, there is no error; NaN is dealt with below.
    error = np.divide(difference, size, out=np.zeros_like(difference), where=smooth & (size > 0))
    error[np.isnan(error) | ~np.isfinite(analytic)] = np.inf
    wrong = int((error > rtol).sum())
    if wrong:
        ones = [np.ones(leaf.shape) for leaf in leaves(dy)]
        cause = likely_cause(
            gradient,
            _only(numerical, smooth),
            tuple(s for leaf in [x, *leaves(dy)] for s in (*leaf.shape, 1)),
            lambda: differentiate(function, x, ones, _only(numerical, smooth).indices, eps=eps).values,
        )
        worst = int(np.argmax(error))
        raise AssertionError(
            f"{title} is wrong at {list(indices[worst])}\n"
            f"  analytic (backward)      {analytic[worst]:.12g}\n"
            f"  numerical (differences)  {numerical.values[worst]:.12g}\n"
            f"  relative error {error[worst]:.2g}, allowed {rtol:.2g}; "
            f"{wrong} of {len(indices) - skipped} checked entries are off\n"
            f"  likely cause: {cause}"
        )
    return GradientReport(len(indices) - skipped, skipped, float(error.max(initial=0.0)))


def random_upstream(y: Any, seed: int = 0) -> Any:
    """Return an upstream gradient like `y`: sizes between ½ and 1½ with random signs, so no entry is lost.

    Examples
    --------
    >>> random_upstream(np.zeros((2, 3))).shape
    (2, 3)
    """
    rng = np.random.default_rng(seed)
    drawn = [rng.uniform(0.5, 1.5, leaf.shape) * rng.choice([-1.0, 1.0], leaf.shape) for leaf in leaves(y)]
    return rebuild(y, [np.asarray(part, leaf.dtype) for part, leaf in zip(drawn, leaves(y), strict=True)])


@contextmanager
def explain_writes(who: str) -> Iterator[None]:
    """Turn NumPy's and Numba's errors about read-only arrays into a failed check that says what it means.

    Examples
    --------
    >>> x = frozen_copy(np.zeros(2))
    >>> with explain_writes("ReLU.forward"):
    ...     x += 1
    Traceback (most recent call last):
    AssertionError: ReLU.forward writes into an array that it was given (output array is read-only)
    """
    try:
        yield
    except Exception as error:
        text = str(error)
        if "read-only" in text or "readonly" in text:
            line = next(part for part in text.splitlines() if "read-only" in part or "readonly" in part)
            raise AssertionError(f"{who} writes into an array that it was given ({line.strip()})") from error
        raise


def _only(numerical: Differences, mask: Array) -> Differences:
    indices = [index for index, keep in zip(numerical.indices, mask, strict=True) if keep]
    return Differences(indices, numerical.values[mask], numerical.noise[mask], numerical.bend[mask])


def _is_floating(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.dtype.kind == "f"


def _as_checkable(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return frozen_copy(value.astype(np.float64) if value.dtype.kind == "f" else value)
    return value
