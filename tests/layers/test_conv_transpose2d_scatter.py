"""Stamping: where the stamps go. `test_conv_transpose2d.py` compares it with the other forms."""

import numpy as np
import pytest

from scratchcv.layers import conv_transpose2d_scatter


def test_one_pixel_stamps_the_filter_once():
    weight = np.arange(1.0, 5.0).reshape(1, 1, 2, 2)
    x = np.zeros((1, 1, 2, 3))
    x[0, 0, 1, 2] = 10
    stamped = conv_transpose2d_scatter(x, weight, stride=(2, 3))[0, 0]
    assert stamped.shape == (4, 8)
    assert stamped[2:, 6:].tolist() == [[10, 20], [30, 40]]
    assert np.count_nonzero(stamped) == 4


def test_dilation_spreads_a_stamp():
    stamped = conv_transpose2d_scatter(np.ones((1, 1, 1, 1)), np.ones((1, 1, 2, 2)), dilation=(2, 3))
    assert stamped[0, 0].tolist() == [[1, 0, 0, 1], [0, 0, 0, 0], [1, 0, 0, 1]]


def test_the_checkerboard():
    """A kernel of 3 with stride 2 overlaps at every other pixel; a kernel of 4 is even inside."""
    ones = np.ones((1, 1, 1, 4))
    uneven = conv_transpose2d_scatter(ones, np.ones((1, 1, 1, 3)), stride=2)
    even = conv_transpose2d_scatter(ones, np.ones((1, 1, 1, 4)), stride=2)
    assert uneven.ravel().tolist() == [1, 1, 2, 1, 2, 1, 2, 1, 1]
    assert even.ravel().tolist() == [1, 1, 2, 2, 2, 2, 2, 2, 1, 1]


def test_bad_input():
    with pytest.raises(ValueError, match="output_padding must be smaller than stride"):
        conv_transpose2d_scatter(np.ones((1, 1, 1, 1)), np.ones((1, 1, 2, 2)), output_padding=1)
