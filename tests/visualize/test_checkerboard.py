import numpy as np
import pytest

from scratchcv.visualize import checkerboard_figure, checkerboard_slider, figure_png, stamp_counts


def by_hand(kernel_size, stride, size):
    counts = np.zeros(2 * [(size - 1) * stride + kernel_size], int)
    for h, w in np.ndindex(size, size):
        counts[stride * h : stride * h + kernel_size, stride * w : stride * w + kernel_size] += 1
    return counts


@pytest.mark.parametrize("kernel_size", range(1, 6))
@pytest.mark.parametrize("stride", range(1, 5))
def test_stamps_are_counted(kernel_size, stride):
    counts = stamp_counts(kernel_size, stride, 4)
    assert counts.dtype == np.int64
    np.testing.assert_array_equal(counts, by_hand(kernel_size, stride, 4))


@pytest.mark.parametrize("kernel_size", range(1, 8))
@pytest.mark.parametrize("stride", range(1, 5))
def test_the_title_knows_whether_it_is_even(kernel_size, stride):
    figure = checkerboard_figure(kernel_size, stride)
    left, right = figure.axes
    assert left.get_title() == f"one row: kernel {kernel_size}, stride {stride}"
    along = {kernel_size // stride, -(-kernel_size // stride)}
    numbers = sorted({a * b for a in along for b in along})
    assert len(numbers) == 1 if kernel_size % stride == 0 else len(numbers) == 3 or 0 in numbers
    words = " or ".join([", ".join(map(str, numbers[:-1])), str(numbers[-1])]).removeprefix(" or ")
    assert right.get_title() == f"inside, {words} stamps a pixel"


def test_the_row_below_the_stamps_adds_them_up():
    left, right = checkerboard_figure(3, 2, size=3).axes
    assert [text.get_text() for text in left.texts] == ["W x0", "W x1", "W x2", *"1121211", "stamps"]
    assert [text.get_text() for text in right.texts] == [*map(str, stamp_counts(3, 2, 3).ravel())]
    assert not checkerboard_figure(7, 4).axes[1].texts  # too small to read
    assert figure_png(left.figure)


def test_a_stride_beyond_the_kernel_leaves_gaps():
    assert [text.get_text() for text in checkerboard_figure(1, 2, size=2).axes[0].texts] == [
        *("W x0", "W x1", "1", "0", "1", "stamps")
    ]


def test_turning_the_kernel_makes_it_even():
    pytest.importorskip("ipywidgets")
    box = checkerboard_slider(3, 2)
    assert box.label.value == "kernel 3, stride 2: not divisible: a checkerboard"
    box.sliders["kernel_size"].value = 4
    assert box.label.value == "kernel 4, stride 2: divisible: even"
