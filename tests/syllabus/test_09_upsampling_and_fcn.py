"""Up-sampling, transposed convolution, and what FCN and U-Net are made of."""

import numpy as np
import pytest

from scratchcv.data import voc_colormap
from scratchcv.layers import (
    Conv2d,
    ConvTranspose2d,
    Sequential,
    bed_of_nails,
    bed_of_nails_backward,
    bilinear_kernel,
    center_crop,
    conv2d,
    conv2d_matrix,
    conv_transpose2d,
    interpolate,
    interpolate_backward,
    max_pool2d,
    max_unpool2d,
    receptive_field,
    reflection_pad2d,
)
from scratchcv.losses import cross_entropy

TWO_BY_TWO = np.array([[[[1, 2], [3, 4.0]]]])
NAILS = [[1, 0, 2, 0], [0, 0, 0, 0], [3, 0, 4, 0], [0, 0, 0, 0]]
NEAREST = [[1, 1, 2, 2], [1, 1, 2, 2], [3, 3, 4, 4], [3, 3, 4, 4]]
BILINEAR = [[1, 1.25, 1.75, 2], [1.5, 1.75, 2.25, 2.5], [2.5, 2.75, 3.25, 3.5], [3, 3.25, 3.75, 4]]
BICUBIC = [
    [0.68, 1.02, 1.56, 1.89],
    [1.35, 1.68, 2.23, 2.56],
    [2.44, 2.77, 3.32, 3.65],
    [3.11, 3.44, 3.98, 4.32],
]


def plane(*rows):
    return np.array(rows, float)[None, None]


@pytest.mark.parametrize("L", [1, 2, 3, 4, 5])
def test_01_the_receptive_field_grows_by_two(L):
    """S0, lines 548-552; S1, line 1496; S2, line 756: L convolutions of 3 x 3 see 1 + 2 L pixels: 3, 5, 7."""
    rng = np.random.default_rng(0)
    layers = [Conv2d(1 if i == 0 else 2, 2, 3, padding=1, rng=rng) for i in range(L)]
    assert tuple(receptive_field(Sequential(*layers), (1, 15, 15))) == (1 + 2 * L, 1 + 2 * L)


def test_02_a_grid_of_labels():
    """S0, lines 557-597: "5 possible classes", but labels 0 to 5: five channels if 0 is ignored, else six."""
    row = np.array([[5, 5, 3, 3, 0, 1, 2, 4]])
    logits = np.random.default_rng(0).standard_normal((1, 6, 8))
    loss6, _ = cross_entropy(logits, row)
    loss5, gradient = cross_entropy(logits[:, 1:], np.where(row == 0, -100, row - 1))
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    assert loss6 == pytest.approx(-np.log(p[0, row[0], np.arange(8)]).mean())
    p5 = np.exp(logits[0, 1:]) / np.exp(logits[0, 1:]).sum(axis=0)
    known = np.flatnonzero(row[0])
    assert loss5 == pytest.approx(-np.log(p5[row[0, known] - 1, known]).mean())
    assert not gradient[:, :, 4].any()
    with pytest.raises(ValueError, match="labels must lie in 0…4"):
        cross_entropy(logits[:, 1:], row)


def test_03_bed_of_nails_and_nearest_neighbour():
    """S0, lines 618-651; S2, lines 778-810."""
    assert bed_of_nails(TWO_BY_TWO, 2)[0, 0].tolist() == NAILS
    assert interpolate(TWO_BY_TWO, scale_factor=2)[0, 0].tolist() == NEAREST
    dy = np.arange(16.0).reshape(1, 1, 4, 4)
    assert bed_of_nails_backward(dy, 2)[0, 0].tolist() == [[0, 2], [8, 10]]  # gathers
    assert interpolate_backward(dy, (2, 2), scale_factor=2)[0, 0].tolist() == [[10, 18], [42, 50]]  # sums


def test_04_the_bilinear_table():
    """S0, lines 671-674; S1, lines 1548-1551; S2, lines 828-831: exact, with half-pixel centres."""
    assert interpolate(TWO_BY_TWO, scale_factor=2, mode="bilinear")[0, 0].tolist() == BILINEAR
    corners = interpolate(TWO_BY_TWO, scale_factor=2, mode="bilinear", align_corners=True)
    assert abs(corners[0, 0] - BILINEAR).max() == pytest.approx(0.25)


def hat_sum(f, y, x):
    """S1, line 1557, literally, with the border clamped."""
    H, W = f.shape
    total = 0.0
    for i in range(int(np.floor(x)) - 1, int(np.ceil(x)) + 2):
        for j in range(int(np.floor(y)) - 1, int(np.ceil(y)) + 2):
            weight = max(0, 1 - abs(x - i)) * max(0, 1 - abs(y - j))
            total += f[np.clip(j, 0, H - 1), np.clip(i, 0, W - 1)] * weight
    return total


def test_05_the_bilinear_formula():
    """S1, line 1557: four indices an axis are listed, at most two have weight; the border is clamped."""
    f = TWO_BY_TWO[0, 0]
    positions = (np.arange(4) + 0.5) / 2 - 0.5
    assert [[hat_sum(f, y, x) for x in positions] for y in positions] == BILINEAR
    for x in (-0.25, 0.25, 0.75, 1.0):
        listed = np.arange(np.floor(x) - 1, np.ceil(x) + 2)
        assert np.count_nonzero(np.maximum(0, 1 - abs(x - listed))) <= 2 < len(listed)


def test_05_a_bilinear_kernel_does_not_clamp():
    """d2l's initialisation of a transposed convolution: the same inside, .5625 at the corner instead of 1."""
    kernel = bilinear_kernel(1, 1, 4)
    y = conv_transpose2d(TWO_BY_TWO, kernel, stride=2, padding=1)[0, 0]
    assert y[0, 0] == 0.5625 * TWO_BY_TWO[0, 0, 0, 0]
    np.testing.assert_allclose(y[1:3, 1:3], np.array(BILINEAR)[1:3, 1:3])


def test_06_the_bicubic_table():
    """S0, lines 683-686; S2, lines 840-843: a = -.75, half-pixel centres, clamped at the border.

    S0, line 665, says 3 closest neighbours; a cubic needs 4 along each axis, 16 in all.
    """
    y = interpolate(TWO_BY_TWO, scale_factor=2, mode="bicubic")[0, 0]
    assert y.round(2).tolist() == BICUBIC
    np.testing.assert_allclose(y[0], [0.68359375, 1.015625, 1.5625, 1.89453125], rtol=1e-15)
    np.testing.assert_allclose(y[1], [1.34765625, 1.6796875, 2.2265625, 2.55859375], rtol=1e-15)
    weights = interpolate(np.eye(2)[:, None, None], size=(1, 4), mode="bicubic")[:, 0, 0].T
    np.testing.assert_allclose(weights[:2], [[1.10546875, -0.10546875], [0.7734375, 0.2265625]], rtol=1e-15)
    impulses = np.eye(8)[:, None, None]
    reach = np.count_nonzero(interpolate(impulses, size=(1, 16), mode="bicubic")[:, 0, 0], axis=0)
    assert set(reach[4:12].tolist()) == {4}


def test_08_max_unpooling():
    """S0, lines 691-712; S1, lines 1565-1610; S2, lines 851-879.

    S1, line 1597, names the positions (1,2), (2,1), (3,4), (4,3): they are (1,3), (2,2), (4,1), (4,4).
    """
    x = plane([1, 2, 6, 3], [3, 5, 2, 1], [1, 2, 2, 1], [7, 3, 4, 8])
    y, indices = max_pool2d(x, 2)
    assert y[0, 0].tolist() == [[5, 6], [7, 8]]
    assert indices[0, 0].tolist() == [[5, 2], [12, 15]]
    unpooled = max_unpool2d(TWO_BY_TWO, indices, 2)
    assert unpooled[0, 0].tolist() == [[0, 0, 2, 0], [0, 1, 0, 0], [0, 0, 0, 0], [3, 0, 0, 4]]
    assert (np.argwhere(unpooled[0, 0]) + 1).tolist() == [[1, 3], [2, 2], [4, 1], [4, 4]]


def test_09_sizes_after_a_convolution():
    """S0, line 725; S1, lines 1614-1670; S2, line 884: 3 x 3, pad 1: stride 1 keeps, 2 halves."""
    x, weight = np.zeros((1, 1, 4, 4)), np.zeros((1, 1, 3, 3))
    assert conv2d(x, weight, padding=1).shape == (1, 1, 4, 4)
    assert conv2d(x, weight, stride=2, padding=1).shape == (1, 1, 2, 2)


def test_10_sizes_after_a_transposed_convolution():
    """S0, lines 740-757; S2, lines 902-940: stride 2 gives 5 x 5; one row and column off the top left, 4 x 4.

    S1, line 1679, says that "stride 2 pad 1" gives 4 x 4: alone it gives 3 x 3.
    """
    rng = np.random.default_rng(0)
    x, weight = rng.standard_normal((1, 1, 2, 2)), rng.standard_normal((1, 1, 3, 3))
    full = conv_transpose2d(x, weight, stride=2)
    assert full.shape == (1, 1, 5, 5)
    trimmed = conv_transpose2d(x, weight, stride=2, padding=1, output_padding=1)
    np.testing.assert_allclose(trimmed, full[:, :, 1:, 1:], rtol=1e-14)
    assert conv_transpose2d(x, weight, stride=2, padding=1).shape == (1, 1, 3, 3)


def test_11_one_dimension_by_hand():
    """S0, lines 779-785; S2, lines 943-948: filter (x, y, z), input (a, b): they overlap in az + bx."""
    a, b, x, y, z = 7, 11, 2, 3, 5
    output = conv_transpose2d(plane([a, b]), plane([x, y, z]), stride=(1, 2))[0, 0, 0]
    assert output.tolist() == [a * x, a * y, a * z + b * x, b * y, b * z] == [14, 21, 57, 33, 55]


def test_12_two_dimensions_by_hand():
    """S3, lines 1018-1041: K = X = [[0, 1], [2, 3]]."""
    X = plane([0, 1], [2, 3])
    assert conv_transpose2d(X, X)[0, 0].tolist() == [[0, 0, 1], [0, 4, 6], [4, 12, 9]]
    assert conv_transpose2d(X, X, padding=1)[0, 0].tolist() == [[4]]
    strided = conv_transpose2d(X, X, stride=2)[0, 0]
    assert strided.tolist() == [[0, 0, 0, 1], [0, 0, 2, 3], [0, 2, 0, 3], [4, 6, 6, 9]]


def test_13_as_a_matrix_and_its_transpose():
    """d2l's chapter on transposed convolution: Y = W x, Z = W^T y."""
    X, K = np.arange(9.0).reshape(1, 1, 3, 3), plane([1, 2], [3, 4])
    W = conv2d_matrix(K, (3, 3))
    Y = conv2d(X, K)
    assert Y[0, 0].tolist() == [[27, 37], [57, 67]]
    np.testing.assert_array_equal(W @ X.ravel(), Y.ravel())
    Z = conv_transpose2d(Y, K)
    assert Z[0, 0].tolist() == [[27, 91, 74], [138, 400, 282], [171, 429, 268]]
    np.testing.assert_array_equal(W.T @ Y.ravel(), Z.ravel())


def test_14_transposed_convolution_is_no_deconvolution():
    """S0, line 787; S1, lines 1709-1715: the bad name says inverse; the transpose does not give x back."""
    X, K = np.arange(9.0).reshape(1, 1, 3, 3), plane([1, 2], [3, 4])
    assert conv_transpose2d(conv2d(X, K), K).shape == X.shape
    assert not np.allclose(conv_transpose2d(conv2d(X, K), K), X)


def test_15_an_fcns_head_gives_the_images_size():
    """S3, lines 1043-1113: features, 1 x 1 to the classes, transposed convolution to height and width."""
    rng = np.random.default_rng(0)
    head = Sequential(Conv2d(8, 21, 1, rng=rng), ConvTranspose2d(21, 21, 16, stride=8, padding=4, rng=rng))
    assert head(np.zeros((1, 8, 10, 15), np.float32)).shape == (1, 21, 80, 120)


def test_16_u_nets_sizes_crops_and_mirrors():
    """S1, lines 1717-1792: 572 gives 388; encoder maps of 568, 280, 136 and 64 lose 4, 16, 40, 88 a side."""
    three, two = np.ones((1, 1, 3, 3), np.float32), np.ones((1, 1, 2, 2), np.float32)
    x, skips, crops = np.zeros((1, 1, 572, 572), np.float32), [], []
    for _ in range(4):
        skips.append(conv2d(conv2d(x, three), three))
        x, _ = max_pool2d(skips[-1], 2)
    x = conv2d(conv2d(x, three), three)
    for skip in reversed(skips):
        x = conv_transpose2d(x, two, stride=2)
        crops.append((skip.shape[2] - x.shape[2]) // 2)
        assert center_crop(skip, x.shape[2:]).shape == x.shape
        x = conv2d(conv2d(x, three), three)
    assert [skip.shape[2] for skip in skips] == [568, 280, 136, 64]
    assert crops == [4, 16, 40, 88]
    assert x.shape == (1, 1, 388, 388)
    tile = np.random.default_rng(0).standard_normal((1, 1, 9, 7))
    mirrored = np.pad(tile, ((0, 0), (0, 0), (4, 4), (4, 4)), mode="reflect")
    np.testing.assert_array_equal(reflection_pad2d(tile, 4), mirrored)


def test_18_colours_and_classes_round_trip():
    """S3, lines 992-1001: every class of VOC has a colour of its own."""
    colors = voc_colormap()
    assert len({tuple(color) for color in colors.tolist()}) == len(colors)
    classes = np.random.default_rng(0).integers(0, 21, (6, 7))
    painted = colors[classes]
    assert ((painted[..., None, :] == colors).all(axis=-1).argmax(axis=-1) == classes).all()
