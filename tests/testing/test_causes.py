import numpy as np
import pytest

from scratchcv.testing.causes import likely_cause
from scratchcv.testing.numerical_gradient import Differences, sample_indices

RIGHT = np.random.default_rng(0).standard_normal((4, 4)) + 2.0
SIZES = (8, 3, 5, 5)


def cause(gradient, right=RIGHT, **options):
    indices = sample_indices(right.shape, None)
    nothing = np.zeros(right.size)
    return likely_cause(gradient, Differences(indices, right.ravel(), nothing, nothing), SIZES, **options)


@pytest.mark.parametrize(
    ("gradient", "text"),
    [
        (-RIGHT, "the sign is flipped"),
        (0 * RIGHT, "it is zero everywhere"),
        (2 * RIGHT, "the factor is 2: the 2 or ½ of a square's derivative"),
        (RIGHT / 2, "the factor is 0.5"),
        (8 * RIGHT, "it is 8 times too large: the 1/8 of a mean is missing"),
        (25 * RIGHT, "it is 25 times too large"),
        (RIGHT / 600, "it is 600 times too small: divided by 600 once too often"),
        (1.7 * RIGHT, "off by the constant factor 1.7"),
        (RIGHT.T, "it is transposed"),
        (RIGHT + 0.3, "every entry is off by the same amount"),
        (RIGHT * (1 + 3e-6 * np.eye(4)), "it is nearly right (factor 1"),
        (np.where(np.eye(4), 0, RIGHT), r"for some entries only, first at [0, 0]"),
        (np.full((4, 4), np.nan), "it holds NaN or infinity"),
        (RIGHT**2, "a term of the chain rule is missing"),
    ],
)
def test_cause(gradient, text):
    assert text in cause(gradient)


def test_ignored_dy():
    assert "dy is ignored" in cause(np.arange(16.0).reshape(4, 4), without_dy=lambda: np.arange(16.0))


def test_entries_that_should_be_zero_do_not_hide_the_factor():
    right = RIGHT.copy()
    right[1] = 0
    assert cause(-right, right) == "the sign is flipped"
