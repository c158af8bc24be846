"""From fully connected to convolutional: lecture S2, lines 182-226, to the last bit."""

import numpy as np
import pytest

from scratchcv.layers import Conv2d, Linear, MaxPool2d, ReLU, Sequential, flatten_to_pixel, linear_to_conv2d
from scratchcv.testing import assert_close

each_dtype = pytest.mark.parametrize("dtype", [np.float32, np.float64])


def results_of(layer, x, dy):
    """Return the output and all gradients as flat bytes."""
    layer.zero_grad()
    y, cache = layer.forward(x)
    dx = layer.backward(dy.reshape(y.shape), cache)
    return [array.tobytes() for array in (y, dx, *(parameter.grad for parameter in layer.parameters()))]


@each_dtype
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize(
    ("N", "image_shape", "out_features"),
    [
        (2, (16, 5, 5), 120),  # LeNet's C2
        (1, (120, 1, 1), 84),
        (3, (7, 4, 3), 10),
        (64, (32, 7, 7), 50),
        (5, (1, 1, 1), 1),
        (0, (3, 2, 2), 4),
        (33, (64, 3, 2), 17),
    ],
)
def test_both_forms_equal_the_linear_layer_bit_by_bit(backend, dtype, bias, N, image_shape, out_features):
    rng = np.random.default_rng(0)
    layer = Linear(int(np.prod(image_shape)), out_features, bias, rng=rng).astype(dtype)
    if bias:
        layer.bias.value[...] = rng.standard_normal(out_features)
    x = rng.standard_normal((N, *image_shape)).astype(dtype)
    dy = rng.standard_normal((N, out_features)).astype(dtype)
    expected = results_of(layer, x.reshape(N, -1) if N else x.reshape(0, layer.weight.value.shape[1]), dy)
    assert results_of(linear_to_conv2d(layer, image_shape), x, dy) == expected
    pointwise = linear_to_conv2d(layer, image_shape, "pointwise")
    assert results_of(pointwise, flatten_to_pixel(x), dy) == expected


def test_the_lectures_4_pixels():
    """Lecture S2, lines 196-211: four inputs, two outputs; 2×2 kernels, or 1×1 ones, four deep."""
    layer = Linear(4, 2)
    layer.load_state_dict({"weight": np.arange(8.0).reshape(2, 4), "bias": np.zeros(2)})
    assert linear_to_conv2d(layer, (1, 2, 2)).weight.value.tolist() == [
        [[[0, 1], [2, 3]]],
        [[[4, 5], [6, 7]]],
    ]
    pointwise = linear_to_conv2d(layer, (1, 2, 2), "pointwise").weight.value
    assert pointwise.shape == (2, 4, 1, 1)
    assert pointwise.ravel().tolist() == list(range(8))


def test_weights_of_lenet():
    """Lecture S2, line 217: 120×5×5×16, 84×1×1×120 and 10×1×1×84 weights."""
    sizes = [((16, 5, 5), 120), ((120, 1, 1), 84), ((84, 1, 1), 10)]
    convs = [linear_to_conv2d(Linear(int(np.prod(shape)), out), shape) for shape, out in sizes]
    assert [conv.weight.value.size for conv in convs] == [48_000, 10_080, 840]


def sliding_window_network():
    """Return the network for 14×14 pixels: 5×5 convolution, 2×2 pooling, then three linear layers."""
    rng = np.random.default_rng(0)
    linear_layers = Linear(16 * 5 * 5, 40, rng=rng), Linear(40, 40, rng=rng), Linear(40, 4, rng=rng)
    shapes = (16, 5, 5), (40, 1, 1), (40, 1, 1)
    first, second, third = (linear_to_conv2d(*pair) for pair in zip(linear_layers, shapes, strict=True))
    features = Sequential(Conv2d(3, 16, 5, rng=rng), ReLU(), MaxPool2d(2))
    return features, linear_layers, Sequential(features, first, ReLU(), second, ReLU(), third)


@pytest.mark.parametrize(("size", "sides"), [(14, [10, 5, 1]), (16, [12, 6, 2]), (28, [24, 12, 8])])
def test_one_pass_over_a_larger_image_equals_all_crops(backend, size, sides):
    """Lecture S2, lines 222-226: 14×14 windows at a stride of 2, 4 of them in 16×16 and 64 in 28×28."""
    features, linear_layers, network = sliding_window_network()
    network.astype(np.float64)
    for layer in linear_layers:
        layer.astype(np.float64)
    x = np.random.default_rng(1).standard_normal((1, 3, size, size))
    conv, relu, pool = features.layers
    assert [conv(x).shape[2], pool(relu(conv(x))).shape[2]] == sides[:2]
    vectors = network(x)
    positions = sides[2]
    assert vectors.shape == (1, 4, positions, positions)
    for row, column in np.ndindex(positions, positions):
        crop = x[:, :, 2 * row : 2 * row + 14, 2 * column : 2 * column + 14]
        hidden = features(crop).reshape(1, -1)
        for layer in linear_layers[:-1]:
            hidden = relu(layer(hidden))
        assert_close(vectors[0, :, row, column], linear_layers[-1](hidden)[0], rtol=1e-12, atol=1e-12)


def test_the_linear_layer_stays_itself():
    layer = Linear(4, 2)
    before = layer.weight.value.copy()
    conv = linear_to_conv2d(layer, (1, 2, 2))
    conv.weight.value += 1
    conv.bias.value += 1
    assert layer.weight.value.tolist() == before.tolist()
    assert not layer.bias.value.any()


def test_bad_input():
    for shape in ((2, 2, 2), (4,), 4, None):
        with pytest.raises(ValueError, match=r"image_shape must be \(C, H, W\) with C·H·W = 4, .* got "):
            linear_to_conv2d(Linear(4, 2), shape)
    with pytest.raises(ValueError, match="form must be one of window, pointwise, got 'dense'"):
        linear_to_conv2d(Linear(4, 2), (1, 2, 2), "dense")
    with pytest.raises(ValueError, match=r"x must have shape \(N, C, H, W\), got \(2, 3\)"):
        flatten_to_pixel(np.zeros((2, 3)))
