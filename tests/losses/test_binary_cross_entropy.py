import math
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes

from scratchcv.layers import sigmoid
from scratchcv.losses import binary_cross_entropy, binary_cross_entropy_with_logits, cross_entropy
from scratchcv.testing import assert_close, check_loss


def test_by_hand():
    # p = 3/4 for both: a yes costs -log 3/4, a no -log 1/4; the gradient is p - t.
    losses, gradient = binary_cross_entropy_with_logits(np.log([3.0, 3.0]), [1, 0], reduction="none")
    assert_close(losses, [math.log(4 / 3), math.log(4)])
    assert_close(gradient, [-0.25, 0.75])


def test_a_soft_target_is_a_mixture():
    x = np.log([3.0])
    yes, no, soft = (binary_cross_entropy_with_logits(x, [t]) for t in (1, 0, 0.3))
    assert_close(soft[0], 0.3 * yes[0] + 0.7 * no[0])
    assert_close(soft[1], sigmoid(x) - 0.3)


def test_it_is_the_softmax_of_two_classes_of_which_one_has_logit_zero():
    rng = np.random.default_rng(0)
    x, labels = rng.standard_normal((5, 3)), rng.integers(0, 2, (5, 3))
    loss, gradient = binary_cross_entropy_with_logits(x, labels)
    wanted, dlogits = cross_entropy(np.stack([np.zeros_like(x), x], axis=1), labels)
    assert_close(loss, wanted)
    assert_close(gradient, dlogits[:, 1])


def test_weights():
    x, t = np.zeros((2, 3)), np.array([[1, 0, 1], [0, 1, 0]])
    losses, gradient = binary_cross_entropy_with_logits(
        x, t, weight=[[2.0], [1.0]], pos_weight=[1.0, 5.0, 3.0], reduction="none"
    )
    assert_close(losses, math.log(2) * np.array([[2.0, 2, 6], [1, 5, 1]]))
    assert_close(gradient, [[-1, 1, -3], [0.5, -2.5, 0.5]])


def test_the_mean_divides_by_the_number_of_elements_not_by_their_weights():
    assert_close(binary_cross_entropy_with_logits([0.0, 0.0], [1, 1], weight=[3, 1])[0], 2 * math.log(2))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("reduction", ["none", "mean", "sum"])
def test_ten_thousand_does_not_overflow(dtype, reduction):
    x = np.array([1e4, -1e4, 1e4, -1e4], dtype)
    loss, gradient = binary_cross_entropy_with_logits(x, [1, 0, 0, 1], reduction=reduction)
    wanted = {"none": np.array([0, 0, 1e4, 1e4], dtype), "sum": 2e4, "mean": 5e3}[reduction]
    assert_close(loss, wanted)
    assert gradient.tolist() == [part * (0.25 if reduction == "mean" else 1) for part in (0, 0, 1, -1)]


def test_a_confident_right_answer_keeps_a_gradient():
    # 1 - p would be 0 from 37 on.
    loss, gradient = binary_cross_entropy_with_logits([50.0], [1], reduction="none")
    assert_close(loss, [math.exp(-50)], rtol=1e-12, atol=0)
    assert_close(gradient, [-math.exp(-50)], rtol=1e-12, atol=0)


def test_ignored_elements_count_nowhere():
    x, t = np.array([[1.0, np.nan], [-2.0, 0.5]]), np.array([[1, 255], [0, 1]], np.uint8)
    loss, gradient = binary_cross_entropy_with_logits(x, t, ignore_index=255)
    wanted, part = binary_cross_entropy_with_logits([1.0, -2.0, 0.5], [1, 0, 1])
    assert_close(loss, wanted)
    assert_close(gradient, [[part[0], 0], [part[1], part[2]]])


def test_all_ignored_is_zero_not_nan():
    loss, gradient = binary_cross_entropy_with_logits([1.0, 2.0], [-2, -2], ignore_index=-2)
    assert loss == 0.0
    assert gradient.tolist() == [0, 0]


@pytest.mark.parametrize("loss_of", [binary_cross_entropy, binary_cross_entropy_with_logits])
@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_nothing_costs_nothing(loss_of, reduction):
    loss, gradient = loss_of(np.zeros((0, 4)), np.zeros((0, 4)), reduction=reduction)
    assert (loss, gradient.shape) == (0.0, (0, 4))


@pytest.mark.parametrize("seed", range(20))
def test_gradient(seed):
    rng = np.random.default_rng(seed)
    shape = tuple(rng.integers(1, 5, rng.integers(1, 5)))
    targets = rng.random(shape) if seed % 2 else rng.integers(0, 2, shape)
    options = {
        "pos_weight": rng.uniform(0, 4, shape[1:]) if seed % 3 else None,
        "weight": rng.uniform(0, 2, shape[1:]) if seed % 4 else None,
        "reduction": ["none", "mean", "sum"][seed % 3],
    }
    function = partial(binary_cross_entropy_with_logits, **options)
    report = check_loss(function, 3 * rng.standard_normal(shape), targets, max_entries=20)
    assert report.worst < 1e-7
    del options["pos_weight"]
    check_loss(
        partial(binary_cross_entropy, **options), rng.uniform(0.1, 0.9, shape), targets, max_entries=20
    )


@settings(deadline=None, max_examples=25)
@given(array_shapes(max_dims=4, max_side=4), st.sampled_from([0.1, 1.0, 10.0]), st.integers(0, 2**32 - 1))
def test_both_forms_agree(shape, scale, seed):
    rng = np.random.default_rng(seed)
    x, t = scale * rng.standard_normal(shape).clip(-2, 2), rng.random(shape)
    loss, dx = binary_cross_entropy_with_logits(x, t)
    p = sigmoid(x)
    other, dp = binary_cross_entropy(p, t)
    assert_close(loss, other, rtol=1e-7)
    assert_close(dx, dp * p * (1 - p), rtol=1e-6, atol=1e-9)


def test_certain_scores_are_clamped_as_in_pytorch():
    losses, gradient = binary_cross_entropy([0.0, 1.0, 0.0, 1.0], [0, 1, 1, 0], reduction="none")
    assert losses.tolist() == [0, 0, 100, 100]
    assert gradient.tolist() == [0, 0, -1e12, 1e12]


def test_float32_stays():
    for loss_of in (binary_cross_entropy, binary_cross_entropy_with_logits):
        losses, gradient = loss_of(
            np.full(3, 0.5, np.float32), [0, 1, 1], weight=np.ones(3), reduction="none"
        )
        assert losses.dtype == gradient.dtype == np.float32


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        (([0.0], [0, 1]), {}, r"targets must have shape \(1,\), got \(2,\)"),
        (([0.0, 0.0], [0, 255]), {}, r"targets must lie between 0 and 1, got targets\[1\] = 255"),
        (([0.0, 0.0], [0, np.nan]), {}, r"targets must lie between 0 and 1, got targets\[1\] = nan"),
        (([0.0, 0.0], [0, 1]), {"weight": [1, 2, 3]}, r"weight must broadcast to shape \(2,\), got \(3,\)"),
        (([0.0, 0.0], [0, 1]), {"pos_weight": np.ones((2, 2))}, "pos_weight must broadcast to shape"),
        (([0.0], [0]), {"reduction": "avg"}, "reduction must be one of"),
    ],
)
def test_bad_arguments(arguments, options, message):
    with pytest.raises(ValueError, match=message):
        binary_cross_entropy_with_logits(*arguments, **options)


def test_scores_must_be_probabilities():
    with pytest.raises(ValueError, match=r"scores must lie between 0 and 1, got scores\[1\] = 2\.0"):
        binary_cross_entropy([0.5, 2.0], [0, 1])
