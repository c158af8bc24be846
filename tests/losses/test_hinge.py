from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes

from scratchcv.losses import hinge_loss, linear_svm_loss, one_versus_rest
from scratchcv.testing import assert_close, check_loss


def random_machines(seed):
    rng = np.random.default_rng(seed)
    N, K, D = rng.integers((1, 1, 1), (7, 4, 5))
    weight, bias, features = rng.standard_normal((K, D)), rng.standard_normal(K), rng.standard_normal((N, D))
    return weight, bias, features, rng.integers(-1, 2, (N, K))


def test_by_hand():
    # Right and beyond the margin, right within it, wrong, and ignored.
    losses, gradient = hinge_loss([1.5, 0.25, -2.0, 7.0], [1, 1, 1, 0], reduction="none")
    assert losses.tolist() == [0, 0.75, 3, 0]
    assert gradient.tolist() == [0, -1, -1, 0]
    losses, gradient = hinge_loss([-1.5, -0.25, 2.0], [-1, -1, -1], reduction="none")
    assert losses.tolist() == [0, 0.75, 3]
    assert gradient.tolist() == [0, 1, 1]


def test_squared():
    losses, gradient = hinge_loss([1.5, 0.25, 2.0], [1, 1, -1], squared=True, reduction="none")
    assert losses.tolist() == [0, 0.5625, 9]
    assert gradient.tolist() == [0, -1.5, 6]


def test_ignored_elements_count_nowhere():
    loss, gradient = hinge_loss([[0.0, 5.0], [np.nan, 0.0]], [[1, 1], [0, -1]])
    assert loss == 2 / 3
    assert_close(gradient, [[-1 / 3, 0], [0, 1 / 3]])


def test_labels_become_one_problem_for_each_class():
    # Lecture S3, line 891. Background is on no one's side.
    targets = one_versus_rest([1, 0, 3], 3)
    assert targets.tolist() == [[1, -1, -1], [-1, -1, -1], [-1, -1, 1]]
    assert one_versus_rest([], 3).shape == (0, 3)


def test_machines_by_hand():
    # Scores 1·1 + 0·1 - .5 = .5 (should be +1) and -1 - .5 = -1.5 (is below -1): hinge .5 and 0.
    losses, (dweight, dbias) = linear_svm_loss(
        [[1.0, 0.0]], [-0.5], [[1.0, 1.0], [-1.0, 2.0]], [[1], [-1]], c=10
    )
    assert losses == {"hinge": 5.0, "regularization": 0.5}
    assert dweight.tolist() == [[1 - 10, -10]]
    assert dbias.tolist() == [-10]


def test_following_the_gradient_separates_the_classes():
    # Lectures S0, line 218, and S1, line 241: one linear machine for each class.
    rng = np.random.default_rng(0)
    centers = 4 * np.array([[1.0, 0], [-1, 1], [-1, -1], [0.0, 0]])
    labels = rng.integers(0, 4, 120)
    features = centers[labels - 1] + 0.4 * rng.standard_normal((120, 2))  # background in the middle
    targets = one_versus_rest(labels, 3)
    weight, bias = np.zeros((3, 2)), np.zeros(3)
    for _ in range(400):
        _, (dweight, dbias) = linear_svm_loss(weight, bias, features, targets, c=1.0)
        weight, bias = weight - 0.002 * dweight, bias - 0.002 * dbias
    scores = features @ weight.T + bias
    assert ((scores > 0) == (targets > 0)).all()


def test_only_support_vectors_pull():
    weight, bias, features, _ = random_machines(3)
    scores = features @ weight.T + bias
    targets = np.where(scores > 0, 1, -1)
    beyond = abs(scores) > 1
    _, gradient = hinge_loss(scores, targets)
    assert beyond.any()
    assert (gradient.astype(bool) == ~beyond).all()


@pytest.mark.parametrize("seed", range(24))
@pytest.mark.parametrize("squared", [False, True])
def test_gradient(seed, squared):
    rng = np.random.default_rng(seed)
    shape = tuple(rng.integers(1, 5, rng.integers(1, 5)))
    function = partial(hinge_loss, squared=squared, reduction=["none", "mean", "sum"][seed % 3])
    check_loss(function, 2 * rng.standard_normal(shape), rng.integers(-1, 2, shape), max_entries=20)
    svm = partial(linear_svm_loss, squared=squared, c=rng.uniform(0, 3))
    check_loss(svm, *random_machines(seed), max_entries=20, empty_batch=False)


@settings(deadline=None, max_examples=25)
@given(array_shapes(max_dims=4, max_side=4), st.integers(0, 2**32 - 1))
def test_it_is_at_least_the_number_of_mistakes(shape, seed):
    rng = np.random.default_rng(seed)
    scores, targets = 3 * rng.standard_normal(shape), rng.choice([-1, 1], shape)
    loss, gradient = hinge_loss(scores, targets, reduction="sum")
    assert loss >= (scores * targets < 0).sum()
    assert (abs(gradient) <= 1).all()


def test_ten_thousand_does_not_overflow():
    losses, gradient = hinge_loss(np.array([1e4, -1e4], np.float32), [1, 1], squared=True, reduction="none")
    assert_close(losses, np.array([0, 1.0002e8], np.float32))
    assert gradient.tolist() == [0, -20002]


def test_nothing_costs_nothing():
    assert hinge_loss(np.zeros((0, 3)), np.zeros((0, 3), int))[0] == 0.0
    loss, gradient = hinge_loss([3.0], [0])
    assert (loss, gradient.tolist()) == (0.0, [0.0])
    losses, (dweight, dbias) = linear_svm_loss([[2.0, 0.0]], [1.0], np.zeros((0, 2)), np.zeros((0, 1), int))
    assert losses == {"hinge": 0.0, "regularization": 2.0}
    assert (dweight.tolist(), dbias.tolist()) == ([[2, 0]], [0])
    losses, (dweight, _) = linear_svm_loss(np.zeros((0, 2)), [], np.zeros((4, 2)), np.zeros((4, 0), int))
    assert losses == {"hinge": 0.0, "regularization": 0.0}
    assert dweight.shape == (0, 2)


def test_all_background_pushes_every_score_down():
    losses, (_, dbias) = linear_svm_loss(
        np.zeros((2, 3)), [0, 0], np.ones((4, 3)), one_versus_rest([0] * 4, 2)
    )
    assert losses["hinge"] == 8
    assert dbias.tolist() == [4, 4]


def test_float32_stays():
    single = [array.astype(np.float32) for array in random_machines(0)[:3]]
    losses, gradients = linear_svm_loss(*single, random_machines(0)[3], c=np.float64(2))
    assert {type(loss) for loss in losses.values()} == {float}
    assert [gradient.dtype for gradient in gradients] == [np.float32, np.float32]


def test_bad_arguments():
    with pytest.raises(ValueError, match=r"targets must be -1, 0 \(ignored\) or 1"):
        hinge_loss([1.0], [2])
    with pytest.raises(TypeError, match=r"targets must be -1, 0 \(ignored\) or 1, got bool"):
        hinge_loss([1.0, 2.0], [True, False])
    with pytest.raises(ValueError, match=r"labels must have shape \(N,\), got \(\)"):
        one_versus_rest(1, 2)
    with pytest.raises(ValueError, match=r"targets must have shape \(1,\), got \(2,\)"):
        hinge_loss([1.0], [1, 1])
    with pytest.raises(ValueError, match="reduction must be one of"):
        hinge_loss([1.0], [1], reduction="avg")
    with pytest.raises(ValueError, match=r"labels must lie in 0…2, got labels\[0\] = 3"):
        one_versus_rest([3], 2)
    with pytest.raises(ValueError, match=r"bias must have shape \(2,\), got \(1,\)"):
        linear_svm_loss(np.zeros((2, 3)), [0], np.zeros((4, 3)), np.zeros((4, 2)))
    with pytest.raises(ValueError, match=r"features must have shape \(N, 3\), got \(4, 2\)"):
        linear_svm_loss(np.zeros((2, 3)), [0, 0], np.zeros((4, 2)), np.zeros((4, 2)))
    with pytest.raises(ValueError, match=r"targets must have shape \(4, 2\), got \(4,\)"):
        linear_svm_loss(np.zeros((2, 3)), [0, 0], np.zeros((4, 3)), np.zeros(4))
    with pytest.raises(ValueError, match="c must be 0 or more, got -1"):
        linear_svm_loss(np.zeros((2, 3)), [0, 0], np.zeros((4, 3)), np.zeros((4, 2)), c=-1)


@settings(deadline=None, max_examples=25)
@given(st.tuples(*3 * [st.integers(0, 4)]), st.booleans(), st.integers(0, 2**32 - 1))
def test_the_machines_do_not_know_of_each_other(sizes, squared, seed):
    K, N, D = sizes
    rng = np.random.default_rng(seed)
    weight, bias, features = rng.standard_normal((K, D)), rng.standard_normal(K), rng.standard_normal((N, D))
    targets = rng.integers(-1, 2, (N, K))
    losses, (dweight, dbias) = linear_svm_loss(weight, bias, features, targets, c=0.7, squared=squared)
    hinge = 0.0
    for k in range(K):
        missing = np.maximum(0, 1 - targets[:, k] * (features @ weight[k] + bias[k])) * (targets[:, k] != 0)
        hinge += 0.7 * float((missing ** (2 if squared else 1)).sum())
        alone, (dw, db) = linear_svm_loss(
            weight[k : k + 1], bias[k : k + 1], features, targets[:, k : k + 1], c=0.7, squared=squared
        )
        assert_close(alone["regularization"], float((weight[k] ** 2).sum()) / 2)
        assert_close(dweight[k], dw[0])
        assert_close(dbias[k], db[0])
    assert_close(losses["hinge"], hinge)
    assert_close(losses["regularization"], float((weight**2).sum()) / 2)
