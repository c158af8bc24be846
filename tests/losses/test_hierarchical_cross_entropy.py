import math
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scratchcv.layers import WordTree
from scratchcv.losses import cross_entropy, hierarchical_cross_entropy
from scratchcv.testing import assert_close, check_loss

# 0 animal, 1 vehicle; 2 cat, 3 dog (animals), 4 car (the only vehicle); 5 terrier, 6 poodle, 7 husky (dogs)
PARENTS = (-1, -1, 0, 0, 1, 3, 3, 3)
TREE = WordTree(PARENTS)


def test_by_hand():
    logits = np.log([[1.0, 1, 1, 3, 5, 2, 1, 1]])
    loss, gradient = hierarchical_cross_entropy(logits, [5], TREE)  # animal 1/2, dog 3/4, terrier 1/2
    assert_close(loss, -math.log(1 / 2 * 3 / 4 * 1 / 2))
    assert_close(gradient, [[-1 / 2, 1 / 2, 1 / 4, -1 / 4, 0, -1 / 2, 1 / 4, 1 / 4]])


def test_an_inner_nodes_label_trains_its_path_alone():
    rng = np.random.default_rng(0)
    logits = rng.standard_normal((1, 8))
    loss, gradient = hierarchical_cross_entropy(logits, [3], TREE)  # some dog
    assert (gradient[0, [0, 1, 2, 3]] != 0).all()
    assert (gradient[0, [4, 5, 6, 7]] == 0).all()
    logits[0, [4, 5, 6, 7]] = rng.standard_normal(4)
    assert hierarchical_cross_entropy(logits, [3], TREE)[0] == loss


def test_an_only_child_costs_no_more_than_its_parent():
    logits = np.random.default_rng(0).standard_normal((1, 8))
    for ours, wanted in zip(
        hierarchical_cross_entropy(logits, [4], TREE),
        hierarchical_cross_entropy(logits, [1], TREE),
        strict=True,
    ):
        assert_close(ours, wanted)


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**32 - 1), st.integers(0, 4), st.integers(1, 9))
def test_the_loss_is_minus_the_logarithm_of_the_probability(seed, N, K):
    rng = np.random.default_rng(seed)
    tree = WordTree([rng.integers(-1, k) if k else -1 for k in range(K)])
    logits, labels = 3 * rng.standard_normal((N, K)), rng.integers(0, K, N)
    losses, _ = hierarchical_cross_entropy(logits, labels, tree, reduction="none")
    assert_close(losses, -np.log(tree.probabilities(logits)[np.arange(N), labels]), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("reduction", ["none", "mean", "sum"])
def test_without_inner_nodes_it_is_cross_entropy(reduction):
    rng = np.random.default_rng(0)
    logits, labels = rng.standard_normal((6, 5)), [0, 4, -100, 2, 2, 1]
    for ours, wanted in zip(
        hierarchical_cross_entropy(logits, labels, WordTree([-1] * 5), reduction=reduction),
        cross_entropy(logits, labels, reduction=reduction),
        strict=True,
    ):
        assert_close(ours, wanted)


@pytest.mark.parametrize("seed", range(5))
def test_torch_agrees_summing_a_cross_entropy_a_group(seed):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(seed)
    x = torch.tensor(2 * rng.standard_normal((7, 8)), requires_grad=True)
    labels = rng.integers(0, 8, 7)
    total = torch.zeros((), dtype=torch.float64)
    for row, label in enumerate(labels.tolist()):
        node = label
        while node != -1:
            siblings = [k for k in range(8) if PARENTS[k] == PARENTS[node]]
            truth = torch.tensor([siblings.index(node)])
            total = total + torch.nn.functional.cross_entropy(x[row, siblings][None], truth)
            node = PARENTS[node]
    (total / 7).backward()
    loss, gradient = hierarchical_cross_entropy(x.detach().numpy(), labels, TREE)
    assert_close(loss, total.item() / 7)
    assert_close(gradient, x.grad.numpy(), rtol=1e-10, atol=1e-14)


@pytest.mark.parametrize("reduction", ["none", "mean", "sum"])
def test_gradient(reduction):
    logits = np.random.default_rng(1).standard_normal((9, 8))
    labels = np.array([0, 1, 2, 3, 4, 5, 6, 7, -100])
    report = check_loss(partial(hierarchical_cross_entropy, tree=TREE, reduction=reduction), logits, labels)
    assert report.worst < 1e-7
    assert report.skipped == 0


def test_ten_thousand_does_not_overflow():
    logits = np.zeros((1, 8))
    logits[0, 1], logits[0, 5] = 1e4, -1e4
    loss, gradient = hierarchical_cross_entropy(logits, [5], TREE)
    assert loss == pytest.approx(2e4 + 2 * math.log(2))
    assert np.isfinite(gradient).all()


def test_the_dtype_stays():
    losses, gradient = hierarchical_cross_entropy(
        np.zeros((2, 8), np.float32), [3, 7], TREE, reduction="none"
    )
    assert losses.dtype == gradient.dtype == np.float32


@pytest.mark.parametrize("labels", [[], [-100, -100]])
def test_nothing(labels):
    loss, gradient = hierarchical_cross_entropy(np.zeros((len(labels), 8)), labels, TREE)
    assert loss == 0
    assert gradient.shape == (len(labels), 8)
    assert not gradient.any()


def test_bad_input():
    with pytest.raises(ValueError, match=r"logits must have shape \(N, 8\), got \(2, 7\)"):
        hierarchical_cross_entropy(np.zeros((2, 7)), [0, 0], TREE)
    with pytest.raises(ValueError, match=r"labels must have shape \(2,\), got \(3,\)"):
        hierarchical_cross_entropy(np.zeros((2, 8)), [0, 0, 0], TREE)
    with pytest.raises(ValueError, match=r"labels must lie in 0…7 or be -100, got labels\[1\] = 8"):
        hierarchical_cross_entropy(np.zeros((2, 8)), [0, 8], TREE)
    with pytest.raises(ValueError, match="reduction must be one of"):
        hierarchical_cross_entropy(np.zeros((2, 8)), [0, 0], TREE, reduction="max")
