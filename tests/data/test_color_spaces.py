import colorsys

import numpy as np
import pytest

from scratchcv.data import COLOR_SPACES, to_color_space
from scratchcv.testing import assert_close


def palette():
    """Every corner and edge of the colour cube, in steps of 51, as an image (6, 36, 3)."""
    steps = np.arange(0, 256, 51, dtype=np.uint8)
    image = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), axis=-1).reshape(6, 36, 3)
    image.flags.writeable = False
    return image


@pytest.mark.parametrize("space", COLOR_SPACES)
def test_all_lie_in_the_unit_cube(space):
    converted = to_color_space(palette(), space)
    assert converted.shape == (6, 36, 1 if space in ("gray", "hue") else 3)
    assert converted.dtype == np.float32
    assert converted.min() >= 0
    assert converted.max() <= 1
    turned = to_color_space(palette().swapaxes(0, 1), space)  # not contiguous
    np.testing.assert_array_equal(turned, converted.swapaxes(0, 1))
    assert to_color_space(np.zeros((0, 4, 3), np.uint8), space).shape[:2] == (0, 4)


def test_hsv_as_the_standard_library_has_it():
    theirs = [colorsys.rgb_to_hsv(*(pixel / 255)) for pixel in palette().reshape(-1, 3)]
    hsv = to_color_space(palette(), "hsv")
    assert_close(hsv.reshape(-1, 3), np.array(theirs, np.float32), rtol=1e-5)
    np.testing.assert_array_equal(to_color_space(palette(), "hue"), hsv[..., :1])


def test_lab_of_the_primaries():
    """L* a* b* of sRGB white, red, green, blue and black, as every table has them."""
    image = np.array([[[255, 255, 255], [255, 0, 0], [0, 255, 0], [0, 0, 255], [0, 0, 0]]], np.uint8)
    lab = to_color_space(image, "lab")[0] * [100, 255, 255] - [0, 128, 128]
    table = [[100, 0, 0], [53.24, 80.09, 67.20], [87.73, -86.18, 83.18], [32.30, 79.19, -107.86], [0, 0, 0]]
    np.testing.assert_allclose(lab, table, atol=0.02)


def test_shares_do_not_see_shade():
    light = np.array([[[200, 100, 40]]], np.uint8)
    assert_close(to_color_space(light, "rgi")[..., :2], to_color_space(light // 2, "rgi")[..., :2])
    assert_close(to_color_space(light, "rgi")[..., 2:], to_color_space(light, "gray"))
    assert to_color_space(np.zeros((1, 1, 3), np.uint8), "rgi").tolist() == [[[0, 0, 0]]]


def test_what_is_no_image_is_told():
    with pytest.raises(ValueError, match=r"space must be one of rgb, hsv, .*, got 'yuv'"):
        to_color_space(palette(), "yuv")
    with pytest.raises(ValueError, match=r"image must have shape \(H, W, 3\), got \(4, 4\)"):
        to_color_space(np.zeros((4, 4), np.uint8), "hsv")
    with pytest.raises(ValueError, match="image must be uint8, got float64"):
        to_color_space(np.zeros((4, 4, 3)), "hsv")


def test_scikit_images_lab():
    color = pytest.importorskip("skimage.color", reason="scikit-image is not installed: the table alone")
    theirs = color.rgb2lab(palette()) * [0.01, 1 / 255, 1 / 255] + [0, 128 / 255, 128 / 255]
    np.testing.assert_allclose(to_color_space(palette(), "lab"), theirs, atol=2e-5)
