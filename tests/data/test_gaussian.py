import numpy as np
import pytest

from scratchcv.data import gaussian_blur, gaussian_gradient
from scratchcv.data.gaussian import gaussian_taps
from scratchcv.testing import assert_close


@pytest.mark.parametrize("sigma", [0, 0.3, 0.8, 2.5])
def test_taps_sum_to_one_and_fall(sigma):
    taps = gaussian_taps(sigma)
    assert taps[0] + 2 * taps[1:].sum() == pytest.approx(1, abs=1e-15)
    assert (np.diff(taps) < 0).all()
    assert len(taps) == int(4 * sigma + 0.5) + 1


def test_by_hand():
    # Three taps: sigma small enough for a radius of 1, weights e⁰ and e^(−8) on each side.
    side = np.exp(-8) / (1 + 2 * np.exp(-8))
    row = np.array([[4.0, 0, 0, 0, 8]])
    smooth = gaussian_blur(row, 0.25)
    mirrored = np.array([[4 - 4 * side, 4 * side, 0, 8 * side, 8 - 8 * side]])  # the border pixel twice
    assert_close(smooth, mirrored)


def test_a_constant_stays_and_light_is_kept():
    planes = np.random.default_rng(0).random((3, 20, 30))
    assert_close(gaussian_blur(np.full((5, 4), 0.7), 3.0), np.full((5, 4), 0.7))
    assert gaussian_blur(planes, 1.3).sum() == pytest.approx(planes.sum(), rel=1e-12)


def test_planes_are_smoothed_alone_and_dtypes_stay():
    planes = np.random.default_rng(0).random((2, 3, 7, 9)).astype(np.float32)
    planes.flags.writeable = False
    smooth = gaussian_blur(planes, 1.1)
    assert smooth.dtype == np.float32
    assert_close(smooth[1, 2], gaussian_blur(planes[1, 2], 1.1))
    assert_close(gaussian_blur(planes.swapaxes(2, 3), 1.1), smooth.swapaxes(2, 3), rtol=1e-5)
    assert gaussian_blur(np.array([[0, 4, 0]]), 1.0).dtype == np.float64


def test_a_slope_is_a_slope():
    y, x = np.indices((20, 20)).astype(float)
    dx, dy = gaussian_gradient(3 * x - 2 * y, 1.0)
    inner = (slice(6, -6), slice(6, -6))
    assert_close(dx[inner], np.full((8, 8), 3.0))
    assert_close(dy[inner], np.full((8, 8), -2.0))


@pytest.mark.parametrize("shape", [(0, 5), (5, 0), (1, 1), (3, 0, 0)])
def test_little_and_nothing(shape):
    assert gaussian_blur(np.ones(shape), 2.0).shape == shape
    assert all(not slope.any() for slope in gaussian_gradient(np.ones(shape), 2.0) if slope.size)


@pytest.mark.parametrize("sigma", [-1, np.nan, np.inf])
def test_bad_sigma_is_told(sigma):
    with pytest.raises(ValueError, match=r"sigma must be a number of pixels, 0 or more"):
        gaussian_blur(np.ones((3, 3)), sigma)


@pytest.mark.parametrize("sigma", [0.5, 0.8, 1.0, 7.0])
def test_scipys_answer(sigma):
    ndimage = pytest.importorskip("scipy.ndimage", reason="SciPy is not installed: values by hand alone")
    planes = np.random.default_rng(1).random((3, 13, 17))
    theirs = np.stack([ndimage.gaussian_filter(plane, sigma) for plane in planes])
    assert_close(gaussian_blur(planes, sigma), theirs)
