import numpy as np
import pytest

from scratchcv.testing import GradientReport, gradcheck
from scratchcv.testing.gradcheck import compare_gradient, explain_writes, random_upstream

RNG = np.random.default_rng(0)
X, W, B = RNG.standard_normal((4, 3)), RNG.standard_normal((2, 3)), RNG.standard_normal(2)


def linear(x, weight, bias):
    return x @ weight.T + bias


def linear_backward(dy, x, weight, bias):
    return dy @ weight, dy.T @ x, dy.sum(axis=0)


def fails(backward, *lines, forward=linear, inputs=(X, W, B), **options):
    with pytest.raises(AssertionError) as failure:
        gradcheck(forward, backward, inputs, **options)
    for line in lines:
        assert line in str(failure.value)


def test_right_gradients_pass_with_room_to_spare():
    report = gradcheck(linear, linear_backward, (X, W, B))
    assert (report.checked, report.skipped) == (12 + 6 + 2, 0)
    assert report.worst < 1e-9


def test_float32_inputs_are_checked_in_float64():
    assert gradcheck(linear, linear_backward, [a.astype(np.float32) for a in (X, W, B)]).worst < 1e-9


def test_message_has_what_where_both_values_and_why():
    def sign(dy, x, weight, bias):
        return dy @ weight, -(dy.T @ x), dy.sum(axis=0)

    lines = ["sign: gradient of weight is wrong at [", "analytic", "numerical", "allowed 1e-06"]
    lines += ["6 of 6 checked entries are off", "likely cause: the sign is flipped"]
    fails(sign, *lines, names=("x", "weight", "bias"))


@pytest.mark.parametrize(
    ("backward", "line"),
    [
        (lambda dy, x, w, b: (dy @ w, dy.T @ x, 4 * dy.mean(axis=0) / 4), "4 times too small"),
        (lambda dy, x, w, b: (2 * dy @ w, dy.T @ x, dy.sum(axis=0)), "the factor is 2"),
        (
            lambda dy, x, w, b: (dy @ w, x.T @ dy, dy.sum(axis=0)),
            "must have shape (2, 3), got (3, 2): transposed?",
        ),
        (
            lambda dy, x, w, b: (dy @ w, dy.T @ x, dy.sum(axis=0, keepdims=True)),
            "must have shape (2,), got (1, 2)",
        ),
        (lambda dy, x, w, b: (dy @ w, 0 * w, dy.sum(axis=0)), "it is zero everywhere"),
        (lambda dy, x, w, b: (dy @ w * np.nan, dy.T @ x, dy.sum(axis=0)), "it holds NaN or infinity"),
        (lambda dy, x, w, b: (dy @ w, dy.T @ x, np.full(2, 4.0)), "dy is ignored"),
        (lambda dy, x, w, b: (dy @ w, dy.T @ x, dy.sum(axis=0), dy), "must return 3 gradients, got 4"),
    ],
    ids=["mean", "twice", "transposed", "keepdims", "zero", "nan", "ones", "surplus"],
)
def test_wrong_gradients(backward, line):
    fails(backward, line)


def test_transposed_square_matrix():
    matrix = RNG.standard_normal((3, 3))
    fails(lambda dy, x: (dy * 2 * x).T, "it is transposed", forward=np.square, inputs=[matrix])


def test_one_wrong_entry_in_many_is_found_at_its_place():
    def one_off(dy, x):
        dx = dy * np.cos(x)
        dx[3, 1] *= 1 + 3e-6
        return dx

    fails(one_off, "is wrong at [3, 1]", "1 of 12 checked entries are off", forward=np.sin, inputs=[X])


def test_float32_inside_backward_is_found():
    fails(lambda dy, x: dy * np.cos(x.astype(np.float32)), "relative error", forward=np.sin, inputs=[X],
          rtol=1e-8)  # fmt: skip


def test_a_ones_upstream_would_have_hidden_a_wrong_batch_norm():
    def normalise(x):
        return (x - x.mean(axis=0)) / x.std(axis=0)

    def detached(dy, x):  # mean and deviation taken for constants
        return dy / x.std(axis=0)

    def detached_mean_only(dy, x):
        return (dy - dy.mean(axis=0)) / x.std(axis=0)

    x = RNG.standard_normal((6, 3))
    fails(detached, "is wrong", forward=normalise, inputs=[x])
    fails(detached_mean_only, "is wrong", forward=normalise, inputs=[x])
    assert gradcheck(
        normalise, detached_mean_only, [x], dy=np.ones((6, 3))
    ).checked  # what the random dy is for


def test_bias_before_normalisation_has_a_zero_gradient():
    def forward(x, bias):
        y = x + bias
        return (y - y.mean(axis=0)) / y.std(axis=0)

    def backward(dy, x, bias):
        y = forward(x, bias)
        centred = dy - dy.mean(axis=0) - y * (dy * y).mean(axis=0)
        dx = centred / x.std(axis=0)
        return dx, dx.sum(axis=0)

    assert gradcheck(forward, backward, [RNG.standard_normal((6, 3)), np.ones(3)]).checked == 21


def test_kinks_are_skipped_and_counted():
    x = np.array([[0.0, 1.0, -1.0, 2.0]])
    report = gradcheck(lambda x: np.maximum(x, 0), lambda dy, x: dy * (x > 0), [x])
    assert (report.checked, report.skipped) == (3, 1)


def test_too_many_kinks_fail():
    x = np.array([0.0, 0.0, 0.0, 1.0])
    message = "3 of 4 entries lie at kinks or jumps"
    fails(lambda dy, x: dy * (x > 0), message, forward=lambda x: np.maximum(x, 0), inputs=[x])


def test_a_wrong_gradient_does_not_pass_as_a_kink():
    fails(
        lambda dy, x: dy * (x > 0) * 1.001,
        "constant factor 1.001",
        forward=lambda x: np.maximum(x, 0),
        inputs=[X],
    )


def test_nan_in_forward():
    with np.errstate(invalid="ignore"):
        fails(
            lambda dy, x: dy, "the function itself is NaN or infinite", forward=np.log, inputs=[-np.ones(2)]
        )


def writes_input(x, weight, bias):
    x -= x.mean()
    return linear(x, weight, bias)


def test_writing_into_the_input():
    fails(
        linear_backward, "writes_input (forward) writes into an array that it was given", forward=writes_input
    )


def writes_dy(dy, x):
    dy *= 2 * x
    return dy


def test_writing_into_dy():
    fails(writes_dy, "writes_dy writes into an array that it was given", forward=np.square, inputs=[X])


def test_labels_and_options_are_handed_through():
    def pick(x, index, power):
        return x[np.arange(len(x)), index] ** power

    def backward(dy, x, index, power):
        dx = np.zeros_like(x)
        dx[np.arange(len(x)), index] = dy * power * x[np.arange(len(x)), index] ** (power - 1)
        return dx

    assert gradcheck(pick, backward, [abs(X), np.array([0, 2, 1, 1]), 3]).checked == 12


def test_large_arrays_are_sampled():
    report = gradcheck(np.sin, lambda dy, x: dy * np.cos(x), [RNG.standard_normal((50, 40))], max_entries=30)
    assert report.checked == 30


def test_several_outputs():
    def split(x):
        return x[:, 0], {"rest": x[:, 1:] ** 2}

    def backward(dy, x):
        return np.concatenate([dy[0][:, None], dy[1]["rest"] * 2 * x[:, 1:]], axis=1)

    assert gradcheck(split, backward, [X]).checked == 12


def test_no_entries_are_no_error():
    assert gradcheck(np.sin, lambda dy, x: dy, [np.zeros((0, 3))]).checked == 0


def test_same_seed_same_check():
    assert gradcheck(np.sin, lambda dy, x: dy * np.cos(x), [X], seed=3) == gradcheck(
        np.sin, lambda dy, x: dy * np.cos(x), [X], seed=3
    )


def test_gradient_alone():
    report = compare_gradient(np.exp, X, np.exp(X), np.ones(X.shape), title="exp")
    assert report.checked == 12
    with pytest.raises(AssertionError, match=r"exp must have shape \(4, 3\), got \(\)"):
        compare_gradient(np.exp, X, 0.0, np.ones(X.shape), title="exp")


def test_reports_add_up():
    assert GradientReport(1, 2, 1e-9) + GradientReport(3, 0, 1e-8) == GradientReport(4, 2, 1e-8)


def test_upstream_is_never_near_zero_and_not_constant():
    dy = random_upstream(np.zeros((30, 30), np.float32))
    assert dy.dtype == np.float32
    assert abs(dy).min() >= 0.5
    assert dy.min() < 0 < dy.max()


def test_other_errors_pass_through_unchanged():
    with pytest.raises(KeyError), explain_writes("f"):
        raise KeyError("x")


def test_a_function_that_is_zero_everywhere_has_no_gradient():
    report = gradcheck(lambda x: 0 * x, lambda dy, x: 0 * dy, [np.ones(3)])
    assert (report.checked, report.worst) == (3, 0)
    with pytest.raises(AssertionError, match="is wrong at"):
        gradcheck(lambda x: 0 * x, lambda dy, x: dy, [np.ones(3)])
    nothing = gradcheck(lambda x: x[:0], lambda dy, x: 0 * x, [np.ones(3)])
    assert nothing.checked == 3
    with pytest.raises(AssertionError, match="is wrong at"):
        gradcheck(lambda x: 0 * x, lambda dy, x: np.full(3, np.nan), [np.ones(3)])


def test_what_is_not_checked_is_named():
    report = gradcheck(lambda x, b: x + b, lambda dy, x, b: dy, [np.ones(3), np.ones(3)], names=("x", "bias"))
    assert report.unchecked == ("bias",)
    assert str(report).endswith("; without gradient: bias")


def test_nothing_checked_is_no_success():
    with pytest.raises(AssertionError, match="there is nothing to check"):
        gradcheck(np.square, lambda dy, x: 7 * dy, [[1, 2, 3]])
    with pytest.raises(AssertionError, match="returns no gradient at all, for input 0"):
        gradcheck(np.square, lambda dy, x: None, [np.ones(3)])


def test_a_sum_over_the_batch_that_was_forgotten():
    with pytest.raises(
        AssertionError, match=r"must have shape \(4,\), got \(5, 4\): not summed over the batch"
    ):
        gradcheck(lambda x, b: x + b, lambda dy, x, b: (dy, dy), [np.ones((5, 4)), np.ones(4)])
