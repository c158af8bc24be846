import colorsys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scratchcv.data import adjust_brightness, adjust_contrast, adjust_hue, adjust_saturation

ALL = [adjust_brightness, adjust_contrast, adjust_saturation, adjust_hue]


def noise(height=30, width=40, seed=0):
    image = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    image[:5] = image[:5, :, :1]  # some greys
    image.flags.writeable = False
    return image


@pytest.mark.parametrize("adjust", ALL[:3])
def test_factor_one_changes_nothing(adjust):
    difference = adjust(noise(), 1.0).astype(int) - noise()
    assert difference.dtype == int
    assert np.abs(difference).max() == 0


def test_hue_of_a_whole_turn_and_of_none():
    np.testing.assert_array_equal(adjust_hue(noise(), 0.0), noise())
    there_and_back = adjust_hue(adjust_hue(noise(), 0.5), -0.5)
    assert np.abs(there_and_back.astype(int) - noise()).max() <= 1


def test_by_hand():
    image = np.array([[[10, 100, 200], [0, 0, 0]]], np.uint8)
    assert adjust_brightness(image, 0.5).tolist() == [[[5, 50, 100], [0, 0, 0]]]
    # Grey is .2989·10 + .587·100 + .114·200 = 84.489, cut off to 84.
    assert adjust_saturation(image, 0.0).tolist() == [[[84, 84, 84], [0, 0, 0]]]
    assert adjust_saturation(image, 2.0).tolist() == [[[0, 116, 255], [0, 0, 0]]]
    assert adjust_contrast(image, 0.0).tolist() == [[[42, 42, 42], [42, 42, 42]]]


@pytest.mark.parametrize(
    ("turn", "wanted"),
    [(1 / 6, [255, 255, 0]), (1 / 3, [0, 255, 0]), (0.5, [0, 255, 255]), (-1 / 3, [0, 0, 255])],
)
def test_red_around_the_colour_circle(turn, wanted):
    assert adjust_hue(np.array([[[255, 0, 0]]], np.uint8), turn).tolist() == [[wanted]]


@given(st.tuples(*[st.integers(0, 255)] * 3), st.floats(-0.5, 0.5))
@settings(max_examples=100, deadline=None)
def test_hue_agrees_with_colorsys(color, turn):
    hue, saturation, value = colorsys.rgb_to_hsv(*(channel / 255 for channel in color))
    wanted = [255 * channel for channel in colorsys.hsv_to_rgb((hue + turn) % 1, saturation, value)]
    turned = adjust_hue(np.array([[color]], np.uint8), turn)[0, 0]
    np.testing.assert_allclose(turned, wanted, atol=0.51)


@pytest.mark.parametrize("adjust", ALL)
def test_bands_and_strides_do_not_show(adjust):
    image = noise(500, 300)
    whole = adjust(image, 0.3)
    assert whole.dtype == np.uint8
    assert whole.shape == image.shape
    np.testing.assert_array_equal(adjust(image[:, ::-1], 0.3), whole[:, ::-1])
    if adjust is not adjust_contrast:  # whose mean is that of the whole image
        np.testing.assert_array_equal(adjust(image[200:210], 0.3), whole[200:210])


def test_bad_factors():
    for adjust in ALL[:3]:
        for factor in (-0.1, float("nan")):
            with pytest.raises(ValueError, match="factor must not be negative"):
                adjust(noise(), factor)
    with pytest.raises(ValueError, match=r"hue factor must be within \[-0.5, 0.5\], got 0.6"):
        adjust_hue(noise(), 0.6)


@pytest.mark.parametrize("name", ["brightness", "contrast", "saturation", "hue"])
def test_agrees_with_torchvision(name):
    torch = pytest.importorskip("torch")
    functional = pytest.importorskip("torchvision.transforms.v2.functional")
    adjust = {f.__name__: f for f in ALL}[f"adjust_{name}"]
    tensor = torch.from_numpy(noise().copy()).permute(2, 0, 1)
    for factor in (-0.5, -0.1, 0.0, 0.04, 0.5) if name == "hue" else (0.0, 0.5, 0.9, 1.3, 3.0):
        theirs = getattr(functional, f"adjust_{name}")(tensor, factor).permute(1, 2, 0).numpy().astype(int)
        difference = np.abs(adjust(noise(), factor) - theirs)
        assert difference.max() <= 1
        if name != "hue":  # which rounds, where theirs cuts off; the others only sum in another order
            assert (difference > 0).mean() < 0.03
