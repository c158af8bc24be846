"""Numerical gradients: central differences, extrapolated, that notice kinks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from scratchcv.checks import Array
from scratchcv.testing.structure import leaves

STEP = 2.0**-10
"""The first step tried; powers of two keep x ± step free of rounding for x near one."""

_SHRINK = (1.0, 1 / 16, 1 / 128)
# An output carries a few roundings, not one; more in deep models, where their sizes differ.
_ROUNDING = 32 * np.finfo(np.float64).eps


@dataclass(frozen=True)
class Differences:
    """Numerical derivatives at some entries of an array.

    Attributes
    ----------
    indices : list of tuple of int
        The K entries that were moved.
    values : ndarray (K,)
        The derivatives.
    noise : ndarray (K,)
        The rounding error to expect in them.
    bend : ndarray (K,)
        By how much steps of different length and side disagree: large at a kink or a jump.
    """

    indices: list[tuple[int, ...]]
    values: Array
    noise: Array
    bend: Array

    def smooth(self, rtol: float) -> Array:
        """Say for each entry whether its derivative is known to `rtol`, (K,) bool."""
        known: Array = self.bend <= rtol * np.maximum(abs(self.values), self.floor()) + self.noise
        return known

    def floor(self) -> float:
        """Return the size below which a derivative counts as small beside the others."""
        return 1e-3 * float(abs(self.values).max(initial=0.0))


def sample_indices(shape: tuple[int, ...], max_entries: int | None, seed: int = 0) -> list[tuple[int, ...]]:
    """Return all indices of an array, or `max_entries` different ones drawn with a seed.

    Examples
    --------
    >>> sample_indices((1, 2), None)
    [(0, 0), (0, 1)]
    >>> len(sample_indices((30, 30), 50))
    50
    """
    size = int(np.prod(shape, dtype=np.int64))
    flat = np.arange(size)
    if max_entries is not None and size > max_entries:
        flat = np.sort(np.random.default_rng(seed).choice(size, max_entries, replace=False))
    return [tuple(int(i) for i in np.unravel_index(position, shape)) for position in flat]


def differentiate(
    function: Callable[[Array], Any],
    x: Array,
    dy: Any,
    indices: Sequence[tuple[int, ...]],
    *,
    eps: float = STEP,
) -> Differences:
    r"""Return the derivatives of :math:`\sum dy \cdot f(x)` by some entries of x.

    With :math:`D(h) = (f(x + h) - f(x - h)) / 2h`, Richardson's extrapolation :math:`(4 D(h/2) - D(h)) / 3`
    cancels the error of order h². Where D(h) and D(h/2), or the two sides, disagree, the step shrinks; at a
    kink that does not help, and `Differences.bend` stays large.

    Parameters
    ----------
    function : callable
        Takes an array like `x`; returns an array, a number, or a nesting of them.
    x : ndarray
        Where to differentiate; converted to float64.
    dy : nesting of ndarray
        Upstream gradient, like the output.
    indices : sequence of tuple of int
        The entries of `x` to move.
    eps : float
        The longest step, relative to entries larger than one.

    Returns
    -------
    Differences

    References
    ----------
    L. F. Richardson, "The deferred approach to the limit", 1927.

    Examples
    --------
    >>> found = differentiate(abs, np.array([2.0, 0.0]), np.ones(2), [(0,), (1,)])
    >>> found.smooth(1e-6).tolist(), round(float(found.values[0]), 9)
    ([True, False], 1.0)
    """
    x = np.array(x, dtype=np.float64)
    weights = [np.asarray(leaf, np.float64) for leaf in leaves(dy)]
    centre = leaves(function(_moved(x, (), 0.0)))

    resting = float(sum(np.sum(abs(w) * (1 + abs(c))) for w, c in zip(weights, centre, strict=True)))

    def outputs(index: tuple[int, ...], step: float) -> list[Array]:
        return leaves(function(_moved(x, index, step)))

    def weigh(parts: Sequence[Array]) -> float:
        return float(sum(np.sum(weight * part) for weight, part in zip(weights, parts, strict=True)))

    results = []
    for index in indices:
        best = (0.0, 0.0, np.inf)
        for shrink in _SHRINK:
            h = eps * shrink * max(1.0, 2.0 ** np.round(np.log2(abs(x[index]) + 1e-300)))
            far_right, far_left = outputs(index, h), outputs(index, -h)
            right, left = outputs(index, h / 2), outputs(index, -h / 2)
            slope_far = weigh([a - b for a, b in zip(far_right, far_left, strict=True)]) / (2 * h)
            slope = weigh([a - b for a, b in zip(right, left, strict=True)]) / h
            # Right slope minus left slope: shrinks with the step where f is smooth, stays at a kink.
            turn_far = weigh([a + b - 2 * c for a, b, c in zip(far_right, far_left, centre, strict=True)]) / h
            turn = weigh([a + b - 2 * c for a, b, c in zip(right, left, centre, strict=True)]) / (h / 2)
            bend = max(abs(slope_far - slope), abs(2 * turn - turn_far))
            changed = [
                abs(w) * np.where(a != b, abs(a), 0)
                for w, a, b in zip(weights, far_right, far_left, strict=True)
            ]
            noise = _ROUNDING * (float(sum(np.sum(part) for part in changed)) / h + resting)
            if not bend >= best[2]:
                best = ((4 * slope - slope_far) / 3, noise, bend)
            if bend <= 1e-8 * abs(slope) + noise:
                break
        results.append(best)
    values, noises, bends = np.array(results, dtype=np.float64).reshape(-1, 3).T
    return Differences(list(indices), values, noises, bends)


def _moved(x: Array, index: tuple[int, ...], step: float) -> Array:
    x = x.copy()
    if step:
        x[index] += step
    x.flags.writeable = False
    return x


def numerical_gradient(function: Callable[[Array], Any], x: Array, dy: Any = None) -> Array:
    r"""Return the whole gradient of :math:`\sum dy \cdot f(x)` by differences, in float64.

    Parameters
    ----------
    function : callable
        Takes an array like `x`; returns an array or a number.
    x : ndarray
        Where to differentiate.
    dy : ndarray, optional
        Upstream gradient, like the output; ones if not given.

    Returns
    -------
    ndarray
        Like `x`.

    Examples
    --------
    >>> numerical_gradient(lambda x: x**2, np.array([1.0, 3.0])).round(9).tolist()
    [2.0, 6.0]
    """
    x = np.asarray(x, np.float64)
    if dy is None:
        dy = [np.ones(leaf.shape) for leaf in leaves(function(_moved(x, (), 0.0)))]
    return differentiate(function, x, dy, sample_indices(x.shape, None)).values.reshape(x.shape)
