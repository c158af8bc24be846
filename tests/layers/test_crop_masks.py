"""Bilinear cropping: means of a mask in a box, gradients."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scratchcv.layers import Layer, crop_masks, crop_masks_backward, roi_align
from scratchcv.testing import assert_close, check_layer


class OfBoxes(Layer):
    """Crops of fixed boxes."""

    def __init__(self, boxes, size, indices):
        self.boxes, self.size, self.indices = boxes, size, indices

    def forward(self, masks):
        return crop_masks(masks, self.boxes, self.size, self.indices), (masks.shape,)

    def backward(self, dy, cache):
        (masks_shape,) = cache
        return crop_masks_backward(dy, self.boxes, masks_shape, self.indices)


def random_boxes(rng, K, side):
    return np.sort(rng.uniform(0, side, (K, 2, 2)), axis=1).reshape(K, 4)


def test_it_is_roi_align_of_one_channel(backend):
    rng = np.random.default_rng(0)
    masks, boxes = rng.random((3, 7, 9)), random_boxes(rng, 4, 7)
    indices = np.array([2, 0, 0, 1])
    rois = np.concatenate([indices[:, None], boxes], axis=1)
    assert (crop_masks(masks, boxes, 5, indices) == roi_align(masks[:, None], rois, 5)[:, 0]).all()


def test_booleans_take_the_boxes_dtype(backend):
    masks = np.zeros((1, 4, 4), bool)
    masks[0, :, 2:] = True
    for dtype in (np.float32, np.float64):
        crops = crop_masks(masks, np.array([[0, 0, 3, 3]], dtype), (1, 2))
        assert crops.dtype == dtype
        # Samples lie at .375, 1.125 | 1.875, 2.625.
        assert_close(crops, np.array([[[0.0625, 0.9375]]], dtype))
    with_more = crop_masks(masks.astype(np.uint8), np.array([[2, 0, 3, 3.0]]), 2)
    assert with_more.tolist() == [[[1, 1], [1, 1]]]


def test_nothing_to_crop(backend):
    assert crop_masks(np.zeros((0, 5, 5)), np.zeros((0, 4)), 2).shape == (0, 2, 2)
    assert crop_masks(np.zeros((3, 5, 5)), np.zeros((0, 4)), 2, np.zeros(0, int)).shape == (0, 2, 2)
    assert not crop_masks_backward(np.zeros((0, 2, 2)), np.zeros((0, 4)), (3, 5, 5), np.zeros(0, int)).any()


@pytest.mark.parametrize("seed", range(20))
def test_gradients(backend, seed):
    rng = np.random.default_rng(seed)
    shape = tuple(rng.integers((1, 2, 2), (4, 8, 8)).tolist())
    K = shape[0] if seed % 2 else int(rng.integers(0, 5))
    indices = None if seed % 2 else rng.integers(0, shape[0], K)
    layer = OfBoxes(random_boxes(rng, K, 8), tuple(rng.integers(1, 5, 2).tolist()), indices)
    check_layer(layer, shape, empty_batch=False, max_entries=16)


@given(st.integers(0, 2**32), st.tuples(*[st.integers(1, 6)] * 4))
@settings(max_examples=25, deadline=None)
def test_crops_are_fractions(seed, sizes):
    rng = np.random.default_rng(seed)
    masks = rng.random((2, *sizes[:2])) < 0.5
    crops = crop_masks(masks, random_boxes(rng, 2, 6), sizes[2:])
    assert crops.shape == (2, *sizes[2:])
    assert crops.min() >= 0
    assert crops.max() <= 1 + 1e-12


def test_bad_input():
    masks, boxes = np.zeros((2, 4, 4)), np.zeros((3, 4))
    with pytest.raises(ValueError, match=r"boxes must have shape \(2, 4\), got \(3, 4\)"):
        crop_masks(masks, boxes, 2)
    with pytest.raises(ValueError, match=r"indices must have shape \(3,\), got \(2,\)"):
        crop_masks(masks, boxes, 2, np.zeros(2, int))
    with pytest.raises(ValueError, match=r"rois\[2\] is on image 2, of a batch of 2 images"):
        crop_masks(masks, boxes, 2, np.arange(3))
    with pytest.raises(ValueError, match=r"masks must have shape \(R, H, W\), got \(4, 4\)"):
        crop_masks(masks[0], boxes, 2)
    assert_close(crop_masks(masks, boxes[:2], 2), np.zeros((2, 2, 2)))
