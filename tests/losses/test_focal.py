import math
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes

from scratchcv.losses import (
    balanced_cross_entropy,
    binary_cross_entropy_with_logits,
    cross_entropy,
    focus,
    sigmoid_focal_loss,
    softmax_focal_loss,
)
from scratchcv.testing import assert_close, check_loss

P = np.array([0.1, 0.3, 0.5, 0.6, 0.9])
TABLE = {
    0: [2.3026, 1.2040, 0.6931, 0.5108, 0.1054],
    2: [1.8651, 0.5899, 0.1733, 0.0817, 0.00105],
    5: [1.3597, 0.2024, 0.0217, 0.0052, 0.000001],
}


@pytest.mark.parametrize("gamma", [0, 0.5, 1, 2, 5])  # those of the figure
def test_the_lecture_formula(gamma):
    # Lectures S1, lines 1429-1433, and S4, lines 580-630: -(1-p)^γ log p, in all forms.
    wanted = -((1 - P) ** gamma) * np.log(P)
    if gamma in TABLE:
        assert (abs(wanted - TABLE[gamma]) <= 0.5e-4).all()
    logits = np.log(P / (1 - P))
    options = {"gamma": gamma, "reduction": "none"}
    assert_close(sigmoid_focal_loss(logits, np.ones(5), alpha=-1, **options)[0], wanted)
    assert_close(sigmoid_focal_loss(-logits, np.zeros(5), alpha=-1, **options)[0], wanted)
    two_classes = np.log(np.stack([P, 1 - P], axis=1))
    assert_close(softmax_focal_loss(two_classes, np.zeros(5, int), **options)[0], wanted)


def test_how_much_less_easy_and_hard_elements_cost():
    entropies = -np.log([0.9, 0.1])
    assert_close(focus(entropies, 2)[0][0] / entropies[0], 0.01)  # 100 times less at p = .9
    assert_close(focus(entropies, 5)[0][1] / entropies[1], 0.9**5)
    assert round(0.9**5, 2) == 0.59


def test_gamma_zero_is_cross_entropy():
    rng = np.random.default_rng(0)
    logits, labels = 3 * rng.standard_normal((6, 4, 2)), rng.integers(0, 4, (6, 2))
    labels[2, 1] = -100
    weight = rng.uniform(0.1, 2, 4)
    for reduction in ("none", "mean", "sum"):
        options = {"weight": weight, "reduction": reduction}
        for found, wanted in zip(
            softmax_focal_loss(logits, labels, gamma=0, **options), cross_entropy(logits, labels, **options),
            strict=True,
        ):  # fmt: skip
            assert_close(found, wanted)
        for found, wanted in zip(
            sigmoid_focal_loss(logits, logits > 1, gamma=0, reduction=reduction),
            balanced_cross_entropy(logits, logits > 1, alpha=0.25, reduction=reduction),
            strict=True,
        ):
            assert_close(found, wanted)


def test_two_forms_are_one_for_two_classes():
    rng = np.random.default_rng(1)
    x, labels = 3 * rng.standard_normal(9), rng.integers(0, 2, 9)
    loss, gradient = sigmoid_focal_loss(x, labels, alpha=0.3, gamma=1.5, reduction="none")
    options = {"weight": [0.7, 0.3], "gamma": 1.5, "reduction": "none"}
    other, dlogits = softmax_focal_loss(np.stack([np.zeros(9), x], axis=1), labels, **options)
    assert_close(loss, other)
    assert_close(gradient, dlogits[:, 1])


def test_a_hundred_thousand_easy_negatives_no_longer_outweigh_ten_hard_positives():
    # Lecture S4, lines 542-570.
    logits = np.concatenate([np.full(100_000, -math.log(99)), np.full(10, -math.log(9))])  # p = .01 and .1
    targets = np.arange(100_010) >= 100_000
    easy, hard = np.split(binary_cross_entropy_with_logits(logits, targets, reduction="none")[0], [100_000])
    assert easy.sum() > 40 * hard.sum()
    easy, hard = np.split(sigmoid_focal_loss(logits, targets)[0], [100_000])
    assert hard.sum() > 40 * easy.sum()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("gamma", [0, 0.5, 1, 2, 5])
def test_ten_thousand_does_not_overflow(dtype, gamma):
    x = np.array([1e4, -1e4, 1e4, -1e4], dtype)
    loss, gradient = sigmoid_focal_loss(x, [1, 0, 0, 1], gamma=gamma)
    assert loss.tolist() == [0, 0, 7500, 2500]
    assert gradient.tolist() == [0, 0, 0.75, -0.25]
    logits = np.stack([x, -x], axis=1)
    loss, gradient = softmax_focal_loss(logits, [0, 1, 1, 0], gamma=gamma, reduction="none")
    assert loss.tolist() == [0, 0, 2e4, 2e4]
    assert gradient.tolist() == [[0, 0], [0, 0], [1, -1], [-1, 1]]
    assert loss.dtype == gradient.dtype == dtype


def test_what_is_easy_keeps_all_digits():
    # At x = 30, 1 - p = 9.4e-14 has three digits if it is subtracted from 1.
    loss, gradient = sigmoid_focal_loss([30.0], [1], alpha=-1)
    tail = math.exp(-30)
    assert_close(loss, [tail**3], rtol=1e-12, atol=0)
    assert_close(gradient, [-3 * tail**3], rtol=1e-12, atol=0)


@pytest.mark.parametrize("seed", range(24))
def test_gradient(seed):
    rng = np.random.default_rng(seed)
    shape = tuple(rng.integers(1, 5, rng.integers(1, 5)))
    options = {"gamma": [0, 0.5, 1, 2, 5, 3.3][seed % 6], "reduction": ["none", "mean", "sum"][seed % 3]}
    logits, targets = 2 * rng.standard_normal(shape), rng.integers(0, 2, shape)
    alpha = [-1, 0.25, 0.8, 1][seed % 4]
    check_loss(partial(sigmoid_focal_loss, alpha=alpha, **options), logits, targets, max_entries=20)

    classes = int(rng.integers(1, 5))
    logits = 2 * rng.standard_normal((shape[0], classes, *shape[1:]))
    labels = np.where(rng.random(shape) < 0.2, -100, rng.integers(0, classes, shape))
    weight = rng.uniform(0, 2, classes) if seed % 2 else None
    check_loss(partial(softmax_focal_loss, weight=weight, **options), logits, labels, max_entries=20)


@settings(deadline=None, max_examples=25)
@given(array_shapes(max_dims=4, max_side=4), st.floats(0, 6), st.integers(0, 2**32 - 1))
def test_it_never_exceeds_cross_entropy(shape, gamma, seed):
    rng = np.random.default_rng(seed)
    x, t = 5 * rng.standard_normal(shape), rng.integers(0, 2, shape)
    focal, _ = sigmoid_focal_loss(x, t, alpha=-1, gamma=gamma)
    entropy, _ = binary_cross_entropy_with_logits(x, t, reduction="none")
    assert focal.shape == shape
    assert ((focal >= 0) & (focal <= entropy)).all()


@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_nothing_costs_nothing(reduction):
    loss, gradient = sigmoid_focal_loss(np.zeros((0, 4)), np.zeros((0, 4)), reduction=reduction)
    assert (loss, gradient.shape) == (0.0, (0, 4))
    loss, gradient = softmax_focal_loss(np.zeros((0, 4)), [], reduction=reduction)
    assert (loss, gradient.shape) == (0.0, (0, 4))
    loss, gradient = softmax_focal_loss(np.zeros((0, 4)), [], weight=np.ones(4), reduction=reduction)
    assert (loss, gradient.shape) == (0.0, (0, 4))
    loss, gradient = softmax_focal_loss(np.ones((2, 4)), [-100, -100], reduction=reduction)
    assert loss == 0.0
    assert not gradient.any()


def test_float32_stays_whatever_the_options_are():
    x, two, some = np.zeros((2, 2), np.float32), np.float64(2), np.float64(0.3)
    for loss, gradient in (
        sigmoid_focal_loss(x, x, gamma=two, alpha=some),
        softmax_focal_loss(x, [0, 1], gamma=two, weight=[1.0, 2.0], reduction="none"),
    ):
        assert loss.dtype == gradient.dtype == np.float32


def test_bad_arguments():
    with pytest.raises(ValueError, match="targets must be 0 or 1"):
        sigmoid_focal_loss([0.0], [0.5])
    with pytest.raises(ValueError, match=r"targets must have shape \(2,\), got \(1,\)"):
        sigmoid_focal_loss([0.0, 0.0], [1])
    for alpha in (-0.5, 2):
        with pytest.raises(ValueError, match="alpha must lie between 0 and 1, got"):
            sigmoid_focal_loss([0.0], [1], alpha=alpha)
    for gamma in (-1, float("nan")):
        with pytest.raises(ValueError, match="gamma must be 0 or more, got"):
            sigmoid_focal_loss([0.0], [1], gamma=gamma)
    with pytest.raises(ValueError, match=r"labels must lie in 0…1 or be -100, got labels\[0\] = 2"):
        softmax_focal_loss([[0.0, 0.0]], [2])
    with pytest.raises(ValueError, match=r"weight must have shape \(2,\), got \(3,\)"):
        softmax_focal_loss([[0.0, 0.0]], [1], weight=[1, 2, 3])
    with pytest.raises(ValueError, match="reduction must be one of"):
        softmax_focal_loss([[0.0, 0.0]], [1], reduction="avg")


def test_focus_takes_lists():
    losses, dentropies = focus([0.0, 1e4], 2)
    assert (losses.tolist(), dentropies.tolist()) == ([0, 1e4], [0, 1])


@settings(deadline=None, max_examples=25)
@given(st.lists(st.integers(1, 4), min_size=1, max_size=3), st.floats(0, 6), st.integers(0, 2**32 - 1))
def test_a_softmax_of_two_classes_is_a_sigmoid(shape, gamma, seed):
    rng = np.random.default_rng(seed)
    x, t = 3 * rng.standard_normal(shape), rng.integers(0, 2, shape)
    both = np.stack([np.zeros(shape), x], axis=1)
    losses, dboth = softmax_focal_loss(both, t, gamma=gamma, reduction="none")
    wanted, dx = sigmoid_focal_loss(x, t, alpha=-1, gamma=gamma)
    assert_close(losses, wanted, rtol=1e-9, atol=1e-13)
    assert_close(dboth, np.stack([-dx, dx], axis=1), rtol=1e-9, atol=1e-13)
