"""Separable resampling: two matrices, regions of several images, transposes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scratchcv.backend import BACKENDS, has_numba, use_backend
from scratchcv.layers.resample import resample, resample_backward
from scratchcv.layers.taps import Taps, linear_taps, single_taps
from scratchcv.testing import assert_close


def random_taps(rng, tables, outputs, size):
    return linear_taps(
        rng.uniform(-2, size + 1, (tables, outputs, 3)), size, rng.random((tables, outputs, 3))
    )


def test_rows_and_columns(backend):
    x = np.arange(6.0).reshape(1, 1, 2, 3)
    rows, columns = linear_taps(np.array([[0.5]]), 2), single_taps(np.array([2, 0]))
    assert resample(x, rows, columns)[0, 0].tolist() == [[3.5, 1.5]]
    dx = resample_backward(np.array([[[[1.0, 10.0]]]]), rows, columns, x.shape)
    assert dx[0, 0].tolist() == [[5, 0, 0.5], [5, 0, 0.5]]


def test_regions_of_images(backend):
    x = np.arange(8.0).reshape(2, 1, 2, 2)
    rows = linear_taps(np.array([[0.0], [1.0], [0.5]]), 2)
    columns = single_taps(np.array([1]))  # one table for all
    images = np.array([1, 0, 1])
    assert resample(x, rows, columns, images).ravel().tolist() == [5, 3, 6]
    dx = resample_backward(np.ones((3, 1, 1, 1)), rows, columns, x.shape, images)
    assert dx[:, 0].tolist() == [[[0, 0], [0, 1]], [[0, 1.5], [0, 0.5]]]


def test_an_output_without_taps_is_zero(backend):
    x = np.full((1, 1, 2, 2), 7.0)
    nowhere, somewhere = linear_taps(np.array([[9.0]]), 2, border="zero"), single_taps(np.array([0]))
    for rows, columns in ((nowhere, somewhere), (somewhere, nowhere), (nowhere, nowhere)):
        assert resample(x, rows, columns).item() == 0
        assert not resample_backward(np.ones((1, 1, 1, 1)), rows, columns, x.shape).any()


def test_copies_stay_as_they_are(backend):
    """Nothing is multiplied, so neither is NaN spread nor infinity by zero."""
    x = np.array([[np.nan, 1.0], [-np.inf, 2]]).reshape(1, 1, 2, 2)
    y = resample(x, single_taps(np.array([1, 0, 0])), single_taps(np.array([1, 0])))
    np.testing.assert_array_equal(y[0, 0], [[2, -np.inf], [1, np.nan], [1, np.nan]])


def test_nothing_is_left_of_the_region_before(backend):
    """The second region's last output has one tap of two: beyond it stood the first region's NaN."""
    x = np.ones((2, 1, 1, 4))
    x[0] = np.nan
    columns = linear_taps(np.array([[2.5, 3.0], [0.5, 1.0]]), 4)
    y = resample(x, linear_taps(np.zeros((1, 1)), 1), columns, np.array([0, 1]))
    assert np.isnan(y[0]).all()
    assert y[1].ravel().tolist() == [1, 1]


def test_one_pixel_with_a_weight_is_no_copy(backend):
    half = Taps(np.array([[1]]), np.array([[1]]), np.array([[[0.5]]]))
    assert resample(np.arange(4.0).reshape(1, 1, 2, 2), half, half).item() == 0.75
    two_tables = Taps(np.array([[1], [0]]), np.ones((2, 1), int), np.ones((2, 1, 1)))
    x = np.arange(4.0).reshape(1, 1, 2, 2)
    y = resample(x, two_tables, single_taps(np.array([0])), np.array([0, 0]))
    assert y.ravel().tolist() == [2, 0]


@given(st.integers(0, 2**32), st.tuples(*[st.integers(0, 3)] * 2), st.tuples(*[st.integers(1, 6)] * 4))
@settings(max_examples=25, deadline=None)
def test_backward_is_the_transpose(seed, batch, sizes):
    """<resample(x), dy> = <x, resample_backward(dy)>, whatever the shapes."""
    rng = np.random.default_rng(seed)
    (N, C), (H, W, height, width) = batch, sizes
    regions = int(rng.integers(0, 5)) if N else 0
    images = rng.integers(0, max(N, 1), regions)
    rows, columns = random_taps(rng, regions, height, H), random_taps(rng, 1, width, W)
    x, dy = rng.standard_normal((N, C, H, W)), rng.standard_normal((regions, C, height, width))
    for backend in BACKENDS if has_numba() else ("numpy",):
        with use_backend(backend):
            y = resample(x, rows, columns, images)
            dx = resample_backward(dy, rows, columns, x.shape, images)
        assert_close((y * dy).sum(), (x * dx).sum(), rtol=1e-12, atol=1e-12)


@pytest.mark.skipif(not has_numba(), reason="threads run kernels")
def test_results_do_not_depend_on_the_number_of_threads(monkeypatch):
    rng = np.random.default_rng(0)
    rows, columns = random_taps(rng, 30, 7, 9), random_taps(rng, 30, 7, 8)
    images, dy = rng.integers(0, 3, 30), rng.standard_normal((30, 30, 7, 7))
    found = []
    for threads in (1, 2, 3):
        monkeypatch.setattr("scratchcv.kernels.parallel.thread_count", lambda threads=threads: threads)
        with use_backend("numba"):
            found.append(resample_backward(dy, rows, columns, (3, 30, 9, 8), images).tobytes())
    assert found[0] == found[1] == found[2]


def test_bad_input():
    x, taps = np.zeros((2, 1, 2, 2)), single_taps(np.array([0]))
    with pytest.raises(ValueError, match=r"x must have shape \(N, C, H, W\), got \(2, 2\)"):
        resample(x[0, 0], taps, taps)
    with pytest.raises(ValueError, match=r"images must lie in 0…1, got images\[0\] = 2"):
        resample(x, taps, taps, np.array([2, -1]))
    with pytest.raises(ValueError, match="rows must have one table, or 2, got 3"):
        resample(x, linear_taps(np.zeros((3, 1)), 2), taps)
    with pytest.raises(ValueError, match=r"columns\.first must lie in 0…1, got columns\.first\[.*\] = 2"):
        resample(x, taps, single_taps(np.array([2])))
    with pytest.raises(ValueError, match=r"rows\.first must lie in 0…1, got rows\.first\[.*\] = -1"):
        resample_backward(x[:, :, :1, :1], single_taps(np.array([-1])), taps, x.shape)
    with pytest.raises(ValueError, match=r"dy must have shape \(2, 1, 1, 1\), got \(2, 1, 2, 2\)"):
        resample_backward(x, taps, taps, x.shape)
