import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scratchcv.proposals import describe_regions
from scratchcv.proposals.region_features import color_levels, region_histograms, texture_levels

LABELS = np.array([[0, 0, 1, 1], [0, 2, 2, 1], [3, 3, 2, 1]])


def test_by_hand():
    regions = describe_regions(LABELS, np.full((1, 3, 4), 0.5))
    assert regions.sizes.tolist() == [3, 4, 3, 2]
    assert regions.boxes.tolist() == [[0, 0, 2, 2], [2, 0, 4, 3], [1, 1, 3, 3], [0, 2, 2, 3]]
    assert regions.pairs.tolist() == [[0, 1], [0, 2], [0, 3], [1, 2], [2, 3]]  # 1 and 3 do not touch
    assert regions.colors[:, 12].tolist() == [3, 4, 3, 2]
    assert regions.textures[:, ::10].tolist() == [[size] * 8 for size in (3, 4, 3, 2)]  # no slope anywhere


def test_corners_touch_both_ways():
    assert describe_regions([[0, 1], [2, 0]], np.zeros((1, 2, 2))).pairs.tolist() == [[0, 1], [0, 2], [1, 2]]
    assert describe_regions([[0, 1], [2, 3]], np.zeros((1, 2, 2))).pairs.tolist() == [
        [0, 1],
        [0, 2],
        [0, 3],
        [1, 2],
        [1, 3],
        [2, 3],
    ]


@settings(deadline=None, max_examples=40)
@given(shape=st.tuples(st.integers(1, 9), st.integers(1, 9)), seed=st.integers(0, 99))
def test_everything_is_counted_pixel_by_pixel(shape, seed):
    rng = np.random.default_rng(seed)
    planes = rng.random((2, *shape))
    labels = np.unique(rng.integers(0, 6, shape), return_inverse=True)[1].reshape(shape)
    regions = describe_regions(labels, planes)
    colors, textures = color_levels(planes), texture_levels(planes)
    for region in range(labels.max() + 1):
        y, x = np.nonzero(labels == region)
        assert regions.sizes[region] == len(y)
        assert regions.boxes[region].tolist() == [x.min(), y.min(), x.max() + 1, y.max() + 1]
        for counts, levels, bins in ((regions.colors, colors, 25), (regions.textures, textures, 10)):
            expected = [np.bincount(level[y, x], minlength=bins) for level in levels]
            np.testing.assert_array_equal(counts[region], np.concatenate(expected))
    touching = {
        tuple(sorted((labels[y, x], labels[v, u])))
        for y, x in np.ndindex(shape)
        for v, u in np.ndindex(shape)
        if max(abs(y - v), abs(x - u)) == 1 and labels[y, x] != labels[v, u]
    }
    assert regions.pairs.tolist() == sorted(map(list, touching))


def test_each_direction_has_its_slope():
    """Brightness that rises to the right, and to the lower right, by as much a pixel."""
    y, x = np.indices((9, 9)) / 20
    middle = (slice(None), 4, 4)
    assert np.flatnonzero(texture_levels(x[None])[middle]).tolist() == [0, 1, 7]
    assert np.flatnonzero(texture_levels((x + y)[None])[middle]).tolist() == [0, 1, 2]
    assert np.flatnonzero(texture_levels(-y[None])[middle]).tolist() == [5, 6, 7]
    assert texture_levels((x + y)[None])[middle].max() == 9


def test_colors_outside_the_unit_cube_fall_into_the_outer_bins():
    assert color_levels(np.array([[[-0.1, 0.0399, 0.0401, 1.0, 1.3]]])).tolist() == [[[0, 0, 1, 24, 24]]]


@pytest.mark.parametrize("shape", [(0, 4), (4, 0)])
def test_nothing_has_no_regions(shape):
    regions = describe_regions(np.zeros(shape, int), np.zeros((3, *shape)))
    assert [part.shape for part in regions] == [(0,), (0, 4), (0, 75), (0, 240), (0, 2)]


def test_what_is_wrong_is_told():
    with pytest.raises(ValueError, match=r"labels must have shape \(3, 4\), got \(2, 2\)"):
        describe_regions(np.zeros((2, 2), int), np.zeros((1, 3, 4)))
    with pytest.raises(ValueError, match=r"labels must not be negative|labels must"):
        describe_regions(np.full((3, 4), -1), np.zeros((1, 3, 4)))
    with pytest.raises(ValueError, match=r"levels must have shape \(F, 3, 4\), got \(2, 2\)"):
        region_histograms(LABELS, np.zeros((2, 2), np.uint8), 25, 4)
