"""What is made of a transposed convolution's arguments; `test_conv2d_checks.py` has the messages."""

import numpy as np
import pytest

from scratchcv.layers import conv2d
from scratchcv.layers.conv_transpose2d_checks import (
    check_conv_transpose2d,
    check_output_padding,
    conv_transpose2d_output_size,
)


def test_arguments_as_the_forms_take_them():
    x, weight = np.zeros((1, 4, 3, 2), np.float32), np.zeros((4, 3, 3, 2))
    checked = check_conv_transpose2d(x, weight, None, 2, (1, 0), (1, 0), 2, 1)
    assert [array.dtype for array in checked[:3]] == [np.float32] * 3
    assert checked[2].shape == (6,)
    assert checked[3:] == (((2, 2), (1, 0), (1, 1)), 2, (6, 4))


def test_output_size_is_what_the_convolution_takes_back():
    """Several sizes become 4 by a stride of 3; output_padding tells them apart."""
    sizes = [conv_transpose2d_output_size((4, 4), (3, 3), (3, 3), (1, 1), (1, 1), (m, m)) for m in range(3)]
    assert sizes == [(10, 10), (11, 11), (12, 12)]
    for height, width in sizes:
        y = conv2d(np.zeros((1, 1, height, width)), np.zeros((1, 1, 3, 3)), None, 3, 1)
        assert y.shape == (1, 1, 4, 4)


def test_output_padding_is_smaller_than_stride_or_dilation():
    check_output_padding((1, 2), (2, 1), (1, 3))
    for output_padding in ((2, 0), (0, 3)):
        with pytest.raises(ValueError, match=r"output_padding must be smaller than stride .* or dilation"):
            check_output_padding(output_padding, (2, 1), (1, 3))
