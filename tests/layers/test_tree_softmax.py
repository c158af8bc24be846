import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scratchcv.layers import WordTree, decide, softmax, tree_softmax, tree_softmax_backward
from scratchcv.testing import assert_close, gradcheck

# 0 animal, 1 vehicle; 2 cat, 3 dog (animals), 4 car (the only vehicle); 5 terrier, 6 poodle, 7 husky (dogs)
PARENTS = (-1, -1, 0, 0, 1, 3, 3, 3)
TREE = WordTree(PARENTS)


def random_parents(rng, number):
    """Parents of a random tree whose classes stand in no particular order."""
    names = rng.permutation(number)
    parents = np.full(number, -1)
    for index in range(1, number):
        above = rng.integers(-1, index)
        parents[names[index]] = -1 if above < 0 else names[above]
    return parents.tolist()


def test_by_hand():
    logits = np.log([1.0, 1, 1, 3, 5, 2, 1, 1])
    assert_close(tree_softmax(logits, TREE), [1 / 2, 1 / 2, 1 / 4, 3 / 4, 1, 1 / 2, 1 / 4, 1 / 4])
    wanted = [1 / 2, 1 / 2, 1 / 8, 3 / 8, 1 / 2, 3 / 16, 3 / 32, 3 / 32]
    assert_close(TREE.probabilities(logits), wanted)


def test_paths():
    assert TREE.path(6) == (0, 3, 6)
    assert TREE.path(1) == (1,)
    assert [np.flatnonzero(row).tolist() for row in TREE.paths] == [list(TREE.path(k)) for k in range(8)]


def test_trees_are_equal_by_their_parents():
    assert WordTree(list(PARENTS)) == TREE
    assert WordTree([-1, -1]) != TREE
    assert len(TREE) == 8
    with pytest.raises(AttributeError):
        TREE.parents = (-1,)


@settings(deadline=None, max_examples=50)
@given(st.integers(0, 2**32 - 1), st.integers(1, 12), st.sampled_from([1e-3, 1.0, 1e3]))
def test_probabilities_are_products_along_the_enumerated_paths(seed, number, scale):
    rng = np.random.default_rng(seed)
    parents = random_parents(rng, number)
    tree = WordTree(parents)
    logits = scale * rng.standard_normal((3, number))
    p = tree.probabilities(logits)
    for row, x in enumerate(logits):
        for k in range(number):
            product, node = 1.0, k
            while node != -1:
                siblings = [j for j in range(number) if parents[j] == parents[node]]
                product /= math.fsum(math.exp(min(x[j] - x[node], 700)) for j in siblings)
                node = parents[node]
            assert p[row, k] == pytest.approx(product, rel=1e-9, abs=1e-250)
    conditional = tree_softmax(logits, tree)
    for parent in {*parents}:
        siblings = [j for j in range(number) if parents[j] == parent]
        assert_close(conditional[:, siblings].sum(axis=1), np.ones(3))
        above = np.ones(3) if parent == -1 else p[:, parent]
        assert_close(p[:, siblings].sum(axis=1), above)


def test_without_inner_nodes_it_is_softmax():
    logits = np.random.default_rng(0).standard_normal((4, 5)).astype(np.float32)
    flat = WordTree([-1] * 5)
    assert tree_softmax(logits, flat).dtype == np.float32
    assert (tree_softmax(logits, flat) == softmax(logits, axis=1)).all()
    assert (flat.probabilities(logits) == softmax(logits, axis=1)).all()


def test_gradient():
    x = np.random.default_rng(0).standard_normal((3, 8))

    def backward(dy, x):
        return tree_softmax_backward(dy, tree_softmax(x, TREE), TREE)

    report = gradcheck(lambda x: tree_softmax(x, TREE), backward, [x])
    assert report.worst < 1e-7


def test_torch_agrees_group_by_group():
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(0)
    x = torch.tensor(rng.standard_normal((2, 3, 8)), requires_grad=True)
    dy = rng.standard_normal((2, 3, 8))
    y = torch.zeros_like(x)
    for parent in {*PARENTS}:
        siblings = [k for k in range(8) if PARENTS[k] == parent]
        y = y.index_copy(2, torch.tensor(siblings), torch.nn.functional.softmax(x[..., siblings], dim=-1))
    y.backward(torch.tensor(dy))
    ours = tree_softmax(x.detach().numpy(), TREE)
    assert_close(ours, y.detach().numpy(), rtol=1e-13)
    assert_close(tree_softmax_backward(dy, ours, TREE), x.grad.numpy(), rtol=1e-10, atol=1e-14)


def test_go_down_while_it_is_probable():
    logits = np.log([[9.0, 1, 1, 9, 1, 1, 1, 1]])  # an animal .9, a dog .81, each breed .27
    for threshold, label, probability in [(0.2, 5, 0.27), (0.5, 3, 0.81), (0.85, 0, 0.9), (0.95, -1, 1.0)]:
        labels, probabilities = decide(TREE, logits, threshold)
        assert labels.tolist() == [label]
        assert_close(probabilities, [probability])


def test_the_branch_is_chosen_at_each_parting_of_the_ways():
    # The car is the most probable leaf, but at the first parting the animals are ahead.
    logits = np.log([[0.55, 0.45, 0.5, 0.5, 1, 1, 1, 1]])
    assert decide(TREE, logits, 0.1)[0].tolist() == [2]


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**32 - 1), st.integers(1, 10), st.floats(0, 1))
def test_decisions_walk_like_one_row_walks(seed, number, threshold):
    rng = np.random.default_rng(seed)
    parents = random_parents(rng, number)
    tree = WordTree(parents)
    logits = 3 * rng.standard_normal((5, number))
    labels, probabilities = decide(tree, logits, threshold)
    for row, p in enumerate(tree.probabilities(logits)):
        node, reached = -1, 1.0
        while children := [k for k in range(number) if parents[k] == node]:
            best = max(children, key=lambda k: p[k])
            if p[best] < threshold:
                break
            node, reached = best, p[best]
        assert (labels[row], probabilities[row]) == (node, reached)


def test_nothing():
    assert tree_softmax(np.zeros((0, 8)), TREE).shape == (0, 8)
    assert TREE.probabilities(np.zeros((0, 8))).shape == (0, 8)
    labels, probabilities = decide(TREE, np.zeros((0, 8)), 0.5)
    assert labels.shape == probabilities.shape == (0,)


@pytest.mark.parametrize(
    ("parents", "message"),
    [
        ([], "at least one class, got none"),
        ([-1, 2], r"parents must lie in -1…1, got parents\[1\] = 2"),
        ([-1, -2], r"parents must lie in -1…1, got parents\[1\] = -2"),
        ([0], r"in a circle go the classes \[0\]"),
        ([-1, 2, 1, 2], r"in a circle go the classes \[1, 2, 3\]"),
        ([[-1, 0]], r"parents must have shape \(K,\), got \(1, 2\)"),
        (-1, r"parents must have shape \(K,\), got \(\)"),
    ],
)
def test_bad_trees(parents, message):
    with pytest.raises(ValueError, match=message):
        WordTree(parents)


def test_parents_are_whole():
    with pytest.raises(TypeError, match="parents must be integers"):
        WordTree([-1.0, 0.5])


def test_bad_logits():
    for call in (tree_softmax, lambda x, tree: tree_softmax_backward(x, x, tree)):
        with pytest.raises(ValueError, match=r"must have shape \(…, 8\), one a class of the tree, got"):
            call(np.zeros((2, 7)), TREE)
    with pytest.raises(ValueError, match=r"logits must have shape \(N, 8\), got \(8,\)"):
        decide(TREE, np.zeros(8), 0.5)
    with pytest.raises(ValueError, match="threshold must lie between 0 and 1, got nan"):
        decide(TREE, np.zeros((1, 8)), math.nan)
