import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scratchcv.layers import linear, linear_backward
from scratchcv.losses import cross_entropy, mse_loss, multi_task_loss, smooth_l1_loss
from scratchcv.testing import assert_close, check_loss


def test_cat_and_its_box():
    # Lecture S0, lines 852-915: cat .9, dog .05, car .01 (and .04 for the rest), softmax plus L2.
    what = cross_entropy(np.log([[0.9, 0.05, 0.01, 0.04]]), [0])
    where = mse_loss([[10.0, 20, 30, 40]], [[10, 20, 30, 42]], reduction="sum")
    losses, (dlogits, dbox) = multi_task_loss({"classification": what, "box": where}, {"box": 0.5})
    assert_close(losses["classification"], -math.log(0.9))
    assert losses["box"] == 2.0
    assert_close(dlogits, [[-0.1, 0.05, 0.01, 0.04]])
    assert dbox.tolist() == [[0, 0, 0, -2]]


def single_object_losses(features, cls_weight, box_weight, label, box, *, weights):
    """S0's network above its features: two linear layers, two losses, one gradient."""
    what, dlogits = cross_entropy(linear(features, cls_weight), label)
    where, dbox = mse_loss(linear(features, box_weight), box)
    losses, (dlogits, dbox) = multi_task_loss({"what": (what, dlogits), "where": (where, dbox)}, weights)
    from_what, dcls_weight, _ = linear_backward(dlogits, features, cls_weight)
    from_where, dbox_weight, _ = linear_backward(dbox, features, box_weight)
    return losses, (from_what + from_where, dcls_weight, dbox_weight)


@pytest.mark.parametrize("seed", range(20))
def test_the_features_gradient_is_the_weighted_sum(seed):
    rng = np.random.default_rng(seed)
    N, D, K = rng.integers((1, 1, 2), (4, 7, 6))
    weights = {"what": rng.uniform(0, 2), "where": rng.uniform(0, 2)}
    arguments = (
        rng.standard_normal((N, D)), rng.standard_normal((K, D)), rng.standard_normal((4, D)),
        rng.integers(0, K, N), rng.standard_normal((N, 4)),
    )  # fmt: skip

    def losses_of(*arguments):
        return single_object_losses(*arguments, weights=weights)

    check_loss(losses_of, *arguments, max_entries=20, empty_batch=False)
    _, (dfeatures, *_) = losses_of(*arguments)
    alone = [
        single_object_losses(*arguments, weights={"what": a, "where": b})[1][0] for a, b in ((1, 0), (0, 1))
    ]
    assert_close(dfeatures, weights["what"] * alone[0] + weights["where"] * alone[1])


@settings(deadline=None, max_examples=25)
@given(
    st.dictionaries(st.text(max_size=3), st.tuples(st.floats(-10, 10), st.integers(0, 4)), max_size=4),
    st.floats(-3, 3),
)
def test_every_term_is_weighted_in_order(terms, weight):
    given_terms = {name: (loss, np.ones(size)) for name, (loss, size) in terms.items()}
    losses, gradients = multi_task_loss(given_terms, dict.fromkeys(terms, weight))
    assert list(losses) == list(terms)
    assert list(losses.values()) == [weight * loss for loss, _ in terms.values()]
    assert [gradient.tolist() for gradient in gradients] == [[weight] * size for _, size in terms.values()]


def test_a_term_may_have_several_gradients_and_none_is_changed():
    gradients = np.ones(2, np.float32), np.ones(3, np.float32)
    _, found = multi_task_loss({"pair": (1.0, gradients), "one": (2.0, np.zeros(1))}, {"pair": 3})
    assert [part.tolist() for part in found] == [[3, 3], [3, 3, 3], [0]]
    assert [part.dtype for part in found] == [np.float32, np.float32, np.float64]
    assert gradients[0].tolist() == [1, 1]


def test_terms_that_are_large_or_empty():
    losses, gradients = multi_task_loss(
        {
            "what": cross_entropy([[1e4, -1e4]], [1]),
            "where": smooth_l1_loss(np.zeros((0, 4)), np.zeros((0, 4))),
        }
    )
    assert losses == {"what": 2e4, "where": 0.0}
    assert [gradient.shape for gradient in gradients] == [(1, 2), (0, 4)]
    assert multi_task_loss({}) == ({}, ())


def test_a_weight_without_a_term():
    with pytest.raises(ValueError, match=r"weights must name terms \(what, where\), got box"):
        multi_task_loss({"what": (1.0, np.ones(1)), "where": (1.0, np.ones(1))}, {"box": 2})
