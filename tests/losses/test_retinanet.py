import math
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scratchcv.boxes import IGNORE
from scratchcv.losses import l1_loss, retinanet_loss, sigmoid_focal_loss
from scratchcv.testing import assert_close, check_loss


def random_case(seed, objects=0.4, background_column=False):
    rng = np.random.default_rng(seed)
    images, anchors, classes = rng.integers(1, (4, 8, 5)).tolist()
    labels = rng.integers(1, classes + 1, (images, anchors)) * (rng.random((images, anchors)) < objects)
    labels[rng.random(labels.shape) < 0.3] = IGNORE
    logits = 2 * rng.standard_normal((images, anchors, classes + background_column))
    deltas, targets = 2 * rng.standard_normal((2, images, anchors, 4))
    return logits, deltas, labels, targets


def test_by_hand():
    # p = 1/2 everywhere: a yes costs .25 (1/4) log 2, a no three times that. Two positives in one image:
    # 2 yes, 4 no of three anchors and two classes; the fourth anchor is ignored.
    target = np.zeros((1, 4, 4))
    target[0, :2] = [[2, 0.5, 0, 0], [0, 0, 0, -1]]
    target[0, 2:] = np.nan
    losses, (dlogits, ddeltas) = retinanet_loss(
        np.zeros((1, 4, 2)), np.zeros((1, 4, 4)), [[2, 1, 0, IGNORE]], target, balance=3
    )
    assert_close(losses["classification"], (2 + 4 * 3) * math.log(2) / 16 / 2)
    assert_close(losses["box"], 3 * 3.5 / 2)
    yes = 0.25 * 0.25 * (0.5 + math.log(2)) / 2
    assert_close(dlogits[0], yes * np.array([[3, -1], [-1, 3], [3, 3], [0, 0]]))
    assert ddeltas[0].tolist() == [[-1.5, -1.5, 0, 0], [0, 0, 0, 1.5], [0] * 4, [0] * 4]


def test_each_image_by_its_own_positives_or_all_by_those_of_the_batch():
    labels = np.array([[1, 1, 1, 0], [1, 0, 0, 0]])
    logits, deltas, target = np.zeros((2, 4, 1)), np.zeros((2, 4, 4)), np.ones((2, 4, 4))
    yes, no = 0.25 * 0.25 * math.log(2), 0.75 * 0.25 * math.log(2)
    losses, _ = retinanet_loss(logits, deltas, labels, target)
    assert_close(losses["classification"], ((3 * yes + no) / 3 + (yes + 3 * no) / 1) / 2)
    assert losses["box"] == (3 * 4 / 3 + 4) / 2
    losses, _ = retinanet_loss(logits, deltas, labels, target, normalize="batch")
    assert_close(losses["classification"], (4 * yes + 4 * no) / 4)
    assert losses["box"] == 4.0


def test_the_background_column_learns_to_say_no():
    logits, deltas, labels, target = random_case(8, background_column=True)
    with_column, (dlogits, _) = retinanet_loss(logits, deltas, labels, target, background_column=True)
    without, (dothers, _) = retinanet_loss(logits[:, :, 1:], deltas, labels, target)
    assert_close(dlogits[:, :, 1:], dothers)
    assert (dlogits[:, :, 0][labels != IGNORE] > 0).all()
    assert with_column["box"] == without["box"]
    assert with_column["classification"] > without["classification"]


def test_one_image_is_focal_loss_and_l1_over_positives():
    logits, deltas, labels, target = (array[:1] for array in random_case(7))
    used, positive = labels != IGNORE, labels > 0
    one_hot = labels[..., None] == np.arange(1, logits.shape[2] + 1)
    losses, _ = retinanet_loss(logits, deltas, labels, target, alpha=0.4, gamma=1.5)
    focal, _ = sigmoid_focal_loss(logits[used], one_hot[used], alpha=0.4, gamma=1.5, reduction="sum")
    box, _ = l1_loss(deltas[positive], target[positive], reduction="sum")
    assert positive.sum() > 1
    assert_close(losses["classification"], focal / int(positive.sum()))
    assert_close(losses["box"], box / int(positive.sum()))


def test_a_prior_of_one_percent_keeps_the_first_loss_small():
    # With p = .01 at the start, a hundred thousand negatives cost less than the ten positives.
    logits = np.full((1, 100_010, 1), -math.log(99))
    labels = np.arange(100_010)[None] < 10
    losses, (dlogits, _) = retinanet_loss(
        logits, np.zeros((1, 100_010, 4)), labels.astype(int), np.zeros((1, 100_010, 4))
    )
    positives, negatives = dlogits[0, :10].sum(), dlogits[0, 10:].sum()
    assert abs(positives) > negatives
    assert losses["classification"] < 2


@pytest.mark.parametrize("seed", range(24))
def test_gradient(seed):
    options = {
        "beta": [0, 1, 0.11][seed % 3],
        "gamma": [2, 0, 0.5, 5][seed % 4],
        "normalize": ["image", "batch"][seed % 2],
        "background_column": bool(seed // 2 % 2),
        "balance": 0.7,
    }
    case = random_case(seed, [0.4, 1, 0, 0.4][seed % 4], options["background_column"])
    check_loss(partial(retinanet_loss, **options), *case, max_entries=20)


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 2**32 - 1), st.sampled_from([0.0, 0.3, 1.0]), st.sampled_from(["image", "batch"]))
def test_who_has_which_gradient(seed, objects, normalize):
    logits, deltas, labels, targets = random_case(seed, objects)
    unseen = np.where((labels > 0)[..., None], targets, np.nan)
    losses, (dlogits, ddeltas) = retinanet_loss(logits, deltas, labels, unseen, normalize=normalize)
    yes = labels[..., None] == np.arange(1, logits.shape[2] + 1)
    assert (np.sign(dlogits) == np.where(labels[..., None] == IGNORE, 0, np.where(yes, -1, 1))).all()
    assert (ddeltas.any(axis=2) == (labels > 0)).all()
    assert min(losses.values()) >= 0


@pytest.mark.parametrize("normalize", ["image", "batch"])
@pytest.mark.parametrize("shape", [(0, 5, 3), (2, 0, 3), (2, 5, 0)])
def test_no_images_no_anchors_or_no_classes(shape, normalize):
    losses, gradients = retinanet_loss(
        np.zeros(shape), np.zeros((*shape[:2], 4)), np.zeros(shape[:2], int), np.zeros((*shape[:2], 4)),
        normalize=normalize,
    )  # fmt: skip
    assert losses == {"classification": 0.0, "box": 0.0}
    assert [gradient.shape for gradient in gradients] == [shape, (*shape[:2], 4)]


def test_all_ignored_is_zero_and_all_background_has_no_box_loss():
    logits, deltas, labels, targets = random_case(0)
    losses, gradients = retinanet_loss(logits, deltas, np.full_like(labels, IGNORE), targets)
    assert losses == {"classification": 0.0, "box": 0.0}
    assert not any(gradient.any() for gradient in gradients)
    losses, (_, ddeltas) = retinanet_loss(logits, deltas, np.zeros_like(labels), targets)
    assert losses["box"] == 0.0
    assert losses["classification"] > 0
    assert not ddeltas.any()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_ten_thousand_does_not_overflow(dtype):
    logits, deltas = np.array([[[1e4, -1e4]]], dtype), np.full((1, 1, 4), 1e4, dtype)
    losses, (dlogits, ddeltas) = retinanet_loss(logits, deltas, [[2]], np.zeros((1, 1, 4)))
    assert losses == {"classification": 1e4, "box": 4e4}
    assert (dlogits.tolist(), ddeltas.tolist()) == ([[[0.75, -0.25]]], [[[1] * 4]])
    assert dlogits.dtype == ddeltas.dtype == dtype


@pytest.mark.parametrize(
    ("position", "value", "error", "message"),
    [
        (0, np.zeros((2, 3)), ValueError, r"logits must have shape \(N, A, K\), got \(2, 3\)"),
        (1, np.zeros((1, 2, 3)), ValueError, r"deltas must have shape \(1, 2, 4\), got \(1, 2, 3\)"),
        (2, [0, 1], ValueError, r"labels must have shape \(1, 2\), got \(2,\)"),
        (2, [[0, 4]], ValueError, r"labels must lie in 0…3 or be -2, got labels\[0, 1\] = 4"),
        (2, [[0, -1]], ValueError, r"got labels\[0, 1\] = -1"),
        (2, [[0.0, 1.0]], TypeError, "labels must be integers, got float64"),
        (3, np.zeros((2, 4)), ValueError, r"target_deltas must have shape \(1, 2, 4\), got \(2, 4\)"),
    ],
)
def test_bad_arguments(position, value, error, message):
    case = [np.zeros((1, 2, 3)), np.zeros((1, 2, 4)), [[0, 1]], np.zeros((1, 2, 4))]
    case[position] = value
    with pytest.raises(error, match=message):
        retinanet_loss(*case)


def test_unknown_normalization_and_a_label_without_a_column():
    with pytest.raises(ValueError, match="normalize must be one of image, batch, got 'anchors'"):
        retinanet_loss(*random_case(0), normalize="anchors")
    case = np.zeros((1, 1, 3)), np.zeros((1, 1, 4)), [[3]], np.zeros((1, 1, 4))
    assert retinanet_loss(*case)[0]["classification"] > 0
    with pytest.raises(ValueError, match=r"labels must lie in 0…2 or be -2, got labels\[0, 0\] = 3"):
        retinanet_loss(*case, background_column=True)
