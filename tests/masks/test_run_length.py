import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scratchcv.masks import RunLengths, decode_masks, encode_masks, join_run_lengths, run_length_areas


def test_columns_come_first(backend):
    runs = encode_masks([[[0, 1, 1], [0, 1, 0]], [[1, 0, 0], [0, 0, 1]]])
    assert runs.counts.tolist() == [2, 3, 1, 0, 1, 4, 1]
    assert runs.begin.tolist() == [0, 3, 7]
    assert (runs.size, len(runs), runs.areas.tolist()) == ((2, 3), 2, [3, 2])


def test_masks_of_one_kind_of_pixel(backend):
    runs = encode_masks(np.stack([np.zeros((3, 4), bool), np.ones((3, 4), bool)]))
    assert runs.counts.tolist() == [12, 0, 12]
    assert runs.areas.tolist() == [0, 12]


@pytest.mark.parametrize("shape", [(0, 3, 4), (2, 0, 4), (2, 3, 0), (0, 0, 0)])
def test_no_pixels(backend, shape):
    runs = encode_masks(np.zeros(shape, bool))
    assert runs.counts.tolist() == [0] * shape[0] if shape[0] else runs.counts.shape == (0,)
    assert decode_masks(runs).shape == shape
    assert runs.areas.tolist() == [0] * shape[0]


@settings(deadline=None, max_examples=60)
@given(
    st.integers(0, 10**9),
    st.integers(1, 3),
    st.tuples(st.integers(1, 30), st.integers(1, 150)),
    st.sampled_from([0.01, 0.5, 0.99]),
)
def test_decoding_gives_the_masks_back(seed, count, size, share):
    masks = np.random.default_rng(seed).random((count, *size)) < share
    runs = encode_masks(masks)
    np.testing.assert_array_equal(decode_masks(runs), masks)
    np.testing.assert_array_equal(runs.areas, masks.sum(axis=(1, 2)))
    assert np.add.reduceat(runs.counts, runs.begin[:-1]).tolist() == [masks[0].size] * count


def test_large_masks_go_to_all_threads(backend):
    masks = np.random.default_rng(0).random((3, 300, 400)) < 0.5
    np.testing.assert_array_equal(decode_masks(encode_masks(masks)), masks)


def test_equals_pycocotools(backend):
    mask = pytest.importorskip("pycocotools.mask")
    rng = np.random.default_rng(0)
    for share in (0.0, 0.02, 0.5, 1.0):
        one = rng.random((1, 37, 70)) < share
        runs = encode_masks(one)
        theirs = mask.encode(np.asfortranarray(one[0], np.uint8))
        ours = mask.frPyObjects({"size": list(runs.size), "counts": runs.counts.tolist()}, *runs.size)
        assert ours == theirs
        assert runs.areas.tolist() == [mask.area(theirs)]


def test_bad_run_lengths():
    with pytest.raises(ValueError, match=r"runs\[1\] must add up to 2 x 2 = 4 pixels, got 5"):
        decode_masks(RunLengths(np.array([4, 2, 3]), np.array([0, 1, 3]), (2, 2)))
    with pytest.raises(ValueError, match=r"runs\[0\] must add up to"):
        decode_masks(RunLengths(np.array([5, -1]), np.array([0, 2]), (2, 2)))


def test_one_of_several_masks():
    masks = np.random.default_rng(0).random((3, 5, 6)) < 0.5
    np.testing.assert_array_equal(decode_masks(encode_masks(masks)[1]), masks[1:2])


def test_masks_of_several_images():
    wide, high = np.ones((2, 3, 8), bool), np.zeros((1, 9, 2), bool)
    counts, begin, heights = join_run_lengths([encode_masks(wide), encode_masks(high)])
    assert (counts.tolist(), begin.tolist(), heights.tolist()) == (
        [0, 24, 0, 24, 18],
        [0, 2, 4, 5],
        [3, 3, 9],
    )
    assert run_length_areas(counts, begin).tolist() == [24, 24, 0]
    assert [column.tolist() for column in join_run_lengths([])] == [[], [0], []]
