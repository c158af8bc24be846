"""RoIAlign on a pyramid: which level a region lies on, torchvision's answers, gradients."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scratchcv.layers import Layer, MultiScaleRoIAlign, infer_scales, roi_align, roi_levels
from scratchcv.testing import assert_close, check_layer

STRIDES = (4, 8, 16, 32)


class OfRegions(Layer):
    """The layer with its regions fixed, as a layer from feature maps to region features."""

    def __init__(self, pool, rois, image_sizes):
        self.pool, self.rois, self.image_sizes = pool, rois, image_sizes

    def forward(self, features):
        return self.pool.forward(features, self.rois.astype(features[0].dtype), self.image_sizes)

    def backward(self, dy, cache):
        return self.pool.backward(dy, cache)


def pyramid(rng, images, size, strides=STRIDES, channels=2, dtype=np.float64):
    height, width = size
    return [
        rng.standard_normal((images, channels, -(-height // s), -(-width // s))).astype(dtype)
        for s in strides
    ]


def regions(rng, count, images, size):
    """Regions of all scales inside the image, some without area."""
    height, width = size
    corners = rng.uniform(0, 1, (count, 2, 2)) ** 2 * (width, height)
    corners.sort(axis=1)
    if count > 2:
        corners[0, 1] = corners[0, 0]
    return np.concatenate([rng.integers(0, images, (count, 1)), corners.reshape(count, 4)], axis=1)


def test_a_region_of_224_pixels_lies_on_level_4_and_each_half_one_lower():
    sides = 224 * 2.0 ** np.arange(-3, 3)
    for dtype in (np.float32, np.float64):
        rois = np.stack([0 * sides, 7 + 0 * sides, 0 * sides, 7 + sides, sides], axis=1).astype(dtype)
        assert roi_levels(rois, 0, 9).tolist() == [1, 2, 3, 4, 5, 6]
        assert roi_levels(rois, 2, 5).tolist() == [2, 2, 3, 4, 5, 5]
        assert roi_levels(rois, 0, 9, canonical_scale=112, canonical_level=3).tolist() == [1, 2, 3, 4, 5, 6]


def test_the_area_decides_and_not_the_longer_side():
    rois = np.array([[0, 0, 0, 448, 112], [0, 0, 0, 448, 111], [0, 5, 5, 5, 90], [0, 9, 9, 3, 20.0]])
    assert roi_levels(rois, 2, 5).tolist() == [4, 3, 2, 2]


def test_scales_are_powers_of_two_in_spite_of_padding():
    features = pyramid(np.random.default_rng(0), 2, (224, 352))
    assert infer_scales(features, [(200, 350), (180, 300)]) == [1 / 4, 1 / 8, 1 / 16, 1 / 32]
    assert infer_scales(features, []) == [1.0] * 4


def test_each_region_is_read_from_its_own_level(backend):
    """Worked out region by region with plain RoIAlign: the answer where torchvision is not installed."""
    rng = np.random.default_rng(1)
    size = (512, 640)
    features, rois = pyramid(rng, 2, size), regions(rng, 30, 2, size)
    rois[-1] = (1, 0, 0, 640, 512)
    y = MultiScaleRoIAlign((3, 2), 2)(features, rois, [size, (400, 640)])
    used = set()
    for region, found in zip(rois, y, strict=True):
        side = np.sqrt((region[3] - region[1]) * (region[4] - region[2]))
        level = sum(side >= edge for edge in (112, 224, 448))
        used.add(level)
        expected = roi_align(features[level], region[None], (3, 2), 1 / STRIDES[level], 2)
        assert_close(found, expected[0])
    assert used == {0, 1, 2, 3}


def test_one_feature_map_is_plain_roi_align(backend):
    rng = np.random.default_rng(2)
    (feature,), rois = pyramid(rng, 2, (96, 128), (16,)), regions(rng, 9, 2, (96, 128))
    y = MultiScaleRoIAlign(7, -1)([feature], rois, [(90, 128), (96, 100)])
    assert y.tobytes() == roi_align(feature, rois, 7, 1 / 16, -1).tobytes()


@pytest.mark.parametrize("strides", [STRIDES, (16,), (8, 16)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.usefixtures("torch_on_one_core")
def test_equals_torchvision_forward_and_backward(backend, strides, dtype):
    torch = pytest.importorskip("torch", reason="torch is not installed: the loop over regions is the answer")
    ops = pytest.importorskip("torchvision.ops", reason="torchvision is not installed")
    for seed in range(8):
        rng = np.random.default_rng(seed)
        size = tuple(int(side) for side in rng.integers(100, 700, 2))
        sizes = [size, tuple(int(side) for side in rng.integers(100, (size[0] + 1, size[1] + 1)))]
        padded = tuple(-(-side // 32) * 32 for side in size)
        features = pyramid(rng, 2, padded, strides, dtype=dtype)
        rois = regions(rng, int(rng.integers(0, 20)), 2, size).astype(dtype)
        rois = rois[np.argsort(rois[:, 0], kind="stable")]
        arguments = {"output_size": 7, "sampling_ratio": int(rng.integers(-1, 3))}
        pool = MultiScaleRoIAlign(**arguments)
        y, cache = pool.forward(features, rois, sizes)
        dy = rng.standard_normal(y.shape).astype(dtype)
        dfeatures = pool.backward(dy, cache)

        names = [str(level) for level in range(len(strides))]
        theirs = ops.MultiScaleRoIAlign(names, **arguments)
        maps = {name: torch.tensor(f, requires_grad=True) for name, f in zip(names, features, strict=True)}
        boxes = [torch.tensor(rois[rois[:, 0] == image, 1:]) for image in (0, 1)]
        expected = theirs(maps, boxes, sizes)
        expected.backward(torch.tensor(dy))
        # Corners of hundreds of pixels, scaled in float32, are off by 1e-4 of a pixel there; ours are not.
        tolerance = {"rtol": 1e-3, "atol": 2e-3} if dtype == np.float32 else {"rtol": 1e-9, "atol": 1e-10}
        assert_close(y, expected.detach().numpy(), **tolerance)
        for name, dfeature in zip(names, dfeatures, strict=True):
            assert_close(dfeature, maps[name].grad.numpy(), **tolerance)


@given(st.integers(0, 2**32))
@settings(max_examples=5, deadline=None)
def test_gradients(seed):
    rng = np.random.default_rng(seed)
    size = (48, 64)
    features, rois = pyramid(rng, 2, size, (4, 8, 16)), regions(rng, 6, 2, size)
    pool = MultiScaleRoIAlign(2, int(rng.integers(-1, 3)), canonical_scale=28)
    check_layer(OfRegions(pool, rois, [size, size]), features, empty_batch=False, max_entries=12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_no_regions_or_images(backend, dtype):
    pool = MultiScaleRoIAlign(3, 2)
    for images in (0, 2):
        features = [np.zeros((images, 5, side, side), dtype) for side in (16, 8)]
        y, cache = pool.forward(features, np.zeros((0, 5), dtype), [(64, 64)] * images)
        assert y.shape == (0, 5, 3, 3)
        assert y.dtype == dtype
        dfeatures = pool.backward(y, cache)
        assert [d.shape for d in dfeatures] == [f.shape for f in features]
        assert not any(d.any() for d in dfeatures)


def test_bad_regions_are_named():
    features = [np.zeros((1, 2, 8, 8)), np.zeros((1, 2, 4, 4))]
    with pytest.raises(ValueError, match=r"rois must have shape \(K, 5\), got \(3, 4\)"):
        MultiScaleRoIAlign(2, 2)(features, np.zeros((3, 4)), [(32, 32)])
    with pytest.raises(ValueError, match="output_size"):
        MultiScaleRoIAlign(0, 2)
