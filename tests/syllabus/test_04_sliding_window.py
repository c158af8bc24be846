"""The sliding window, and fully connected layers as convolutions."""

import numpy as np
import pytest

from scratchcv.boxes import count_boxes, count_windows, sliding_windows
from scratchcv.data import SceneDataset, to_tensor
from scratchcv.layers import Conv2d, Linear, MaxPool2d, ReLU, Sequential, linear_to_conv2d
from scratchcv.models import sliding_window_tiny


def test_01_positions_and_boxes():
    """S0, lines 154-161; S2, lines 170-178: (W-w+1)(H-h+1) positions, H(H+1)/2 W(W+1)/2 boxes."""
    H, W = 7, 9
    total = sum(count_windows((H, W), (h, w)) for h in range(1, H + 1) for w in range(1, W + 1))
    assert count_windows((H, W), (3, 4)) == (W - 4 + 1) * (H - 3 + 1)
    assert count_boxes((H, W)) == total == H * (H + 1) // 2 * W * (W + 1) // 2
    assert len(sliding_windows((H, W), (3, 4), 1)) == count_windows((H, W), (3, 4))


def test_02_fifty_seven_billion_boxes():
    """S0, line 162, and S2, line 179, say 57 million for an 800 x 600 image: a thousand times too few."""
    assert 800 * 801 // 2 * (600 * 601 // 2) == 320_400 * 180_300
    assert count_boxes((600, 800)) == 57_768_120_000


@pytest.mark.parametrize("mode", ["windows", "convolution"])
def test_03_a_cnn_on_every_window(mode):
    """S0, lines 148-150; S2, lines 163-165: each patch is classified, as an object or as background."""
    model = sliding_window_tiny(SceneDataset.class_names, size=64, mode=mode)
    image = to_tensor(SceneDataset(1, size=64)[0][0])
    maps = model.score_maps([image])
    assert [scores.shape[1] for scores in maps] == [9] * len(model.pyramid.sides)  # 8 classes and background
    for side, scores in zip(model.pyramid.sides, maps, strict=True):
        rows, columns = scores.shape[2:]
        assert rows * columns == count_windows((side, side), (16, 16), stride=4)
        np.testing.assert_allclose(scores.sum(axis=1), 1, rtol=1e-5)
    (found,) = model.predict([image])
    relative = found["boxes"] / np.float32(64)
    distance = abs(relative[:, None] - model.pyramid.windows).max(axis=2)
    assert distance.min(axis=1).max(initial=0) < 1e-6  # what is found is a window


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("form", ["window", "pointwise"])
def test_04_a_linear_layer_is_a_convolution(form, dtype):
    """S2, lines 182-211: a window of the whole input, or 1 x 1 of the flattened one: the same bits."""
    rng = np.random.default_rng(0)
    linear = Linear(5 * 5 * 16, 120, rng=rng).astype(dtype)
    conv = linear_to_conv2d(linear, (16, 5, 5), form=form)
    assert conv.weight.value.shape == ((120, 16, 5, 5) if form == "window" else (120, 400, 1, 1))
    x = rng.standard_normal((3, 16, 5, 5)).astype(dtype)
    volume = x if form == "window" else x.reshape(3, 400, 1, 1)
    y = conv(volume)
    assert y.shape == (3, 120, 1, 1)  # N2 = (N1 - F)/S + 1 = 1
    np.testing.assert_array_equal(y[:, :, 0, 0], linear(x.reshape(3, -1)))


def test_05_lenets_weights():
    """S2, line 217: C2 has 120 x 5 x 5 x 16, C3 84 x 1 x 1 x 120, C4 10 x 1 x 1 x 84."""
    layers = Linear(400, 120), Linear(120, 84), Linear(84, 10)
    shapes = (16, 5, 5), (120, 1, 1), (84, 1, 1)
    convs = [linear_to_conv2d(linear, shape) for linear, shape in zip(layers, shapes, strict=True)]
    assert [conv.weight.value.size for conv in convs] == [48_000, 10_080, 840]


def test_06_one_pass_for_all_windows():
    """S2, lines 225-226: 14 pixels give one vector of 4, 16 give 2 x 2, 28 give 8 x 8."""
    rng = np.random.default_rng(0)
    head = linear_to_conv2d(Linear(16 * 5 * 5, 400, rng=rng), (16, 5, 5))
    last = linear_to_conv2d(Linear(400, 4, rng=rng), (400, 1, 1))
    net = Sequential(Conv2d(3, 16, 5, rng=rng), MaxPool2d(2), head, ReLU(), last).astype(np.float64)
    sizes = {14: [10, 5, 1], 16: [12, 6, 2], 28: [24, 12, 8]}
    for side, expected in sizes.items():
        x = rng.standard_normal((1, 3, side, side))
        y, maps = x, []
        for layer in net.layers[:3]:
            y = layer(y)
            maps.append(y.shape[2])
        assert maps == expected
        y = net(x)
        assert y.shape == (1, 4, expected[-1], expected[-1])
        for row, column in np.ndindex(y.shape[2:]):
            crop = x[:, :, 2 * row : 2 * row + 14, 2 * column : 2 * column + 14]
            np.testing.assert_allclose(net(crop)[0, :, 0, 0], y[0, :, row, column], rtol=1e-9, atol=1e-11)
