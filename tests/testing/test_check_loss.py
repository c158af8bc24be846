from functools import partial

import numpy as np
import pytest

from scratchcv.testing import check_loss

RNG = np.random.default_rng(0)
X, T = RNG.standard_normal((2, 5, 3))


def mean_square(x, t):
    if x.size == 0:
        return 0.0, np.zeros_like(x)
    return float(((x - t) ** 2).mean()), (2 / x.size * (x - t)).astype(x.dtype)


def two_heads(a, b, t):
    loss_a, da = mean_square(a, t)
    loss_b, db = mean_square(b, t)
    return {"a": loss_a, "b": 3 * loss_b}, (da, 3 * db)


def elementwise(x, t):
    return (x - t) ** 2, 2 * (x - t)


@pytest.mark.parametrize(
    ("loss", "arguments", "checked"),
    [(mean_square, (X, T), 15), (two_heads, (X, X + 1, T), 30), (elementwise, (X, T), 15)],
)
def test_right_losses_pass(loss, arguments, checked):
    report = check_loss(loss, *arguments)
    assert (report.checked, report.skipped) == (checked, 0)
    assert report.worst < 1e-7


def wrong_sign(x, t):
    loss, gradient = mean_square(x, t)
    return loss, -gradient


def missing_mean(x, t):
    loss, gradient = mean_square(x, t)
    return loss, gradient * np.asarray(max(x.size, 1), x.dtype)


def missing_two(x, t):
    loss, gradient = mean_square(x, t)
    return loss, gradient / 2


def one_of_two(a, b, t):
    losses, (da, db) = two_heads(a, b, t)
    return losses, (da, db / 3)


def writes(x, t):
    x -= t
    return mean_square(x, 0 * t)


def upcasts(x, t):
    loss, gradient = mean_square(x, t)
    return loss, gradient.astype(np.float64)


def numpy_number(x, t):
    loss, gradient = mean_square(x, t)
    return np.float64(loss), gradient


def loss_only(x, t):
    return mean_square(x, t)[0]


def flat(x, t):
    loss, gradient = mean_square(x, t)
    return loss, gradient.ravel()


def fails_on_nothing(x, t):
    x.max()
    return mean_square(x, t)


def nan_on_nothing(x, t):
    loss, gradient = mean_square(x, t)
    return (loss if x.size else float("nan")), gradient


def warns_on_nothing(x, t):
    return float(((x - t) ** 2).mean()), (2 / max(x.size, 1) * (x - t)).astype(x.dtype)


def memory_order(x, t):
    rows = np.ndarray(x.shape, x.dtype, np.asarray(x if x.base is None else x.base).tobytes())
    return mean_square(rows, t)


@pytest.mark.parametrize(
    ("loss", "message"),
    [
        (
            wrong_sign,
            r"wrong_sign: gradient is wrong at \[.*\n.*\n.*\n.*\n  likely cause: the sign is flipped",
        ),
        (missing_mean, "it is 15 times too large: the 1/15 of a mean is missing"),
        (missing_two, "the factor is 0.5: the 2 or ½ of a square's derivative"),
        (writes, "writes writes into an array that it was given"),
        (upcasts, "upcasts: the gradient is float64 for a float32 prediction"),
        (numpy_number, "numpy_number: a loss must be a Python float, got float64"),
        (loss_only, r"loss_only must return \(loss, gradient\), got float"),
        (flat, r"flat: the gradient must have the prediction's shape \(5, 3\), got \(15,\)"),
        (fails_on_nothing, "fails_on_nothing fails for a batch of 0: ValueError: zero-size array"),
        (nan_on_nothing, "nan_on_nothing: a batch of 0 gives NaN or infinity"),
        (warns_on_nothing, "warns_on_nothing fails for a batch of 0: RuntimeWarning: Mean of empty slice"),
        (memory_order, "memory_order gives another result for non-contiguous arguments"),
    ],
)
def test_broken_losses_are_caught(loss, message):
    with pytest.raises(AssertionError, match=message):
        check_loss(loss, X, T)


def test_the_wrong_one_of_two_gradients_is_named():
    with pytest.raises(AssertionError, match="one_of_two: gradient 1 is wrong") as failure:
        check_loss(one_of_two, X, X + 1, T)
    assert "it is 3 times too small" in str(failure.value)


def test_partial_functions_keep_their_name():
    def scaled(x, t, factor):
        loss, gradient = mean_square(x, t)
        return loss * factor, gradient

    with pytest.raises(AssertionError, match="scaled: gradient is wrong"):
        check_loss(partial(scaled, factor=5.0), X, T)
    with pytest.raises(AssertionError, match="mine: gradient is wrong"):
        check_loss(partial(scaled, factor=5.0), X, T, name="mine")


def test_without_a_batch_axis():
    assert check_loss(lambda x: (float(x @ x), 2 * x), np.arange(3.0), empty_batch=False).checked == 3
