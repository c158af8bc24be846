"""Mask pasting: by hand, at the image's border, gradients."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scratchcv.layers import Layer, interpolate, paste_masks_in_image, paste_masks_in_image_backward
from scratchcv.testing import assert_close, check_layer


class InBoxes(Layer):
    """Pasting into fixed boxes."""

    def __init__(self, boxes, image_size, padding):
        self.boxes, self.image_size, self.padding = boxes, image_size, padding

    def forward(self, masks):
        return paste_masks_in_image(masks, self.boxes, self.image_size, self.padding), (masks.shape[-2:],)

    def backward(self, dy, cache):
        (mask_size,) = cache
        return paste_masks_in_image_backward(dy, self.boxes, mask_size, self.padding)


def random_boxes(rng, K, side):
    return np.sort(rng.uniform(-3, side + 3, (K, 2, 2)), axis=1).reshape(K, 4)


def test_without_padding_it_is_bilinear_in_the_box(backend):
    mask = np.random.default_rng(0).random((1, 3, 3))
    y = paste_masks_in_image(mask, np.array([[2.0, 1, 6, 4]]), (8, 9), padding=0)[0]
    assert_close(y[1:5, 2:7], interpolate(mask[None], (4, 5), mode="bilinear")[0, 0])
    y[1:5, 2:7] = 0
    assert not y.any()


def test_by_default_the_mask_fades_out(backend):
    """Box 1 … 3 of a 2-pixel mask grows to 0 … 4: five pixels of 4/5, of 0, 1, 1, 0."""
    y = paste_masks_in_image(np.ones((1, 2, 2)), np.array([[1, 1, 3, 3.0]]), (6, 6))[0]
    profile = np.array([0, 0.7, 1, 0.7, 0, 0])
    assert_close(y, np.outer(profile, profile))


def test_corners_are_cut_to_pixels_towards_zero(backend):
    ones = np.ones((1, 1, 1))
    y = paste_masks_in_image(ones, np.array([[1.9, 0.9, 3.9, 0.9]]), (3, 6), padding=0)[0]
    assert y.tolist() == [[0, 1, 1, 1, 0, 0], [0] * 6, [0] * 6]
    y = paste_masks_in_image(ones, np.array([[-0.9, -0.9, 0.9, 0.9]]), (2, 2), padding=0)[0]
    assert y.tolist() == [[1, 0], [0, 0]]


def test_what_is_outside_is_left_out(backend):
    mask = np.arange(16.0).reshape(1, 4, 4)
    y = paste_masks_in_image(mask, np.array([[-2.0, -1, 1, 2]]), (4, 3), padding=0)[0]
    assert y.tolist() == [[6, 7, 0], [10, 11, 0], [14, 15, 0], [0, 0, 0]]
    far = np.array([[-9.0, -9, -5, -5]])
    assert not paste_masks_in_image(mask, far, (4, 3)).any()
    assert not paste_masks_in_image(mask, -far[:, ::-1], (4, 3)).any()
    endless = np.array([[-1e308, -1e308, 1e308, 1e308]])
    assert_close(paste_masks_in_image(mask, endless, (2, 3)), np.full((1, 2, 3), 7.5))  # its very middle
    assert not paste_masks_in_image(mask, np.array([[3.0, 3, 0, 0]]), (4, 4), padding=0).any()  # inverted


def test_an_axis_of_one_channel_stays(backend):
    masks, boxes = np.random.default_rng(0).random((2, 4, 4)), np.array([[0, 0, 5, 5], [1, 2, 3, 4.0]])
    y = paste_masks_in_image(masks[:, None], boxes, (6, 6))
    assert y.shape == (2, 1, 6, 6)
    assert (y[:, 0] == paste_masks_in_image(masks, boxes, (6, 6))).all()
    dmasks = paste_masks_in_image_backward(y, boxes, (4, 4))
    assert dmasks.shape == (2, 1, 4, 4)
    assert (dmasks[:, 0] == paste_masks_in_image_backward(y[:, 0], boxes, (4, 4))).all()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_no_masks(backend, dtype):
    y = paste_masks_in_image(np.zeros((0, 4, 4), dtype), np.zeros((0, 4), dtype), (5, 3))
    assert y.shape == (0, 5, 3)
    assert y.dtype == dtype
    assert paste_masks_in_image_backward(y, np.zeros((0, 4), dtype), (4, 4)).shape == (0, 4, 4)


@pytest.mark.parametrize("seed", range(20))
def test_gradients(backend, seed):
    rng = np.random.default_rng(seed)
    shape = tuple(rng.integers((1, 1, 1), (4, 6, 6)).tolist())
    layer = InBoxes(random_boxes(rng, shape[0], 8), tuple(rng.integers(1, 10, 2).tolist()), seed % 3)
    check_layer(layer, shape if seed % 2 else (shape[0], 1, *shape[1:]), empty_batch=False, max_entries=16)


@given(st.integers(0, 2**32), st.integers(0, 3), st.tuples(*[st.integers(1, 9)] * 4), st.integers(0, 2))
@settings(max_examples=25, deadline=None)
def test_nothing_grows(seed, K, sizes, padding):
    rng = np.random.default_rng(seed)
    masks, boxes = rng.random((K, *sizes[:2])), random_boxes(rng, K, 9)
    y = paste_masks_in_image(masks, boxes, sizes[2:], padding)
    assert y.shape == (K, *sizes[2:])
    assert y.max(initial=0) <= masks.max(initial=0) + 1e-12
    dy = rng.standard_normal(y.shape)
    dmasks = paste_masks_in_image_backward(dy, boxes, sizes[:2], padding)
    assert_close((y * dy).sum(), (masks * dmasks).sum(), rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize(
    ("masks", "boxes", "options", "message"),
    [
        (np.zeros((4, 4)), np.zeros((1, 4)), {}, r"masks must have shape \(K, M, M\), got \(4, 4\)"),
        (np.zeros((1, 2, 4, 4)), np.zeros((1, 4)), {}, r"masks must have shape \(K, 1, M, M\)"),
        (np.zeros((1, 4, 4)), np.zeros((2, 4)), {}, r"boxes must have shape \(1, 4\), got \(2, 4\)"),
        (np.zeros((1, 4, 0)), np.zeros((1, 4)), {}, "masks must have pixels, got 4 x 0"),
        (np.zeros((1, 4, 4)), np.full((1, 4), np.nan), {}, r"boxes must be finite, got \[nan, nan"),
        (np.zeros((1, 4, 4)), np.zeros((1, 4)), {"padding": -1}, "padding must be a whole number"),
        (np.zeros((1, 4, 4)), np.zeros((1, 4)), {"image_size": (0, 2)}, "image_size must be"),
    ],
)
def test_bad_input(masks, boxes, options, message):
    with pytest.raises(ValueError, match=message):
        paste_masks_in_image(masks, boxes, **{"image_size": (5, 5), **options})
