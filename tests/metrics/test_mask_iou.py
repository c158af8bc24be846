import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scratchcv.masks import encode_masks
from scratchcv.metrics import mask_iou


def test_values(backend):
    # 2 × 2 and 2 × 3 pixels that share one: the boxes of the lecture's exercise, as masks.
    first, second = np.zeros((2, 1, 4, 4), bool)
    first[0, :2, :2] = True
    second[0, 1:3, 1:4] = True
    assert mask_iou(first, second).tolist() == [[1 / 9]]
    assert mask_iou(first, second, crowd=[True]).tolist() == [[1 / 4]]
    assert mask_iou(first, first).tolist() == [[1.0]]


def test_empty_masks_share_nothing():
    masks = np.zeros((2, 3, 3), bool)
    assert mask_iou(masks, masks).tolist() == [[0, 0], [0, 0]]
    assert mask_iou(masks, np.ones((1, 3, 3), bool), crowd=[True]).tolist() == [[0], [0]]


@pytest.mark.parametrize(("n", "m"), [(0, 0), (0, 2), (3, 0)])
def test_no_masks(n, m):
    assert mask_iou(np.zeros((n, 5, 4), bool), np.ones((m, 5, 4), bool)).shape == (n, m)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10**9), st.tuples(*[st.integers(0, 4)] * 2), st.tuples(*[st.integers(1, 7)] * 2))
def test_equals_counting_pixels(seed, counts, size):
    rng = np.random.default_rng(seed)
    first, second = (rng.random((n, *size)) < rng.random() for n in counts)
    crowd = rng.random(counts[1]) < 0.5
    iou = mask_iou(first[:, ::-1], second[:, ::-1].astype(np.uint8), crowd)
    for i, a in enumerate(first):
        for j, b in enumerate(second):
            shared, either = np.sum(a & b), np.sum(a) if crowd[j] else np.sum(a | b)
            assert iou[i, j] == (shared / either if shared else 0)


def test_run_lengths_stand_for_their_masks(backend):
    rng = np.random.default_rng(0)
    first, second = rng.random((2, 3, 17, 9)) < 0.5
    expected = mask_iou(first, second, crowd=[True, False, False])
    runs = encode_masks(first), encode_masks(second)
    np.testing.assert_array_equal(mask_iou(*runs, crowd=[True, False, False]), expected)
    np.testing.assert_array_equal(mask_iou(runs[0], second, crowd=[True, False, False]), expected)


def test_equals_pycocotools(backend):
    mask = pytest.importorskip("pycocotools.mask")
    rng = np.random.default_rng(0)
    for _ in range(100):
        size = tuple(rng.integers(1, 30, 2))
        first, second = (rng.random((n, *size)) < rng.random() for n in rng.integers(1, 6, 2))
        crowd = rng.random(len(second)) < 0.3
        encoded = [
            mask.encode(np.asfortranarray(masks.transpose(1, 2, 0), np.uint8)) for masks in (first, second)
        ]
        expected = mask.iou(*encoded, crowd.astype(int).tolist())
        np.testing.assert_array_equal(mask_iou(first, second, crowd), expected)


def test_bad_input():
    masks = np.ones((1, 3, 3), bool)
    with pytest.raises(ValueError, match=r"masks1 must have shape \(N, H, W\), got \(3, 3\)"):
        mask_iou(masks[0], masks)
    with pytest.raises(ValueError, match="masks2 must be bool, got float64"):
        mask_iou(masks, masks * 0.5)
    with pytest.raises(ValueError, match=r"one size, got masks1 \(1, 3, 3\) and masks2 \(1, 3, 4\)"):
        mask_iou(masks, np.ones((1, 3, 4), bool))
    with pytest.raises(ValueError, match=r"crowd must have shape \(1,\), got \(2,\)"):
        mask_iou(masks, masks, crowd=[True, False])
