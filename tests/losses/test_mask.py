import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scratchcv.losses import maskrcnn_loss
from scratchcv.testing import assert_close, check_loss


def random_case(seed, regions=3, classes=4, size=5):
    rng = np.random.default_rng(seed)
    return (
        2 * rng.standard_normal((regions, classes, size, size)),
        rng.integers(0, classes, regions),
        (rng.random((regions, size, size)) < 0.5).astype(float),
    )


def test_by_hand():
    logits = np.zeros((1, 3, 1, 2))
    logits[0, 2] = math.log(3), -math.log(3)  # scores 3/4 and 1/4
    loss, dlogits = maskrcnn_loss(logits, [2], [[[1, 1]]])
    assert_close(loss, -(math.log(0.75) + math.log(0.25)) / 2)
    assert_close(dlogits, [[[[0, 0]], [[0, 0]], [[-0.125, -0.375]]]])


def test_the_chair_and_the_person_of_one_image_are_asked_for_different_masks():
    # S0 824-850: the target is the mask of the box's own class.
    chair, person = np.array([[1.0, 0], [1, 1]]), np.array([[0.0, 1], [0, 0]])
    logits = np.where(np.stack([chair, person]), 50.0, -50.0)
    both = np.broadcast_to(logits, (2, 2, 2, 2))
    assert maskrcnn_loss(both, [0, 1], [chair, person])[0] < 1e-20
    assert_close(maskrcnn_loss(both, [0, 1], [person, chair])[0], 50.0)


def test_the_loss_is_only_on_the_true_class():
    logits, labels, targets = random_case(0)
    loss, dlogits = maskrcnn_loss(logits, labels, targets)
    own = labels[:, None] == np.arange(4)
    assert (dlogits.any(axis=(2, 3)) == own).all()
    other = np.where(own[:, :, None, None], logits, 1e4)
    assert maskrcnn_loss(other, labels, targets)[0] == loss


def test_gradient():
    for seed in range(20):
        rng = np.random.default_rng(seed)
        case = random_case(seed, *rng.integers(1, 5, 3).tolist())
        assert check_loss(maskrcnn_loss, *case, max_entries=24, seed=seed).worst < 1e-6


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 2**32 - 1), st.integers(1, 4), st.integers(1, 4), st.integers(1, 5))
def test_it_is_the_mean_over_regions(seed, regions, classes, size):
    logits, labels, targets = random_case(seed, regions, classes, size)
    loss, dlogits = maskrcnn_loss(logits, labels, targets)
    alone = [maskrcnn_loss(logits[r : r + 1], labels[r : r + 1], targets[r : r + 1]) for r in range(regions)]
    assert_close(loss, sum(one for one, _ in alone) / regions)
    assert_close(dlogits, np.concatenate([gradient for _, gradient in alone]) / regions)


@pytest.mark.parametrize("shape", [(0, 3, 28, 28), (0, 0, 0, 0), (2, 3, 0, 0)])
def test_nothing(shape):
    labels = np.ones(shape[0], int)
    loss, dlogits = maskrcnn_loss(np.zeros(shape), labels, np.zeros((shape[0], *shape[2:])))
    assert loss == 0.0
    assert dlogits.shape == shape
    assert maskrcnn_loss(np.zeros((0, 3, 2, 2)), [], np.zeros((0, 2, 2)))[0] == 0.0


def test_an_all_background_target():
    loss, dlogits = maskrcnn_loss(np.full((1, 2, 3, 3), -1e4), [1], np.zeros((1, 3, 3)))
    assert loss == 0.0
    assert not dlogits.any()


def test_ten_thousand_does_not_overflow():
    loss, dlogits = maskrcnn_loss(np.array([[[[1e4, -1e4]]]], np.float32), [0], [[[0, 1]]])
    assert loss == 1e4
    assert dlogits.tolist() == [[[[0.5, -0.5]]]]
    assert dlogits.dtype == np.float32


@pytest.mark.parametrize(
    ("position", "value", "error", "message"),
    [
        (
            0,
            np.zeros((3, 5, 5)),
            ValueError,
            r"mask_logits must have shape \(R, K \+ 1, m, m\), got \(3, 5, 5\)",
        ),
        (1, [0, 1], ValueError, r"labels must have shape \(3,\), got \(2,\)"),
        (1, [0, 1, 4], ValueError, r"labels must lie in 0…3, got labels\[2\] = 4"),
        (1, [0.0, 1, 2], TypeError, "labels must be integers, got float64"),
        (2, np.zeros((3, 4, 5)), ValueError, r"mask_targets must have shape \(3, 5, 5\), got \(3, 4, 5\)"),
    ],
)
def test_bad_arguments(position, value, error, message):
    case = list(random_case(0))
    case[position] = value
    with pytest.raises(error, match=message):
        maskrcnn_loss(*case)
