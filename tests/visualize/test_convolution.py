import numpy as np
import pytest

from scratchcv.layers import conv2d
from scratchcv.visualize import figure_png, patch_figure, patch_slider, windows_figure, windows_slider

X = np.array([[1, 2, 6, 3], [3, 5, 2, 1], [1, 2, 2, 1], [7, 3, 4, 8]], float)
W = np.array([[1, 0, -1], [2, 0, -2], [1, 0, -1]], float)


def words(figure):
    return [text.get_text() for text in figure.axes[0].texts]


def numbers(figure, title, count):
    """Return the so many numbers that follow a title."""
    start = words(figure).index(title) + 1
    return [int(word.replace("−", "-")) for word in words(figure)[start : start + count]]


def colored(figure):
    return len([patch for patch in figure.axes[0].patches if patch.get_alpha()])


def test_one_patch_gives_one_output():
    figure = patch_figure(X, W, 5, padding=1)
    assert numbers(figure, "x, padded", 36) == np.pad(X, 1).ravel().tolist()
    assert numbers(figure, "W", 9) == W.ravel().tolist()
    products = numbers(figure, "products", 9)
    assert products == (X[:3, :3] * W).ravel().tolist()
    y = numbers(figure, "y", 16)
    assert y == conv2d(X[None, None], W[None, None], padding=1).ravel().tolist()
    assert y[5] == sum(products)
    assert colored(figure) == 9 + 9 + 1


def test_the_window_moves_by_the_stride():
    figure = patch_figure(X, W, 3, stride=2, padding=1)
    assert numbers(figure, "products", 9) == (X[1:4, 1:4] * W).ravel().tolist()
    assert numbers(patch_figure(X, W, 0), "x", 16) == X.ravel().tolist()


def test_there_must_be_such_an_output():
    with pytest.raises(ValueError, match=r"position must lie in 0…3, got 4"):
        patch_figure(X, W, 4)
    with pytest.raises(ValueError, match=r"weight must have shape \(kh, kw\), got \(9,\)"):
        patch_figure(X, W.ravel(), 0)


@pytest.mark.parametrize(
    ("settings", "size"),
    [
        ({"size": 4, "kernel_size": 3, "padding": 1}, 4),
        ({"size": 4, "kernel_size": 3, "stride": 2, "padding": 1}, 2),
        ({"size": 7, "kernel_size": 3, "dilation": 3}, 1),
        ({"size": 1, "kernel_size": 1}, 1),
    ],
)
def test_one_line_for_each_output(settings, size):
    figure = windows_figure(**settings)
    (ax,) = figure.axes
    assert ax.get_title().endswith(f"+ 1 = {size}")
    dots = [line for line in ax.lines if line.get_marker() == "o"]
    assert len(dots) == size
    seen = np.array([line.get_xdata() for line in dots]) - 0.5
    d, s = settings.get("dilation", 1), settings.get("stride", 1)
    assert seen.tolist() == [[s * w + d * j for j in range(settings["kernel_size"])] for w in range(size)]
    assert figure_png(figure)


def test_a_window_that_does_not_fit_is_told():
    with pytest.raises(ValueError, match="a window of 5 does not fit an image side of 4 padded by 0"):
        windows_figure(4, 3, dilation=2)


def test_sliders_move_the_window_and_turn_the_sizes():
    pytest.importorskip("ipywidgets")
    box = patch_slider(X, W, stride=2, padding=1)
    assert (box.sliders["position"].max, box.label.value) == (3, "y[0, 0]")
    box.sliders["position"].value = 3
    assert box.label.value == "y[1, 1]"
    box = windows_slider(8, 3, stride=2, padding=1)
    assert box.label.value.endswith("= 4")
    box.sliders["kernel_size"].value = 5
    assert box.label.value.endswith("= 3")
    box.sliders["size"].value = 1
    assert box.label.value == "a window of 5 does not fit an image side of 1 padded by 1"
