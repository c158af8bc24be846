"""Two more maps on top of a pyramid: which map is read, shapes, gradients, torchvision's numbers."""

import math

import numpy as np
import pytest

from scratchcv.backbones import FeaturePyramidNetwork, LastLevelP6P7
from scratchcv.layers import relu
from scratchcv.testing import assert_close, check_layer

FEATURES = [np.random.default_rng(n).standard_normal((2, 3 + n, side, side)) for n, side in enumerate((8, 4))]


def pyramid(in_channels):
    rng = np.random.default_rng(0)
    return FeaturePyramidNetwork((3, 4), 5, LastLevelP6P7(in_channels, 5, rng=rng), rng=rng).astype(
        np.float64
    )


def flat(level):
    return level.reshape(len(level), math.prod(level.shape[1:]))


class Pyramid(FeaturePyramidNetwork):
    """On one array, as layers are checked: its second half's channels at half the resolution."""

    def forward(self, x):
        y, cache = super().forward([x[:, :3], x[:, 3:, ::2, ::2]])
        return np.concatenate([flat(level) for level in y], axis=1), (cache, x, y)

    def backward(self, dy, cache):
        cache, x, y = cache
        sizes = np.cumsum([flat(level).shape[1] for level in y])[:-1]
        dlevels = [
            part.reshape(level.shape) for part, level in zip(np.split(dy, sizes, axis=1), y, strict=True)
        ]
        dx = np.zeros_like(x)
        dx[:, :3], dx[:, 3:, ::2, ::2] = super().backward(dlevels, cache)
        return dx

    def __call__(self, x):
        return self.forward(x)[0]


@pytest.mark.parametrize("in_channels", [4, 5])
def test_gradients_through_the_pyramid(in_channels):
    rng = np.random.default_rng(0)
    fpn = Pyramid((3, 4), 5, LastLevelP6P7(in_channels, 5, rng=rng), rng=rng)
    check_layer(fpn, rng.standard_normal((2, 7, 8, 8)), max_entries=10)


@pytest.mark.parametrize(("in_channels", "reads_features"), [(5, False), (4, True)])
def test_p6_and_p7_by_hand(in_channels, reads_features):
    fpn = pyramid(in_channels)
    extra = fpn.extra_blocks
    assert extra.reads_features == reads_features
    levels = fpn(FEATURES)
    assert [level.shape[2] for level in levels] == [8, 4, 2, 1]
    P6 = extra.p6(FEATURES[1] if reads_features else levels[1])
    assert_close(levels[2], P6)
    assert_close(levels[3], extra.p7(relu(P6)))


@pytest.mark.parametrize("in_channels", [4, 5])
def test_torchvision_has_the_same_maps(in_channels):
    torch = pytest.importorskip("torch", reason="torch is not installed")
    ops = pytest.importorskip(
        "torchvision.ops.feature_pyramid_network", reason="torchvision is not installed"
    )
    fpn = pyramid(in_channels)
    theirs = ops.FeaturePyramidNetwork([3, 4], 5, ops.LastLevelP6P7(in_channels, 5)).double()
    theirs.load_state_dict({name: torch.tensor(value) for name, value in fpn.state_dict().items()})
    maps = theirs({str(n): torch.tensor(feature) for n, feature in enumerate(FEATURES)})
    assert list(maps) == ["0", "1", "p6", "p7"]
    for ours, other in zip(fpn(FEATURES), maps.values(), strict=True):
        assert_close(ours, other.detach().numpy(), rtol=1e-10, atol=1e-12)


def test_biases_begin_at_zero():
    extra = LastLevelP6P7(4, 5)
    assert not extra.p6.bias.value.any()
    assert not extra.p7.bias.value.any()
    assert np.abs(extra.p6.weight.value).max() <= np.sqrt(3 / (4 * 9))
