"""Likely causes of a wrong gradient, read off from how it is wrong."""

from collections.abc import Callable

import numpy as np

from scratchcv.checks import Array
from scratchcv.testing.numerical_gradient import Differences

_CLOSE = 1e-4


def likely_cause(
    analytic: Array,
    numerical: Differences,
    sizes: tuple[int, ...],
    without_dy: Callable[[], Array] | None = None,
) -> str:
    """Guess what is wrong with a gradient from its entries.

    Parameters
    ----------
    analytic : ndarray
        The whole gradient under test.
    numerical : Differences
        What it should be, at K entries.
    sizes : tuple of int
        Axis lengths of the input and the output: a factor that equals one of them, or a product, is a mean
        or sum taken wrongly.
    without_dy : callable, optional
        Returns the K right values for an upstream gradient of ones.

    Returns
    -------
    str
        One clause for a message.

    Examples
    --------
    >>> right = Differences([(0,), (1,)], np.array([1.0, 3.0]), np.zeros(2), np.zeros(2))
    >>> likely_cause(np.array([-1.0, -3.0]), right, (2,))
    'the sign is flipped'
    """
    wanted = numerical.values
    found = np.array([analytic[index] for index in numerical.indices])
    if not np.isfinite(found).all():
        return "it holds NaN or infinity: a division by zero, a logarithm of zero, or an overflow"
    if not found.any():
        return "it is zero everywhere: was it computed, and for a parameter, added to its grad?"
    counts = abs(wanted) > numerical.floor()
    ratios = found[counts] / wanted[counts]
    if ratios.size and np.ptp(ratios) <= _CLOSE * abs(ratios).max():
        return name_factor(float(np.median(ratios)), sizes)
    flipped = analytic.T
    if analytic.ndim > 1 and flipped.shape == analytic.shape:
        transposed = np.array([flipped[index] for index in numerical.indices])
        if np.allclose(transposed, wanted, rtol=_CLOSE, atol=numerical.floor()):
            return "it is transposed"
    if without_dy is not None and np.allclose(found, without_dy(), rtol=_CLOSE, atol=numerical.floor()):
        return "dy is ignored: this is the gradient of the plain sum of the outputs"
    close = np.isclose(found, wanted, rtol=_CLOSE, atol=1e-3 * numerical.floor())
    if close.any():
        wrong = [index for index, fits in zip(numerical.indices, close, strict=True) if not fits]
        return f"a term is missing or counted twice for some entries only, first at {list(wrong[0])}"
    if np.ptp(found - wanted) <= _CLOSE * abs(found - wanted).max():
        return "every entry is off by the same amount: a mean is not subtracted, or one term is missing"
    return "a term of the chain rule is missing"


def name_factor(factor: float, sizes: tuple[int, ...]) -> str:
    """Say what a constant factor between wrong and right numbers comes from.

    Parameters
    ----------
    factor : float
        Wrong over right.
    sizes : tuple of int
        Axis lengths: a factor that equals one of them, or a product, is a mean or sum taken wrongly.

    Examples
    --------
    >>> name_factor(12.0, (3, 4))
    'it is 12 times too large: the 1/12 of a mean is missing'
    """

    def equals(value: float) -> bool:
        return abs(factor - value) <= _CLOSE * abs(value)

    if equals(1):
        return f"it is nearly right (factor {factor:.8g}): a small term is missing, or float32 was used"
    if equals(-1):
        return "the sign is flipped"
    if equals(2) or equals(0.5):
        return (
            f"the factor is {factor:.4g}: the 2 or ½ of a square's derivative, or a term counted twice or not"
        )
    for size in _products(sizes):
        if equals(size):
            return f"it is {size} times too large: the 1/{size} of a mean is missing"
        if equals(1 / size):
            return f"it is {size} times too small: divided by {size} once too often"
    return f"it is off by the constant factor {factor:.6g}"


def _products(sizes: tuple[int, ...]) -> list[int]:
    """Products of neighbouring axes, such as H·W and N·H·W, without 1."""
    found: set[int] = set()
    for start in range(len(sizes)):
        for end in range(start + 1, len(sizes) + 1):
            found.add(int(np.prod(sizes[start:end])))
    return sorted(size for size in found if size > 1)
