"""Sums and means of dense losses, block by block, and on one thread or several."""

import numpy as np
import pytest

from scratchcv.backend import use_backend
from scratchcv.losses import (
    binary_cross_entropy_with_logits,
    l1_loss,
    mse_loss,
    sigmoid_focal_loss,
    smooth_l1_loss,
)
from scratchcv.testing import assert_close

pytest.importorskip("numba")
from scratchcv.kernels import parallel

LOSSES = [binary_cross_entropy_with_logits, l1_loss, mse_loss, sigmoid_focal_loss, smooth_l1_loss]
SIZES = [1, 2047, 2048, 2049, 50_001]

each_loss = pytest.mark.parametrize("loss_of", LOSSES, ids=lambda loss_of: loss_of.__name__)


def draw(size):
    rng = np.random.default_rng(size)
    return rng.standard_normal(size).astype(np.float32), rng.integers(0, 2, size).astype(np.float32)


@each_loss
@pytest.mark.parametrize("size", SIZES)
def test_sum_and_mean_are_those_of_the_losses(loss_of, size):
    x, target = draw(size)
    with use_backend("numba"):
        losses, gradient = loss_of(x, target, reduction="none")
        total, of_total = loss_of(x, target, reduction="sum")
        mean, of_mean = loss_of(x, target, reduction="mean")
    assert losses.dtype == gradient.dtype == of_mean.dtype == np.float32
    assert_close(total, losses.sum(dtype=np.float64), rtol=1e-13)
    assert_close(mean, losses.mean(dtype=np.float64), rtol=1e-13)
    assert (of_total == gradient).all()
    assert (of_mean == gradient / np.float32(size)).all()


@each_loss
def test_the_number_of_threads_changes_no_bit(loss_of, monkeypatch):
    x, target = draw(50_001)
    found = []
    for threads in (1, 2, 3):
        monkeypatch.setattr(parallel, "thread_count", lambda threads=threads: threads)
        with use_backend("numba"):
            loss, gradient = loss_of(x, target, reduction="sum")
        found.append((loss, gradient.tobytes()))
    assert found[0] == found[1] == found[2]
