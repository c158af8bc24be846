import math
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scratchcv.losses import fast_rcnn_loss
from scratchcv.testing import assert_close, check_loss


def random_case(seed, specific=False, fraction=0.5):
    rng = np.random.default_rng(seed)
    regions, classes = rng.integers((1, 2), (9, 6))
    labels = rng.integers(1, classes, regions) * (rng.random(regions) < fraction)
    deltas = 2 * rng.standard_normal((regions, 4 * classes if specific else 4))
    return (
        2 * rng.standard_normal((regions, classes)), deltas, labels, 2 * rng.standard_normal((regions, 4))
    )  # fmt: skip


def test_by_hand():
    # Lecture S1, lines 688-705. One object (smooth L1 of 2 and .5: 1.5 + .125), one background; p = 1/3.
    target = np.array([[2, 0.5, 0, 0], [9, 9, 9, 9]])
    losses, (dlogits, ddeltas) = fast_rcnn_loss(np.zeros((2, 3)), np.zeros((2, 4)), [2, 0], target, balance=3)
    assert_close(losses["classification"], math.log(3))
    assert_close(losses["box"], 3 * 1.625 / 2)
    assert_close(6 * dlogits, [[1, 1, -2], [-2, 1, 1]])
    assert ddeltas.tolist() == [[-1.5, -0.75, 0, 0], [0, 0, 0, 0]]


def test_background_has_no_box_loss_and_no_box_gradient():
    # [u >= 1]
    logits, deltas, labels, target = random_case(0)
    losses, (dlogits, ddeltas) = fast_rcnn_loss(
        logits, deltas, np.zeros_like(labels), np.full_like(target, np.nan)
    )
    assert losses["box"] == 0.0
    assert not ddeltas.any()
    assert dlogits.any()


def test_only_the_true_class_has_its_deltas_trained():
    deltas = np.zeros((2, 12))
    deltas[0, 4:8] = 5  # what class 1 would say
    losses, (_, ddeltas) = fast_rcnn_loss(np.zeros((2, 3)), deltas, [2, 0], np.ones((2, 4)))
    assert losses["box"] == 4 * 0.5 / 2
    assert ddeltas.tolist() == [[0] * 8 + [-0.5] * 4, [0] * 12]


def test_class_specific_deltas_of_the_true_class_are_all_that_counts():
    logits, deltas, labels, target = random_case(4, specific=True)
    chosen = deltas.reshape(len(deltas), -1, 4)[np.arange(len(labels)), labels]
    specific, (_, dspecific) = fast_rcnn_loss(logits, deltas, labels, target)
    shared, (_, dshared) = fast_rcnn_loss(logits, chosen, labels, target)
    assert specific == shared
    assert_close(dspecific.reshape(len(deltas), -1, 4).sum(axis=1), dshared)


def test_beta_one_ninth_is_nearly_the_l1_distance():
    target = np.array([[1.0, 1, 1, 1]])
    loss = fast_rcnn_loss(np.zeros((1, 2)), np.zeros((1, 4)), [1], target, beta=1 / 9)[0]["box"]
    assert_close(loss, 4 * (1 - 1 / 18))


@pytest.mark.parametrize("seed", range(24))
def test_gradient(seed):
    options = {"balance": [1, 0.3, 2][seed % 3], "beta": [1, 1 / 9][seed // 3 % 2]}
    case = random_case(seed, specific=bool(seed % 2), fraction=[0.5, 1, 0][seed % 3])
    check_loss(partial(fast_rcnn_loss, **options), *case, max_entries=20)


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 2**32 - 1), st.booleans(), st.sampled_from([0.0, 0.3, 1.0]))
def test_exactly_the_objects_move_boxes(seed, specific, fraction):
    logits, deltas, labels, target = random_case(seed, specific, fraction)
    losses, (dlogits, ddeltas) = fast_rcnn_loss(logits, deltas, labels, target)
    assert (ddeltas.any(axis=1) == (labels > 0)).all()
    assert_close(dlogits.sum(axis=1), np.zeros(len(labels)))
    assert min(losses.values()) >= 0


@pytest.mark.parametrize("columns", [4, 12])
def test_no_regions(columns):
    losses, gradients = fast_rcnn_loss(np.zeros((0, 3)), np.zeros((0, columns)), [], np.zeros((0, 4)))
    assert losses == {"classification": 0.0, "box": 0.0}
    assert [gradient.shape for gradient in gradients] == [(0, 3), (0, columns)]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_ten_thousand_does_not_overflow(dtype):
    logits, deltas = np.array([[1e4, -1e4]], dtype), np.full((1, 4), -1e4, dtype)
    losses, (dlogits, ddeltas) = fast_rcnn_loss(logits, deltas, [1], np.zeros((1, 4)))
    assert losses == {"classification": 2e4, "box": 4 * (1e4 - 0.5)}
    assert (dlogits.tolist(), ddeltas.tolist()) == ([[1, -1]], [[-1] * 4])
    assert dlogits.dtype == ddeltas.dtype == dtype


@pytest.mark.parametrize(
    ("position", "value", "error", "message"),
    [
        (0, np.zeros(3), ValueError, r"logits must have shape \(R, K \+ 1\), got \(3,\)"),
        (1, np.zeros((2, 8)), ValueError, r"deltas must have shape \(2, 12\), got \(2, 8\)"),
        (2, [0], ValueError, r"labels must have shape \(2,\), got \(1,\)"),
        (2, [0, 3], ValueError, r"labels must lie in 0…2, got labels\[1\] = 3"),
        (2, [0, -100], ValueError, r"labels must lie in 0…2, got labels\[1\] = -100"),
        (2, [0.0, 1.0], TypeError, "labels must be integers, got float64"),
        (3, np.zeros((2, 12)), ValueError, r"target_deltas must have shape \(2, 4\), got \(2, 12\)"),
    ],
)
def test_bad_arguments(position, value, error, message):
    case = [np.zeros((2, 3)), np.zeros((2, 4)), [0, 1], np.zeros((2, 4))]
    case[position] = value
    with pytest.raises(error, match=message):
        fast_rcnn_loss(*case)
