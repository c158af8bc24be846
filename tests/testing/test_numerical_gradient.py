import math

import numpy as np
import pytest

from scratchcv.testing import assert_close, numerical_gradient
from scratchcv.testing.numerical_gradient import differentiate, sample_indices


@pytest.mark.parametrize(
    ("function", "derivative"),
    [
        (np.sin, np.cos),
        (np.exp, np.exp),
        (np.tanh, lambda x: 1 / np.cosh(x) ** 2),
        (lambda x: x**5, lambda x: 5 * x**4),
        (lambda x: np.sin(30 * x), lambda x: 30 * np.cos(30 * x)),
        (lambda x: 1 / x, lambda x: -1 / x**2),
    ],
    ids=["sin", "exp", "tanh", "power", "fast", "inverse"],
)
def test_nine_digits_of_smooth_functions(function, derivative):
    x = np.array([-2.3, -0.4, 0.7, 1.9])
    assert_close(numerical_gradient(function, x), derivative(x), rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e3, 1e6])
def test_functions_of_any_size(scale):
    x = np.array([0.3, -1.2])
    assert_close(numerical_gradient(lambda x: scale * np.sin(x), x), scale * np.cos(x), rtol=1e-9)
    assert_close(numerical_gradient(lambda x: np.sin(x / scale), scale * x), np.cos(x) / scale, rtol=1e-8)


def test_each_output_is_weighed_with_dy():
    x, dy = np.array([1.0, 2.0, 3.0]), np.array([5.0, 0.0, -1.0])
    assert_close(numerical_gradient(np.square, x, dy), [10.0, 0.0, -6.0])


def test_sums_and_nestings():
    assert_close(numerical_gradient(lambda x: float((x**2).sum()), np.array([[1.0], [2.0]])), [[2.0], [4.0]])
    assert_close(
        numerical_gradient(lambda x: {"a": x[0] * x[1], "b": [x[1]]}, np.array([2.0, 3.0])), [3.0, 3.0]
    )


def test_only_small_differences_of_large_outputs():
    # Outputs that do not move must not drown those that do in rounding.
    x = np.array([1.0, 1e12])
    gradient = numerical_gradient(lambda x: np.array([np.sin(x[0]), x[1]]), x)
    assert_close(gradient[0], math.cos(1.0), rtol=1e-10)


@pytest.mark.parametrize("distance", [0.0, 1e-9, 1e-7, 3e-6])
def test_kinks_are_seen(distance):
    found = differentiate(abs, np.array([distance, 1.0, -distance]), np.ones(3), [(0,), (1,), (2,)])
    assert found.smooth(1e-7).tolist() == [False, True, False]


@pytest.mark.parametrize("distance", [1e-5, 1e-4, 5e-4, 0.9e-3])
def test_near_a_kink_the_step_shrinks(distance):
    found = differentiate(abs, np.array([distance]), np.ones(1), [(0,)])
    assert found.smooth(1e-7).all()
    assert_close(found.values, [1.0], rtol=1e-9)


@pytest.mark.parametrize("where", np.linspace(-1.1e-3, 1.1e-3, 45))
def test_a_derivative_taken_for_known_is_right(where):
    # The joint of max(x, 0) lies anywhere in or around the longest step.
    found = differentiate(lambda x: np.maximum(x, where), np.zeros(1), np.ones(1), [(0,)])
    if found.smooth(1e-7)[0]:
        assert_close(found.values, [float(where < 0)], atol=1e-6)
    else:
        assert abs(where) < 1e-5


def test_jumps_are_seen():
    found = differentiate(np.floor, np.array([1.0, 1.5]), np.ones(2), [(0,), (1,)])
    assert found.smooth(1e-7).tolist() == [False, True]
    assert found.values[1] == 0


def test_the_function_gets_read_only_copies():
    x = np.zeros(2)

    def spoil(given):
        given += 1
        return given

    with pytest.raises(ValueError, match="read-only"):
        numerical_gradient(spoil, x)
    assert x.tolist() == [0, 0]


def test_float32_input_is_differentiated_in_float64():
    x = np.array([0.5], np.float32)
    assert_close(numerical_gradient(np.sin, x), [math.cos(0.5)], rtol=1e-10)


def test_nothing_to_differentiate():
    assert numerical_gradient(np.sum, np.zeros((0, 3))).shape == (0, 3)


def test_samples_are_different_reproducible_and_complete():
    drawn = sample_indices((5, 4, 3), 20, seed=1)
    assert len(set(drawn)) == 20
    assert drawn == sample_indices((5, 4, 3), 20, seed=1) != sample_indices((5, 4, 3), 20, seed=2)
    assert sample_indices((2, 2), 20) == [(0, 0), (0, 1), (1, 0), (1, 1)]
    assert sample_indices((), None) == [()]
    assert sample_indices((3, 0), None) == []
