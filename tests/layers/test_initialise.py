"""Initial weights: random ones, and those that interpolate."""

import numpy as np
import pytest

from scratchcv.layers import bilinear_kernel, kaiming_normal, kaiming_uniform


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


@pytest.mark.parametrize(("a", "bound"), [(0.0, 6**0.5 / 6), (1.0, 3**0.5 / 6), (5**0.5, 1 / 6)])
def test_kaiming_uniform_fills_its_interval(a, bound):
    weight = kaiming_uniform((500, 4, 3, 3), np.random.default_rng(0), a)
    assert weight.dtype == np.float32
    assert abs(weight).max() <= np.float32(bound)
    assert abs(weight.std() * 3**0.5 / bound - 1) < 0.01
    assert abs(weight.mean()) < 0.01 * bound


def test_empty():
    assert kaiming_normal((4, 0, 3, 3)).shape == (4, 0, 3, 3)


def test_another_fan_in():
    weight = kaiming_normal((50, 50, 4, 4), np.random.default_rng(0), fan_in=8)
    assert abs(weight.std() / 0.5 - 1) < 0.02


def test_bilinear_kernels_by_hand():
    """The tents of an odd and an even kernel: 1 2 1 over 2, and 1 3 3 1 over 4."""
    assert (4 * bilinear_kernel(1, 1, 3)[0, 0]).tolist() == [[1, 2, 1], [2, 4, 2], [1, 2, 1]]
    tent = np.array([1, 3, 3, 1])
    assert (16 * bilinear_kernel(1, 1, 4)[0, 0]).tolist() == np.outer(tent, tent).tolist()
    assert bilinear_kernel(1, 1, 1).tolist() == [[[[1]]]]


def test_bilinear_kernels_keep_channels_apart():
    weight = bilinear_kernel(3, 3, 4)
    assert weight.dtype == np.float32
    assert weight.any(axis=(2, 3)).tolist() == np.eye(3, dtype=bool).tolist()
    assert bilinear_kernel(3, 1, 4).shape == (3, 1, 4, 4)  # for three groups
    assert bilinear_kernel(3, 1, 4).any(axis=(2, 3)).all()


def test_bilinear_kernels_of_unpaired_channels():
    with pytest.raises(ValueError, match="out_channels must equal in_channels, 3, or be 1 a group, got 2"):
        bilinear_kernel(3, 2, 4)


def test_bad_sizes():
    with pytest.raises(ValueError, match="kernel_size must be a whole number of at least 1, got 0"):
        bilinear_kernel(1, 1, 0)
    with pytest.raises(ValueError, match="in_channels must be a whole number of at least 0, got -1"):
        bilinear_kernel(-1, -1, 4)
    with pytest.raises(ValueError, match=r"each of shape's numbers must be a whole number .* got -2"):
        kaiming_normal((3, -2))
