"""SSD's backbone: the sizes and channels of its maps, and what differs from plain VGG."""

import numpy as np
import pytest

from scratchcv.models import SSDFeatureExtractorVGG
from scratchcv.testing import assert_close


@pytest.mark.parametrize(
    ("highres", "size", "cells"),
    [(False, 300, (38, 19, 10, 5, 3, 1)), (True, 512, (64, 32, 16, 8, 4, 2, 1))],
)
def test_maps_of_the_paper(highres, size, cells):
    """Liu et al., figure 2; the lecture's 8732 and 24,564 boxes lie on these cells."""
    backbone = SSDFeatureExtractorVGG(highres, width=1)
    features = backbone(np.zeros((1, 3, size, size), np.float32))
    assert [feature.shape for feature in features] == [
        (1, channels, side, side) for channels, side in zip(backbone.out_channels, cells, strict=True)
    ]


def test_channels_of_the_paper():
    assert SSDFeatureExtractorVGG(width=64).out_channels == (512, 1024, 512, 256, 256, 256)


def test_every_pixel_of_conv4_3_has_the_scales_length():
    """20 before training, whatever the image (ParseNet)."""
    rng = np.random.default_rng(0)
    first, *_ = SSDFeatureExtractorVGG(width=2, rng=rng)(rng.random((1, 3, 300, 300), np.float32))
    lengths = np.sqrt((first**2).sum(axis=1))
    assert_close(lengths, np.full_like(lengths, 20), rtol=1e-5)


def test_fc6_sees_pixels_six_apart():
    """A pixel of pooling 5 reaches 3 x 3 cells of fc6, at distances of 0 and 6."""
    fc = SSDFeatureExtractorVGG(width=1).extra[0][7]
    x = np.zeros((1, 8, 19, 19), np.float32)
    nothing = fc[1](x)
    x[:, :, 9, 9] = 1
    rows, columns = np.nonzero((fc[1](x) != nothing).any(axis=(0, 1)))
    assert set(zip(rows.tolist(), columns.tolist(), strict=True)) == {
        (row, column) for row in (3, 9, 15) for column in (3, 9, 15)
    }


def test_calling_and_forward_agree_frozen_or_not():
    rng = np.random.default_rng(0)
    x = rng.random((2, 3, 300, 300), np.float32)
    for trainable in (5, 2, 0):
        backbone = SSDFeatureExtractorVGG(width=1, trainable_layers=trainable, rng=np.random.default_rng(1))
        features, cache = backbone.forward(x)
        for called, fed in zip(backbone(x), features, strict=True):
            assert called.tobytes() == fed.tobytes()
        dx = backbone.backward([np.ones_like(feature) for feature in features], cache)
        assert (dx is None) == (trainable < 5)


def test_no_images():
    backbone = SSDFeatureExtractorVGG(width=1)
    features, cache = backbone.forward(np.zeros((0, 3, 300, 300), np.float32))
    assert [len(feature) for feature in features] == [0] * 6
    assert backbone.backward(features, cache).shape == (0, 3, 300, 300)
