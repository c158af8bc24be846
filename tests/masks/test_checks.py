import numpy as np
import pytest

from scratchcv.masks.checks import check_masks


def test_integers_are_inside_where_they_are_not_0():
    assert check_masks("masks", np.array([[[0, 7]]], np.uint8)).tolist() == [[[False, True]]]


def test_bad_masks():
    with pytest.raises(ValueError, match=r"masks must have shape \(N, H, W\), got \(2,\)"):
        check_masks("masks", [True, False])
    with pytest.raises(ValueError, match="masks must be bool, got float64: compare probabilities"):
        check_masks("masks", [[[0.5]]])
