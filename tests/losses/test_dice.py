from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scratchcv.losses import dice_loss
from scratchcv.testing import assert_close, check_loss


def random_case(seed, shape=(2, 3, 4, 5), share=0.4):
    rng = np.random.default_rng(seed)
    return 2 * rng.standard_normal(shape), (rng.random(shape) < share).astype(float)


def test_by_hand():
    # Dice = 2 · (.5 + 1) / ((.5 + 1 + .5) + 2) = 3/4; squared, 2 · 1.5 / ((.25 + 1 + .25) + 2) = 6/7.
    scores, truth = [[[0.5, 1.0, 0.5]]], [[[1, 1, 0]]]
    loss, dscores = dice_loss(scores, truth, activation="none")
    assert_close(loss, 1 / 4)
    assert_close(dscores, [[[(0.75 - 2) / 4, (0.75 - 2) / 4, 0.75 / 4]]])
    loss, dscores = dice_loss(scores, truth, activation="none", squared=True)
    assert_close(loss, 1 / 7)
    assert_close(dscores, [[[(6 / 7 - 2) / 3.5, (12 / 7 - 2) / 3.5, (6 / 7) / 3.5]]])


@pytest.mark.parametrize("squared", [True, False])
def test_of_masks_it_is_one_minus_dice(squared):
    # |A| = 3, |B| = 3, |A ∩ B| = 2: both denominators are the same for 0 and 1.
    masks = np.array([[[1.0, 1, 1, 0, 0]]]), np.array([[[0, 1, 1, 1, 0]]])
    assert_close(dice_loss(*masks, activation="none", squared=squared)[0], 1 - 2 * 2 / (3 + 3))
    assert dice_loss(masks[0], masks[0], activation="none", squared=squared)[0] == 0.0
    assert dice_loss(masks[0], 1 - masks[0], activation="none", squared=squared)[0] == 1.0


def test_activations():
    logits, targets = random_case(0)
    sigmoid = 1 / (1 + np.exp(-logits))
    softmax = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    for activation, scores in (("sigmoid", sigmoid), ("softmax", softmax)):
        assert_close(
            dice_loss(logits, targets, activation=activation)[0],
            dice_loss(scores, targets, activation="none")[0],
        )


def test_background_does_not_count():
    logits, targets = random_case(0)
    beside = ((0, 0), (0, 0), (0, 3), (2, 0))
    more = np.pad(logits, beside, constant_values=-1e4), np.pad(targets, beside)
    assert_close(dice_loss(*more)[0], dice_loss(logits, targets)[0])


def test_an_empty_mask_teaches_nothing_and_is_not_counted():
    logits, targets = random_case(0)
    targets[1, 2] = 0
    losses, dlogits = dice_loss(logits, targets, reduction="none")
    assert losses[1, 2] == 0.0
    assert not dlogits[1, 2].any()
    assert_close(dice_loss(logits, targets)[0], losses.sum() / 5)
    loss, dlogits = dice_loss(logits, np.zeros_like(targets))
    assert loss == 0.0
    assert not dlogits.any()


def test_with_eps_an_empty_mask_asks_for_an_empty_prediction():
    loss, dscores = dice_loss([[[0.5, 0.5]]], [[[0, 0]]], activation="none", eps=1.0)
    assert_close(loss, 1 - 1 / (1 + 1))
    assert_close(dscores, [[[0.25, 0.25]]])
    assert dice_loss([[[0.0, 0.0]]], [[[0, 0]]], activation="none", eps=1.0)[0] == 0.0


@pytest.mark.parametrize("activation", ["sigmoid", "softmax", "none"])
@pytest.mark.parametrize("squared", [True, False])
@pytest.mark.parametrize(("eps", "reduction"), [(0.0, "mean"), (1.0, "sum"), (0.0, "none")])
def test_gradient(activation, squared, eps, reduction):
    loss = partial(dice_loss, activation=activation, squared=squared, eps=eps, reduction=reduction)
    for seed in range(20):
        rng = np.random.default_rng(seed)
        shape = tuple(rng.integers(1, 5, rng.integers(2, 5)).tolist())
        logits, targets = random_case(seed, shape, rng.choice([0.1, 0.5, 1.0]))
        if activation == "none":
            logits = rng.uniform(0.1, 1, shape)
        assert check_loss(loss, logits, targets, max_entries=8, seed=seed).worst < 1e-6


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 2**32 - 1), st.lists(st.integers(0, 4), min_size=2, max_size=5), st.booleans())
def test_it_lies_between_nought_and_one(seed, shape, squared):
    logits, targets = random_case(seed, tuple(shape))
    losses, dlogits = dice_loss(logits, targets, squared=squared, reduction="none")
    assert losses.shape == logits.shape[:2]
    assert dlogits.shape == logits.shape
    assert ((losses >= -1e-12) & (losses <= 1)).all()
    assert np.isfinite(dlogits).all()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("activation", ["sigmoid", "softmax"])
@pytest.mark.parametrize("eps", [0.0, 1.0])
@pytest.mark.parametrize("value", [1e4, -1e4])
def test_ten_thousand_does_not_overflow(value, eps, activation, dtype):
    logits, targets = random_case(0)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        loss, dlogits = dice_loss(
            (value * np.sign(logits)).astype(dtype), targets, activation=activation, eps=eps
        )
    assert type(loss) is float
    assert np.isfinite(loss)
    assert np.isfinite(dlogits).all()
    assert dlogits.dtype == dtype


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        ((np.zeros(3), np.zeros(3)), {}, r"logits must have shape \(N, C, …\), got \(3,\)"),
        ((np.zeros((1, 2, 3)), np.zeros((1, 3))), {}, r"targets must have shape \(1, 2, 3\), got \(1, 3\)"),
        ((np.zeros((1, 2)), [[0, 255]]), {}, r"targets must lie between 0 and 1, got targets\[0, 1\] = 255"),
        (([[5.0]], [[1]]), {"activation": "none"}, r"logits must lie between 0 and 1, got logits\[0, 0\]"),
        ((np.zeros((1, 2)), np.zeros((1, 2))), {"eps": -1.0}, "eps must be 0 or more, got -1.0"),
        ((np.zeros((1, 2)), np.zeros((1, 2))), {"activation": "tanh"}, "activation must be one of sigmoid"),
        ((np.zeros((1, 2)), np.zeros((1, 2))), {"reduction": "avg"}, "reduction must be one of"),
    ],
)  # fmt: skip
def test_bad_arguments(arguments, options, message):
    with pytest.raises(ValueError, match=message):
        dice_loss(*arguments, **options)


def test_many_float32_pixels_are_added_up_in_any_order_of_memory():
    rng = np.random.default_rng(0)
    scores, truth = rng.random((1, 2, 500, 600)), rng.integers(0, 2, (1, 2, 500, 600))
    wanted, _ = dice_loss(scores, truth, activation="none")
    single = scores.astype(np.float32)
    for ordered in (single, np.asfortranarray(single), np.moveaxis(np.moveaxis(single, 1, 3).copy(), 3, 1)):
        loss, _ = dice_loss(ordered, truth, activation="none")
        assert_close(loss, wanted, rtol=3e-7)
