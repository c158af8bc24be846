"""Centre cropping: U-Net's sizes, odd differences, gradients."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scratchcv.layers import Crop, center_crop, center_crop_backward
from scratchcv.testing import check_layer


class CropTo(Crop):
    """A crop whose size is fixed, for `check_layer` turns tuples of numbers into arrays."""

    def __init__(self, size):
        self.size = size

    def forward(self, x):
        return super().forward(x, self.size)


@pytest.mark.parametrize(
    ("size", "decoder", "cut"), [(64, 56, 4), (136, 104, 16), (280, 200, 40), (568, 392, 88)]
)
def test_the_crops_of_u_net(size, decoder, cut):
    """S1, lines 1717-1792: a tile of 572 pixels has maps of 568, 280, 136 and 64."""
    x = np.arange(float(size * size)).reshape(1, 1, size, size)
    y = Crop()(x, (decoder, decoder))
    assert (y == x[:, :, cut:-cut, cut:-cut]).all()


def test_an_odd_row_goes_where_torchvision_takes_it():
    x = np.arange(8.0).reshape(1, 1, 8, 1)
    first = {size: int(center_crop(x, (size, 1))[0, 0, 0, 0]) for size in (7, 5, 3, 1)}
    assert first == {7: 0, 5: 2, 3: 2, 1: 4}  # half of 1, 3, 5, 7, to the even neighbour


def test_backward_pads_with_zeros():
    dx = center_crop_backward(np.full((1, 1, 1, 2), 7.0), (3, 4))
    assert dx[0, 0].tolist() == [[0, 0, 0, 0], [0, 7, 7, 0], [0, 0, 0, 0]]


@settings(deadline=None, max_examples=25)
@given(*[st.integers(1, 6)] * 2, st.data())
def test_gradients(H, W, data):
    size = data.draw(st.integers(1, H)), data.draw(st.integers(1, W))
    check_layer(CropTo(size), (2, 2, H, W), max_entries=8)


def test_bad_input():
    with pytest.raises(ValueError, match=r"size must be at most that of the image, \(4, 4\), got \(4, 5\)"):
        center_crop(np.zeros((1, 1, 4, 4)), (4, 5))
    with pytest.raises(ValueError, match=r"x must have shape \(N, C, H, W\), got \(4, 4\)"):
        center_crop(np.zeros((4, 4)), 2)
    with pytest.raises(ValueError, match=r"dy must have shape \(N, C, H', W'\), got \(4, 4\)"):
        center_crop_backward(np.zeros((4, 4)), (5, 5))
