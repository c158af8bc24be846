import math
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scratchcv.losses import multibox_loss
from scratchcv.testing import assert_close, check_loss


def random_case(seed=0, images=3, anchors=30, classes=4, fraction=0.15):
    rng = np.random.default_rng(seed)
    labels = rng.integers(1, max(classes, 2), (images, anchors)) * (rng.random((images, anchors)) < fraction)
    logits = 2 * rng.standard_normal((images, anchors, classes))
    deltas, targets = 2 * rng.standard_normal((2, images, anchors, 4))
    return logits, deltas, labels, targets


def test_by_hand():
    # Two positives of eight boxes, all logits equal: each of 2 + 6 boxes costs log 2, divided by 2 positives.
    labels = np.array([[1, 0, 0, 1, 0, 0, 0, 0]])
    targets = np.zeros((1, 8, 4))
    targets[0, 0] = [2, 0.5, 0, 0]  # smooth L1: 1.5 + 0.125
    targets[0, 1] = 100  # of a negative: never looked at
    losses, (dlogits, ddeltas) = multibox_loss(np.zeros((1, 8, 2)), np.zeros((1, 8, 4)), labels, targets)
    assert_close(losses["classification"], 4 * math.log(2))
    assert_close(losses["box"], 1.625 / 2)
    assert_close(dlogits[0, 0], [0.25, -0.25])
    assert_close(dlogits[0, 1], [-0.25, 0.25])
    assert_close(ddeltas[0, 0], [-0.5, -0.25, 0, 0])
    assert not ddeltas[0, 1:].any()


def test_alpha_weighs_the_box_loss_and_its_gradient():
    case = random_case()
    losses, (dlogits, ddeltas) = multibox_loss(*case)
    losses3, (dlogits3, ddeltas3) = multibox_loss(*case, alpha=3.0)
    assert_close(losses3["box"], 3 * losses["box"])
    assert_close(ddeltas3, 3 * ddeltas)
    assert losses3["classification"] == losses["classification"]
    assert_close(dlogits3, dlogits)


@pytest.mark.parametrize("seed", range(24))
def test_gradient(seed):
    options = [{}, {"alpha": 2.5}, {"neg_pos_ratio": 1.0}, {"neg_pos_ratio": 0.0}][seed % 4]
    sizes = np.random.default_rng(seed).integers((1, 1, 1), (4, 20, 5)).tolist()
    case = random_case(seed, *sizes, fraction=[0.15, 0, 1][seed % 3] if sizes[2] > 1 else 0)
    check_loss(partial(multibox_loss, **options), *case, max_entries=24)


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**32 - 1), st.sampled_from([0.02, 0.1, 0.5]), st.sampled_from([0.0, 1.0, 3.0]))
def test_three_negatives_a_positive_and_no_gradient_for_the_rest(seed, fraction, ratio):
    logits, deltas, labels, targets = random_case(seed, fraction=fraction)
    _, (dlogits, ddeltas) = multibox_loss(logits, deltas, labels, targets, neg_pos_ratio=ratio)
    positive, moved = labels > 0, dlogits.any(axis=2)
    assert moved[positive].all()
    mined = (moved & ~positive).sum(axis=1)
    assert mined.tolist() == np.minimum(ratio * positive.sum(axis=1), (~positive).sum(axis=1)).tolist()
    assert (ddeltas.any(axis=2) == positive).all()


def test_the_mined_are_those_that_look_least_like_background():
    logits = np.zeros((1, 6, 2))
    logits[0, :, 1] = [0, 5, -5, 3, 1, -1]
    _, (dlogits, _) = multibox_loss(logits, np.zeros((1, 6, 4)), [[1, 0, 0, 0, 0, 0]], np.zeros((1, 6, 4)))
    assert dlogits[0].any(axis=1).tolist() == [True, True, False, True, True, False]


def test_no_objects_cost_nothing():
    logits, deltas, labels, targets = random_case()
    losses, (dlogits, ddeltas) = multibox_loss(logits, deltas, np.zeros_like(labels), targets)
    assert losses == {"classification": 0.0, "box": 0.0}
    assert not dlogits.any()
    assert not ddeltas.any()


def test_targets_of_negatives_may_be_nan():
    logits, deltas, labels, targets = random_case()
    wanted = multibox_loss(logits, deltas, labels, targets)[0]
    assert (
        multibox_loss(logits, deltas, labels, np.where((labels > 0)[..., None], targets, np.nan))[0] == wanted
    )


@pytest.mark.parametrize("shape", [(0, 30), (2, 0)])
def test_no_images_or_no_boxes(shape):
    losses, gradients = multibox_loss(np.zeros((*shape, 3)), np.zeros((*shape, 4)), np.zeros(shape, int),
                                      np.zeros((*shape, 4)))  # fmt: skip
    assert losses == {"classification": 0.0, "box": 0.0}
    assert [gradient.shape for gradient in gradients] == [(*shape, 3), (*shape, 4)]


def test_float32_stays_and_losses_are_python_floats():
    logits, deltas, labels, targets = random_case()
    losses, gradients = multibox_loss(
        logits.astype(np.float32), deltas.astype(np.float32), labels, targets, alpha=np.float64(2)
    )
    assert {type(loss) for loss in losses.values()} == {float}
    assert [gradient.dtype for gradient in gradients] == [np.float32, np.float32]


@pytest.mark.parametrize(
    ("position", "value", "error", "message"),
    [
        (0, np.zeros((30, 4)), ValueError, r"logits must have shape \(N, A, K \+ 1\), got \(30, 4\)"),
        (0, np.zeros((3, 30, 0)), ValueError, r"logits must have shape"),
        (1, np.zeros((3, 30, 5)), ValueError, r"deltas must have shape \(3, 30, 4\), got \(3, 30, 5\)"),
        (2, np.zeros((3, 29), int), ValueError, r"labels must have shape \(3, 30\), got \(3, 29\)"),
        (2, np.full((3, 30), 4), ValueError, r"labels must lie in 0…3, got labels\[0, 0\] = 4"),
        (2, np.full((3, 30), -1), ValueError, r"got labels\[0, 0\] = -1"),
        (2, np.zeros((3, 30)), TypeError, "labels must be integers, got float64"),
        (3, np.zeros((3, 4)), ValueError, r"target_deltas must have shape \(3, 30, 4\), got \(3, 4\)"),
    ],
)
def test_bad_arguments(position, value, error, message):
    case = list(random_case())
    case[position] = value
    with pytest.raises(error, match=message):
        multibox_loss(*case)
