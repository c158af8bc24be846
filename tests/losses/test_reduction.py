import numpy as np
import pytest

from scratchcv.losses.reduction import check_reduction, reduce, reduce_weighted


def test_mean_divides_loss_and_gradient_alike():
    loss, gradient = reduce(np.array([1.0, 2.0, 6.0]), np.array([3.0, 0.0, -3.0]), "mean", 3)
    assert (loss, gradient.tolist()) == (3.0, [1.0, 0.0, -1.0])


def test_sum_and_none_leave_the_gradient():
    losses, gradient = np.array([1.0, 2.0]), np.array([3.0, 4.0])
    assert reduce(losses, gradient, "sum", 2)[0] == 3.0
    assert reduce(losses, gradient, "none", 2)[0] is losses
    assert gradient.tolist() == [3.0, 4.0]


def test_the_mean_of_nothing_is_zero():
    assert reduce(np.empty(0), np.empty(0), "mean", 0)[0] == 0.0


def test_many_small_float32_losses_are_not_lost():
    losses = np.full(2**25, 0.1, np.float32)
    loss, _ = reduce(losses, np.zeros(1), "sum", 1)
    assert abs(loss - 2**25 * float(np.float32(0.1))) < 1e-6


def test_unknown_reduction():
    with pytest.raises(ValueError, match="reduction must be one of none, mean, sum, got 'average'"):
        check_reduction("average")


def test_weights_scale_losses_and_gradient_and_divide_the_mean():
    losses, gradient = np.array([1.0, 2.0]), np.array([10.0, 20.0])
    for reduction, wanted in (("none", [3.0, 2.0]), ("sum", 5.0), ("mean", 1.25)):
        loss, dloss = reduce_weighted(losses, gradient, [3, 1], reduction)
        assert np.asarray(loss).tolist() == wanted
        assert dloss.tolist() == ([7.5, 5.0] if reduction == "mean" else [30.0, 20.0])
    assert (losses.tolist(), gradient.tolist()) == ([1, 2], [10, 20])


def test_without_weights_the_mean_divides_by_the_number():
    assert reduce_weighted(np.array([1.0, 2.0]), np.array([1.0, 1.0]), None, "mean")[0] == 1.5


def test_weights_have_the_shape_of_the_losses():
    with pytest.raises(ValueError, match=r"weight must have shape \(2,\), got \(1,\)"):
        reduce_weighted(np.ones(2), np.ones(2), [1.0], "mean")
