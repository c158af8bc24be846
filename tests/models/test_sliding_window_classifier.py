"""The classifier of windows, and its convolutional form: the same numbers for all windows at once."""

import numpy as np
import pytest

from scratchcv.boxes import count_windows, sliding_windows
from scratchcv.models import WindowClassifier
from scratchcv.models.sliding_window_classifier import WINDOW_STRIDE
from scratchcv.testing import assert_close, check_layer


def classifier(window=16, dtype=np.float64):
    return WindowClassifier(3, window, width=2, hidden=4, rng=np.random.default_rng(0)).astype(dtype)


@pytest.mark.parametrize("training", [True, False])
def test_gradients(backend, training):
    check_layer(classifier().train(training), (2, 3, 16, 16), max_entries=3)


@pytest.mark.parametrize("size", [(16, 16), (20, 20), (32, 45), (19, 16)])
def test_one_pass_gives_the_numbers_of_every_crop(backend, size):
    net = classifier().eval()
    image = np.random.default_rng(1).standard_normal((1, 3, *size))
    logits = net.to_convolutions()(image)
    rows, columns = logits.shape[2:]
    assert rows * columns == count_windows(size, (16, 16), WINDOW_STRIDE)
    for n, (x1, y1, x2, y2) in enumerate(sliding_windows(size, (16, 16), WINDOW_STRIDE).astype(int)):
        crop = image[:, :, y1:y2, x1:x2]
        assert_close(net(crop)[0], logits[0, :, n // columns, n % columns], rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("window", [16, 20, 32, 64])
def test_windows_of_several_sizes(window):
    net = classifier(window, np.float32).eval()
    assert net(np.zeros((2, 3, window, window), np.float32)).shape == (2, 3)
    assert net.to_convolutions()(np.zeros((1, 3, window + 4, window), np.float32)).shape == (1, 3, 2, 1)


def test_the_convolutions_hold_the_weights_of_the_moment():
    net = classifier().eval()
    x = np.ones((1, 3, 16, 16))
    net.classifier[3].bias.value[:] = 5
    assert_close(net.to_convolutions()(x)[:, :, 0, 0], net(x), rtol=1e-9)


@pytest.mark.parametrize("window", [12, 18, 0])
def test_bad_windows(window):
    with pytest.raises(ValueError, match=f"window must be a multiple of 4, at least 16, got {window}"):
        WindowClassifier(3, window)
