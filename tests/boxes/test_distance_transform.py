import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scratchcv.boxes import distance_transform

pytestmark = pytest.mark.usefixtures("backend")


def by_definition(mask):
    """Compare each pixel with each of the mask."""
    pixels, marked = np.argwhere(np.ones_like(mask)), np.argwhere(mask)
    squares = ((pixels[:, None] - marked) ** 2).sum(axis=2).astype(float)
    return np.sqrt(squares.min(axis=1, initial=np.inf)).reshape(mask.shape)


def test_three_four_five():
    mask = np.zeros((4, 5), bool)
    mask[0, 0] = True
    assert distance_transform(mask)[3, 4] == 5.0
    assert distance_transform(mask)[0].tolist() == [0, 1, 2, 3, 4]
    assert distance_transform(mask)[:, 0].tolist() == [0, 1, 2, 3]


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 2**32 - 1), st.sampled_from([0.0, 0.02, 0.2, 0.8]))
def test_equals_the_definition_exactly(seed, share):
    rng = np.random.default_rng(seed)
    masks = rng.random((2, *rng.integers(1, 20, 2))) < share
    distances = distance_transform(masks)
    assert (distances == [by_definition(mask) for mask in masks]).all()
    assert (distance_transform(masks[1]) == distances[1]).all()


def test_equals_scipy():
    ndimage = pytest.importorskip("scipy.ndimage")
    rng = np.random.default_rng(0)
    for share in (0.001, 0.01, 0.3):
        mask = rng.random((150, 230)) < share
        mask[70, 90] = True
        np.testing.assert_array_equal(distance_transform(mask), ndimage.distance_transform_edt(~mask))


def test_from_nothing_it_is_infinitely_far():
    assert np.isinf(distance_transform(np.zeros((3, 4), bool))).all()


@pytest.mark.parametrize("shape", [(0, 4), (4, 0), (0, 3, 4), (2, 0, 0)])
def test_no_pixels(shape):
    assert distance_transform(np.zeros(shape, bool)).shape == shape


def test_the_mask_may_be_strided_and_read_only():
    mask = np.random.default_rng(0).random((20, 30)) < 0.1
    view = mask[::2, ::-3]
    view.flags.writeable = False
    assert (distance_transform(view) == distance_transform(view.copy())).all()


def test_bad_arguments():
    with pytest.raises(ValueError, match=r"mask must have shape \(H, W\), got \(3,\)"):
        distance_transform(np.zeros(3, bool))
    with pytest.raises(TypeError, match="mask must be boolean, got int64"):
        distance_transform(np.zeros((3, 3), np.int64))
