import numpy as np
import pytest

from scratchcv.proposals import Regions, describe_regions, felzenszwalb, labels_after, merge_regions


def stripes(*values, rows=1):
    """Return labels and planes of an image in which each column is a region of its own brightness."""
    labels = np.tile(np.arange(len(values)), (rows, 1))
    return labels, np.tile(np.array(values, float), (1, rows, 1))


def in_a_row(sizes, colors):
    """Return regions one beside the other, as high as 1."""
    ends = np.cumsum(sizes)
    boxes = np.stack([ends - sizes, np.zeros_like(ends), ends, np.ones_like(ends)], axis=1)
    first = np.arange(len(sizes) - 1)
    histograms = np.array(colors, float)
    return Regions(
        np.array(sizes, float), boxes, histograms, histograms, np.stack([first, first + 1], axis=1)
    )


def test_like_colors_merge_first(backend):
    hierarchy = merge_regions(describe_regions(*stripes(0.1, 0.9, 0.9, 0.1)), (1, 0, 0, 0))
    assert hierarchy.merges.tolist() == [[1, 2], [0, 4], [3, 5]]
    assert hierarchy.boxes[4:].tolist() == [[1, 0, 3, 1], [0, 0, 3, 1], [0, 0, 4, 1]]


def test_small_regions_merge_first_by_size(backend):
    regions = in_a_row([5, 2, 1, 4], [[5], [2], [1], [4]])
    assert merge_regions(regions, (0, 0, 1, 0)).merges.tolist() == [[1, 2], [3, 4], [0, 5]]


def test_what_fills_a_box_merges_first_by_fill(backend):
    """A frame with a hole, and a neighbour: the box of frame and hole has no gap."""
    labels = np.pad(np.ones((2, 2), int), 1)
    labels = np.hstack([labels, np.full((4, 1), 2)])
    regions = describe_regions(labels, np.zeros((1, 4, 5)))
    assert regions.pairs.tolist() == [[0, 1], [0, 2]]
    # 0 and 1: 16 − 12 − 4 = 0. 0 and 2: 20 − 12 − 4 = 4.
    assert merge_regions(regions, (0, 0, 0, 1)).merges.tolist() == [[0, 1], [2, 3]]


def test_the_sum_by_hand(backend):
    """Three regions of 2, 4 and 2 pixels, of which the middle one shares half of its colours with either."""
    regions = in_a_row([2, 4, 2], [[2, 0], [2, 2], [0, 2]])
    # s(0, 1) = s(1, 2) = .5 + .5 + 2/8 + 1: of equals the first merges.
    assert merge_regions(regions).merges.tolist() == [[0, 1], [2, 3]]
    # Now s(0, 1) = .25 + .5 + 2/8 + 1 < s(1, 2) = .75 + .5 + 2/8 + 1.
    uneven = regions._replace(colors=np.array([[2.0, 0], [1, 3], [0, 2]]))
    assert merge_regions(uneven).merges.tolist() == [[1, 2], [0, 3]]


def test_merged_histograms_weigh_by_size(backend):
    """Texture makes 1 and 2 merge first; their colours, (1, 0) of 3 pixels and (0, 1) of one, to (.75, .25).

    Of these region 0, (.5, .5), shares .75, and region 3, (.9, .1), shares .85.
    """
    regions = in_a_row([2, 3, 1, 10], [[1, 1], [3, 0], [0, 1], [9, 1]])
    apart = regions._replace(textures=np.array([[2.0, 0, 0], [0, 3, 0], [0, 1, 0], [0, 0, 10]]))
    assert merge_regions(apart, (1, 1, 0, 0)).merges.tolist() == [[1, 2], [3, 4], [0, 5]]


def test_every_region_merges_once_and_boxes_are_hulls(backend):
    image = np.random.default_rng(0).random((24, 30, 3))
    planes = np.moveaxis(image, 2, 0)
    labels = felzenszwalb(image, 1, 0.5, 4)
    regions = describe_regions(labels, planes)
    boxes, merges = merge_regions(regions)
    R = len(regions.sizes)
    assert R > 20
    assert boxes.shape == (2 * R - 1, 4)
    assert sorted(merges.reshape(-1).tolist()) == list(range(2 * R - 2))
    assert boxes[-1].tolist() == [0, 0, 30, 24]
    for merged, pair in enumerate(merges, R):
        assert boxes[merged].tolist() == [*boxes[pair, :2].min(axis=0), *boxes[pair, 2:].max(axis=0)]
        members = np.isin(labels_after(labels, merges, merged - R + 1), merged)
        assert describe_regions(members.astype(int), planes).boxes[-1].tolist() == boxes[merged].tolist()


def test_arguments_stay(backend):
    regions = describe_regions(*stripes(0.1, 0.5, 0.9, rows=3))
    for part in regions:
        part.flags.writeable = False
    assert len(merge_regions(regions).merges) == 2


def test_labels_after_every_step():
    labels, merges = np.array([[0, 0, 1, 1, 2]]), np.array([[1, 2], [0, 3]])
    steps = [labels_after(labels, merges, step).tolist() for step in range(3)]
    assert steps == [[[0, 0, 1, 1, 2]], [[0, 0, 3, 3, 3]], [[4, 4, 4, 4, 4]]]
    assert labels_after([[0, 0]], np.zeros((0, 2), int), 0).tolist() == [[0, 0]]


def test_what_is_wrong_is_told():
    regions = describe_regions(*stripes(0, 1))
    with pytest.raises(ValueError, match=r"weights must have shape \(4,\), got \(3,\)"):
        merge_regions(regions, (1, 1, 1))
    with pytest.raises(ValueError, match="steps must lie in 0…1, got 2"):
        labels_after([[0, 1]], [[0, 1]], 2)
    with pytest.raises(ValueError, match="labels must lie in 0…1, got"):
        labels_after([[0, 2]], [[0, 1]], 1)
