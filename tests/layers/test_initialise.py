"""Random initial weights."""

import numpy as np

from scratchcv.layers import kaiming_normal


def test_the_variance_of_a_relu_network_stays():
    """He et al. 2015: with variance 2 / fan-in, the mean square of activations survives twenty layers."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((400, 256))
    for _ in range(20):
        x = np.maximum(x @ kaiming_normal((256, 256), rng).T, 0)
    assert 0.5 < (x**2).mean() < 2


def test_seeded():
    draws = [kaiming_normal((4, 3, 2, 2), np.random.default_rng(5)) for _ in range(2)]
    assert draws[0].tobytes() == draws[1].tobytes()
    assert kaiming_normal((4, 3)).tobytes() != kaiming_normal((4, 3)).tobytes()


def test_empty():
    assert kaiming_normal((4, 0, 3, 3)).shape == (4, 0, 3, 3)
