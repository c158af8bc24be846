"""Indices that compiled loops believe."""

import numpy as np
import pytest

from scratchcv.layers.indices import check_indices


def test_they_come_as_contiguous_int64():
    indices = check_indices("places", np.arange(8, dtype=np.uint8)[::2], 7)
    assert indices.dtype == np.int64
    assert indices.flags.c_contiguous
    assert indices.tolist() == [0, 2, 4, 6]


def test_nowhere():
    assert check_indices("places", np.array([-1, 0]), 1, least=-1).tolist() == [-1, 0]
    assert check_indices("places", np.zeros((0, 3), int), 0).shape == (0, 3)


def test_bad_input():
    with pytest.raises(ValueError, match="places must lie in 0…6, got 0 to 7"):
        check_indices("places", np.arange(8), 7)
    with pytest.raises(ValueError, match="places must lie in -1…6, got -2 to 0"):
        check_indices("places", np.array([-2, 0]), 7, least=-1)
    with pytest.raises(TypeError, match="places must be integers, got bool"):
        check_indices("places", np.zeros(3, bool), 4)
