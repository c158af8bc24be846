import math
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes

from scratchcv.losses import (
    balance_weights,
    balanced_cross_entropy,
    binary_cross_entropy_with_logits,
    cross_entropy,
    inverse_frequency_weights,
    sigmoid_focal_loss,
)
from scratchcv.testing import assert_close, check_loss


def test_positives_have_alpha_and_negatives_the_rest():
    # Lecture S4, lines 605-609, which prints one α for both.
    losses, gradient = balanced_cross_entropy(np.log([3.0, 3.0]), [1, 0], alpha=0.25, reduction="none")
    assert_close(losses, [0.25 * math.log(4 / 3), 0.75 * math.log(4)])
    assert_close(gradient, [-0.25 * 0.25, 0.75 * 0.75])


def test_by_default_the_rare_yes_weighs_more():
    # One anchor in four is an object, and weighs as much as the three others.
    _, gradient = balanced_cross_entropy(np.zeros(4), [1, 0, 0, 0], reduction="sum")
    assert gradient.tolist() == [-0.375, 0.125, 0.125, 0.125]
    assert gradient.sum() == 0


def test_one_alpha_for_both_would_balance_nothing():
    x, t = np.array([2.0, -1.0, 0.5]), np.array([1, 0, 0])
    plain = binary_cross_entropy_with_logits(x, t, reduction="none")[0]
    halved = balanced_cross_entropy(x, t, alpha=0.5, reduction="none")[0]
    assert_close(halved / plain, np.full(3, 0.5))
    quarter = balanced_cross_entropy(x, t, alpha=0.25, reduction="none")[0]
    assert_close(quarter / plain, [0.25, 0.75, 0.75])


def test_swapping_yes_and_no_swaps_the_weights():
    x, t = np.array([2.0, -1.0, 0.5]), np.array([1, 0, 1])
    loss, gradient = balanced_cross_entropy(x, t, alpha=0.3)
    swapped, minus = balanced_cross_entropy(-x, 1 - t, alpha=0.7)
    assert_close(loss, swapped)
    assert_close(gradient, -minus)


def test_inverse_frequencies_give_all_classes_the_same_weight():
    labels = np.array([[0, 0, 0, 1], [3, 3, -100, 0]])
    weights = inverse_frequency_weights(labels, 5)
    assert_close(weights, [7 / 12, 7 / 3, 0, 7 / 6, 0])
    counts = np.array([4, 1, 0, 2, 0])
    assert_close(weights * counts, np.array([7, 7, 0, 7, 0]) / 3)


def test_inverse_frequencies_as_the_w_of_weighted_cross_entropy():
    # Lecture S1, lines 1421-1426: -Σ w_c log p. Equal logits: each class costs log 2 on average.
    labels = np.array([0, 0, 0, 1])
    weight = inverse_frequency_weights(labels, 2)
    losses, gradient = cross_entropy(np.zeros((4, 2)), labels, weight=weight, reduction="none")
    assert_close(losses, math.log(2) * np.array([2 / 3, 2 / 3, 2 / 3, 2]))
    assert_close(gradient.sum(axis=0), [0, 0])  # three and one, but they pull equally


def test_inverse_frequencies_of_nothing():
    assert inverse_frequency_weights(np.zeros((0, 4), int), 2).tolist() == [0, 0]
    assert inverse_frequency_weights([9, 9], 2, ignore_index=9).tolist() == [0, 0]


@pytest.mark.parametrize("seed", range(20))
def test_gradient(seed):
    rng = np.random.default_rng(seed)
    shape = tuple(rng.integers(1, 5, rng.integers(1, 5)))
    options = {"alpha": rng.random(), "reduction": ["none", "mean", "sum"][seed % 3]}
    logits, targets = 3 * rng.standard_normal(shape), rng.integers(0, 2, shape)
    report = check_loss(partial(balanced_cross_entropy, **options), logits, targets, max_entries=20)
    assert report.worst < 1e-7


@settings(deadline=None, max_examples=25)
@given(st.lists(st.integers(0, 5), min_size=1, max_size=30))
def test_weights_of_the_labels_average_to_one(labels):
    weights = inverse_frequency_weights(labels, 6)
    assert_close(float(weights[labels].mean()), 1.0)


def test_ten_thousand_does_not_overflow():
    loss, gradient = balanced_cross_entropy([1e4, -1e4, 1e4, -1e4], [1, 0, 0, 1], reduction="none")
    assert loss.tolist() == [0, 0, 2500, 7500]
    assert gradient.tolist() == [0, 0, 0.25, -0.75]


def test_nothing_and_all_background():
    assert balanced_cross_entropy(np.zeros((0, 3)), np.zeros((0, 3)))[0] == 0.0
    loss, gradient = balanced_cross_entropy(np.zeros(3, np.float32), np.zeros(3), alpha=1)
    assert loss == 0.0
    assert gradient.tolist() == [0, 0, 0]
    assert gradient.dtype == np.float32


def test_bad_arguments():
    for alpha in (-1, 1.5, float("nan")):
        with pytest.raises(ValueError, match="alpha must lie between 0 and 1, got"):
            balance_weights([0, 1], alpha)
    with pytest.raises(ValueError, match=r"targets must have shape \(1,\), got \(2,\)"):
        balanced_cross_entropy([0.0], [0, 1])
    with pytest.raises(ValueError, match=r"labels must lie in 0…1 or be -100, got labels\[0\] = 2"):
        inverse_frequency_weights([2], 2)
    with pytest.raises(TypeError, match="labels must be integers, got float64"):
        inverse_frequency_weights([0.5], 2)


def test_weights_of_what_is_no_label():
    with pytest.raises(ValueError, match=r"targets must lie between 0 and 1, got targets\[1\] = 7"):
        balance_weights([1, 7], 0.25)


@settings(deadline=None, max_examples=25)
@given(array_shapes(max_dims=4, max_side=4), st.floats(0, 1), st.integers(0, 2**32 - 1))
def test_it_is_the_focal_loss_that_does_not_focus(shape, alpha, seed):
    rng = np.random.default_rng(seed)
    logits, targets = 5 * rng.standard_normal(shape), rng.integers(0, 2, shape)
    found = balanced_cross_entropy(logits, targets, alpha=alpha, reduction="none")
    for ours, wanted in zip(found, sigmoid_focal_loss(logits, targets, alpha=alpha, gamma=0), strict=True):
        assert_close(ours, wanted, atol=1e-15)
