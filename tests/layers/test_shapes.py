"""Sizes of sliding windows."""

import pytest

from scratchcv.layers.shapes import pair, window_output_size


def test_one_number_or_two():
    assert pair("stride", 3, least=1) == (3, 3)
    assert pair("stride", [1, 2], least=1) == (1, 2)


@pytest.mark.parametrize("bad", [0, -1, (1, 0), (1, 2, 3), (), 1.5])
def test_bad_settings(bad):
    with pytest.raises(ValueError, match="stride must be one or two whole numbers of at least 1, got"):
        pair("stride", bad, least=1)


def test_the_lectures_convolutional_sliding_window():
    """Lecture S2, lines 225-226: 14 → 10 → 5 → 1 and 28 → 24 → 12 → 8."""
    for start, sizes in [(14, (10, 5, 1)), (16, (12, 6, 2)), (28, (24, 12, 8))]:
        conv = window_output_size((start, start), (5, 5), (1, 1), (0, 0))
        pool = window_output_size(conv, (2, 2), (2, 2), (0, 0))
        last = window_output_size(pool, (5, 5), (1, 1), (0, 0))
        assert (conv[0], pool[0], last[0]) == sizes


def test_a_window_that_does_not_fit():
    with pytest.raises(ValueError, match="a window of 7 does not fit an image side of 4 padded by 1"):
        window_output_size((9, 4), (3, 7), (1, 1), (1, 1))
