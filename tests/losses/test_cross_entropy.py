import math
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scratchcv.losses import cross_entropy
from scratchcv.testing import assert_close, check_loss


def test_by_hand():
    # p = (1/2, 1/4, 1/4): -log 1/4 = 2 log 2, and the gradient is p minus the one-hot truth.
    loss, gradient = cross_entropy(np.log([[2.0, 1.0, 1.0]]), [2])
    assert_close(loss, 2 * math.log(2))
    assert_close(gradient, [[0.5, 0.25, -0.75]])


def test_smoothed_labels_by_hand():
    # Of the truth (1, 0, 0) a fifth goes to all three: (13/15, 1/15, 1/15).
    loss, gradient = cross_entropy(np.log([[2.0, 1.0, 1.0]]), [0], label_smoothing=0.2)
    assert_close(loss, (13 / 15 + 4 / 15) * math.log(2))
    assert_close(gradient, [[1 / 2 - 13 / 15, 1 / 4 - 1 / 15, 1 / 4 - 1 / 15]])


def test_pixel_weights_by_hand():
    losses, gradient = cross_entropy(
        np.zeros((1, 2, 3)), [[0, 1, 0]], pixel_weight=[[1.0, 3.0, 0.0]], reduction="none"
    )
    assert_close(losses, [[math.log(2), 3 * math.log(2), 0]])
    assert_close(gradient, [[[-0.5, 1.5, 0], [0.5, -1.5, 0]]])


def test_the_mean_divides_by_the_weights_of_pixels_and_classes():
    logits, labels = np.random.default_rng(0).standard_normal((2, 3, 4)), [[0, 1, 2, 0], [1, -100, 2, 2]]
    weight, pixels = np.array([1.0, 2.0, 0.5]), np.arange(8.0).reshape(2, 4)
    losses, _ = cross_entropy(logits, labels, weight=weight, pixel_weight=pixels, reduction="none")
    plain, _ = cross_entropy(logits, labels, reduction="none")
    products = pixels * weight[np.maximum(labels, 0)] * (np.array(labels) >= 0)
    assert_close(losses, products * plain)
    mean, _ = cross_entropy(logits, labels, weight=weight, pixel_weight=pixels)
    assert_close(mean, losses.sum() / products.sum())


def test_equal_weights_change_nothing():
    logits, labels = np.random.default_rng(0).standard_normal((2, 3, 4)), [[0, 1, 2, 0], [1, 1, 2, 2]]
    for ours, wanted in zip(
        cross_entropy(logits, labels, pixel_weight=np.full((2, 4), 7.0)),
        cross_entropy(logits, labels),
        strict=True,
    ):
        assert_close(ours, wanted)


def test_equal_logits_cost_log_k():
    assert_close(cross_entropy(np.zeros((3, 21)), [0, 5, 20])[0], math.log(21))


@settings(deadline=None, max_examples=40)
@given(
    st.integers(0, 2**32 - 1),
    st.lists(st.integers(1, 4), min_size=1, max_size=3),
    st.sampled_from([1e-3, 1.0, 1e4]),
    st.sampled_from([0.0, 0.1]),
)
def test_a_constant_more_changes_nothing_and_the_classes_gradients_cancel(seed, shape, scale, smoothing):
    rng = np.random.default_rng(seed)
    logits, labels = scale * rng.standard_normal((shape[0], 5, *shape[1:])), rng.integers(-1, 5, shape)
    call = partial(cross_entropy, ignore_index=-1, reduction="none", label_smoothing=smoothing)
    losses, gradient = call(logits, labels)
    shifted, same = call(logits + 1000, labels)
    assert_close(losses, shifted, rtol=1e-9, atol=1e-9)
    assert_close(gradient, same, rtol=1e-9, atol=1e-9)
    assert_close(gradient.sum(axis=1), np.zeros(shape), atol=1e-12)
    assert ((losses == 0) & ~gradient.any(axis=1))[labels == -1].all()
    assert (losses >= 0).all()


@pytest.mark.parametrize("reduction", ["none", "mean", "sum"])
@pytest.mark.parametrize("weight", [None, np.array([0.5, 2.0, 1.0, 0.0])])
@pytest.mark.parametrize("shape", [(5,), (2, 3, 4)])
def test_gradient(reduction, weight, shape):
    rng = np.random.default_rng(1)
    logits = 2 * rng.standard_normal((shape[0], 4, *shape[1:]))
    labels = rng.integers(0, 4, shape)
    labels.flat[1] = -100
    report = check_loss(partial(cross_entropy, weight=weight, reduction=reduction), logits, labels)
    assert report.worst < 1e-7
    assert report.skipped == 0


@pytest.mark.parametrize("reduction", ["none", "mean", "sum"])
@pytest.mark.parametrize("label_smoothing", [0.0, 0.1, 1.0])
def test_gradient_of_smoothed_labels_and_weighted_pixels(reduction, label_smoothing):
    for seed in range(20):
        rng = np.random.default_rng(seed)
        N, K, *size = rng.integers(1, 5, rng.integers(2, 5)).tolist()
        labels = np.where(rng.random((N, *size)) < 0.2, -100, rng.integers(0, K, (N, *size)))
        pixels = rng.uniform(0, 3, labels.shape)

        options = {
            "weight": rng.uniform(0.2, 2, K),
            "label_smoothing": label_smoothing,
            "reduction": reduction,
        }

        def loss(logits, labels, pixels, options=options):
            return cross_entropy(logits, labels, pixel_weight=pixels, **options)

        report = check_loss(loss, 2 * rng.standard_normal((N, K, *size)), labels, pixels, max_entries=8)
        assert report.worst < 1e-6


def test_ten_thousand_does_not_overflow():
    loss, gradient = cross_entropy([[1e4, -1e4], [1e4, -1e4]], [0, 1], reduction="none")
    assert loss.tolist() == [0.0, 2e4]
    assert gradient.tolist() == [[0.0, 0.0], [1.0, -1.0]]
    loss, gradient = cross_entropy([[1e4, -1e4]], [0], label_smoothing=0.5, reduction="none")
    assert loss.tolist() == [0.25 * 2e4]
    assert gradient.tolist() == [[0.25, -0.25]]


def test_a_shift_of_all_logits_changes_nothing():
    logits = np.random.default_rng(0).standard_normal((4, 3))
    for a, b in zip(
        cross_entropy(logits, [0, 1, 2, 0]), cross_entropy(logits + 100, [0, 1, 2, 0]), strict=True
    ):
        assert_close(a, b)


def test_ignored_elements_count_nowhere():
    logits = np.array([[1.0, 2.0], [np.nan, np.inf], [0.0, 3.0]])
    with np.errstate(invalid="ignore"):
        loss, gradient = cross_entropy(logits, [0, -100, 1])
    wanted, rows = cross_entropy(logits[[0, 2]], [0, 1])
    assert loss == wanted
    assert_close(gradient, [rows[0], [0, 0], rows[1]])


@pytest.mark.parametrize("labels", [[-100, -100], [7, 7]])
def test_all_ignored_is_zero_not_nan(labels):
    for smoothing in (0.0, 0.1):
        loss, gradient = cross_entropy(
            np.ones((2, 3)), labels, ignore_index=labels[0], label_smoothing=smoothing
        )
        assert loss == 0.0
        assert not gradient.any()


@pytest.mark.parametrize("shape", [(0, 3), (0, 3, 4), (2, 3, 0)])
@pytest.mark.parametrize("reduction", ["none", "mean", "sum"])
def test_nothing(shape, reduction):
    loss, gradient = cross_entropy(
        np.zeros(shape), np.zeros((shape[0], *shape[2:]), int), reduction=reduction
    )
    assert gradient.shape == shape
    assert loss.size == 0 if reduction == "none" else loss == 0.0


def test_an_empty_list_of_labels_is_no_error():
    assert cross_entropy(np.zeros((0, 3)), [])[0] == 0.0


def test_float32_stays_and_loss_is_a_python_float():
    loss, gradient = cross_entropy(np.ones((2, 3), np.float32), [0, 1], weight=np.ones(3))
    assert type(loss) is float
    assert gradient.dtype == np.float32
    assert cross_entropy(np.ones((2, 3), np.float32), [0, 1], reduction="none")[0].dtype == np.float32


@pytest.mark.parametrize("dtype", [np.uint8, np.int32, np.int64])
def test_any_integer_labels(dtype):
    assert cross_entropy(np.zeros((1, 2)), np.array([1], dtype))[0] == math.log(2)


@pytest.mark.parametrize(
    ("logits", "labels", "options", "error", "message"),
    [
        (np.zeros(3), [0], {}, ValueError, r"logits must have shape \(N, K, …\) with K > 0, got \(3,\)"),
        (np.zeros((2, 0)), [0, 0], {}, ValueError, r"with K > 0, got \(2, 0\)"),
        (np.zeros((2, 3)), [0], {}, ValueError, r"labels must have shape \(2,\), got \(1,\)"),
        (np.zeros((2, 3)), [0, 3], {}, ValueError, r"labels must lie in 0…2 or be -100, got labels\[1\] = 3"),
        (np.zeros((2, 3)), [-1, 0], {}, ValueError, r"labels\[0\] = -1"),
        (np.zeros((2, 3)), [0.0, 1.0], {}, TypeError, "labels must be integers, got float64"),
        (np.zeros((2, 3)), [True, False], {}, TypeError, "labels must be integers, got bool"),
        (
            np.zeros((2, 3)),
            [0, 1],
            {"weight": [1, 2]},
            ValueError,
            r"weight must have shape \(3,\), got \(2,\)",
        ),
        (
            np.zeros((2, 3)),
            [0, 1],
            {"pixel_weight": [1, 2, 3]},
            ValueError,
            r"pixel_weight must have shape \(2,\), got \(3,\)",
        ),
        (
            np.zeros((2, 3)),
            [0, 1],
            {"label_smoothing": 1.5},
            ValueError,
            "label_smoothing must lie between 0",
        ),
        (np.zeros((2, 3)), [0, 1], {"reduction": "avg"}, ValueError, "reduction must be one of"),
    ],
)
def test_bad_arguments(logits, labels, options, error, message):
    with pytest.raises(error, match=message):
        cross_entropy(logits, labels, **options)
