import math
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scratchcv.boxes import IGNORE, sample_balanced
from scratchcv.losses import rpn_loss
from scratchcv.testing import assert_close, check_loss


def random_case(seed, batch=True, objects=0.4):
    rng = np.random.default_rng(seed)
    shape = tuple(rng.integers((1, 1), (4, 9))[0 if batch else 1 :])
    labels = np.where(rng.random(shape) < 0.3, IGNORE, (rng.random(shape) < objects).astype(int))
    deltas, targets = 2 * rng.standard_normal((2, *shape, 4))
    return 2 * rng.standard_normal(shape), deltas, labels, targets


def test_the_printed_formula():
    # Lecture S1, lines 875-897: N_cls = 256, N_reg = 2400, λ = 10.
    objectness = np.log([3.0, 3.0, 3.0])  # p = 3/4
    targets = np.array([[2, 0.5, 0, 0], [9, 9, 9, 9], [9, 9, 9, 9]])
    losses, (dobjectness, ddeltas) = rpn_loss(objectness, np.zeros((3, 4)), [1, 0, IGNORE], targets)
    assert_close(losses["objectness"], (math.log(4 / 3) + math.log(4)) / 256)
    assert_close(losses["box"], 10 * 1.625 / 2400)
    assert_close(dobjectness, np.array([-0.25, 0.75, 0]) / 256)
    assert_close(ddeltas, np.array([[-1, -0.5, 0, 0], [0] * 4, [0] * 4]) / 240)


def test_the_terms_are_roughly_balanced():
    # One anchor's step counts 1/256 in one and 10/2400 = 1/240 in the other.
    _, (dobjectness, ddeltas) = rpn_loss([-1e4], np.full((1, 4), -5.0), [1], np.zeros((1, 4)))
    assert_close(dobjectness, [-1 / 256])
    assert_close(ddeltas, np.full((1, 4), -1 / 240))
    assert round(256 / 240, 2) == 1.07


def test_numbers_are_of_an_image_and_a_batch_is_their_mean():
    case = random_case(5)
    losses, gradients = rpn_loss(*case)
    alone = [rpn_loss(*(array[n] for array in case)) for n in range(len(case[0]))]
    for name, loss in losses.items():
        assert_close(loss, float(np.mean([one[0][name] for one in alone])))
    for which, gradient in enumerate(gradients):
        assert_close(gradient, np.stack([one[1][which] for one in alone]) / len(alone))


def test_none_counts_the_sampled_anchors_of_the_batch():
    objectness, deltas, labels, targets = random_case(5)
    options = {"balance": 1.0, "beta": 1 / 9}
    counted, gradients = rpn_loss(objectness, deltas, labels, targets, n_cls=None, n_reg=None, **options)
    number = (labels != IGNORE).sum() / len(labels)
    wanted, others = rpn_loss(objectness, deltas, labels, targets, n_cls=number, n_reg=number, **options)
    assert_close(list(counted.values()), list(wanted.values()))
    for gradient, other in zip(gradients, others, strict=True):
        assert_close(gradient, other)


def test_a_sample_of_a_quarter_thousand_anchors():
    # 60 · 40 places of 9 anchors each, as in the paper.
    rng = np.random.default_rng(0)
    matches = np.where(rng.random(21_600) < 0.004, 0, -1)
    positive, negative = sample_balanced(matches, rng)
    labels = np.full(21_600, IGNORE)
    labels[positive], labels[negative] = 1, 0
    losses, (dobjectness, _) = rpn_loss(
        np.zeros(21_600), np.zeros((21_600, 4)), labels, np.zeros((21_600, 4))
    )
    assert_close(losses["objectness"], math.log(2))  # 256 of them
    assert np.count_nonzero(dobjectness) == 256


@pytest.mark.parametrize("seed", range(24))
def test_gradient(seed):
    options = [{}, {"n_cls": None, "n_reg": None, "balance": 1, "beta": 1 / 9}, {"n_cls": 5, "n_reg": 7}][
        seed % 3
    ]
    case = random_case(seed, batch=bool(seed % 2), objects=[0.4, 0, 1, 0.4][seed % 4])
    check_loss(partial(rpn_loss, **options), *case, max_entries=20)


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 2**32 - 1), st.booleans(), st.sampled_from([0.0, 0.3, 1.0]))
def test_who_has_which_gradient(seed, batch, objects):
    objectness, deltas, labels, targets = random_case(seed, batch, objects)
    unseen = np.where((labels == 1)[..., None], targets, np.nan)
    losses, (dobjectness, ddeltas) = rpn_loss(objectness, deltas, labels, unseen)
    assert (dobjectness.astype(bool) == (labels != IGNORE)).all()
    assert (np.sign(dobjectness) == np.select([labels == 1, labels == 0], [-1, 1], 0)).all()
    assert (ddeltas.any(axis=-1) == (labels == 1)).all()
    assert np.isfinite(list(losses.values())).all()


@pytest.mark.parametrize("count", [256, None])
@pytest.mark.parametrize("shape", [(0,), (0, 5), (2, 0), (2, 3)])
def test_no_images_no_anchors_or_none_sampled(shape, count):
    losses, gradients = rpn_loss(
        np.zeros(shape), np.zeros((*shape, 4)), np.full(shape, IGNORE), np.ones((*shape, 4)),
        n_cls=count, n_reg=count,
    )  # fmt: skip
    assert losses == {"objectness": 0.0, "box": 0.0}
    assert [gradient.shape for gradient in gradients] == [shape, (*shape, 4)]
    assert not any(gradient.any() for gradient in gradients)


def test_all_background():
    losses, (_, ddeltas) = rpn_loss(np.zeros(4), np.ones((4, 4)), [0] * 4, np.zeros((4, 4)))
    assert losses["box"] == 0.0
    assert not ddeltas.any()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_ten_thousand_does_not_overflow(dtype):
    objectness, deltas = np.array([1e4, -1e4, 1e4], dtype), np.full((3, 4), 1e4, dtype)
    losses, (dobjectness, ddeltas) = rpn_loss(
        objectness, deltas, [0, 1, 1], np.zeros((3, 4)), n_cls=1, n_reg=1, balance=1
    )
    assert losses == {"objectness": 2e4, "box": 8 * (1e4 - 0.5)}
    assert dobjectness.tolist() == [1, -1, 0]
    assert ddeltas.tolist() == [[0] * 4, [1] * 4, [1] * 4]
    assert dobjectness.dtype == ddeltas.dtype == dtype


@pytest.mark.parametrize(
    ("position", "value", "error", "message"),
    [
        (
            0,
            np.zeros((1, 2, 3)),
            ValueError,
            r"objectness must have shape \(A,\) or \(N, A\), got \(1, 2, 3\)",
        ),
        (1, np.zeros((2, 3)), ValueError, r"deltas must have shape \(2, 4\), got \(2, 3\)"),
        (2, [0], ValueError, r"labels must have shape \(2,\), got \(1,\)"),
        (2, [0, -1], ValueError, r"labels must lie in 0…1 or be -2, got labels\[1\] = -1"),
        (2, [0.0, 1.0], TypeError, "labels must be integers, got float64"),
        (3, np.zeros((1, 4)), ValueError, r"target_deltas must have shape \(2, 4\), got \(1, 4\)"),
    ],
)
def test_bad_arguments(position, value, error, message):
    case = [np.zeros(2), np.zeros((2, 4)), [0, 1], np.zeros((2, 4))]
    case[position] = value
    with pytest.raises(error, match=message):
        rpn_loss(*case)


@pytest.mark.parametrize("name", ["n_cls", "n_reg"])
def test_numbers_must_be_positive(name):
    with pytest.raises(ValueError, match=f"{name} must be positive or None, got 0"):
        rpn_loss([0.0], np.zeros((1, 4)), [1], np.zeros((1, 4)), **{name: 0})
