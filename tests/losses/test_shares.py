"""Targets between no and yes."""

import numpy as np
import pytest

from scratchcv.losses.shares import check_shares


def test_shares_come_back_and_what_does_not_count_is_not_looked_at():
    assert check_shares("targets", [0, 0.5, 1], (3,)).tolist() == [0, 0.5, 1]
    assert check_shares("targets", [True, False], (2,)).dtype == bool
    check_shares("targets", [np.nan, 1], (2,), np.array([False, True]))


@pytest.mark.parametrize("wrong", [-0.1, 1.1, np.nan, np.inf])
def test_bad_shares(wrong):
    with pytest.raises(ValueError, match=r"targets must lie between 0 and 1, got targets\[1\] ="):
        check_shares("targets", [0, wrong], (2,))
