import numpy as np
import pytest

from scratchcv.losses.reduction import check_reduction, reduce


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
