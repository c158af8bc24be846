"""The feature pyramid: sums worked by hand, gradients along both paths, torchvision's answers."""

import numpy as np
import pytest

from scratchcv.backbones import FeaturePyramidNetwork, LastLevelMaxPool
from scratchcv.layers import BatchNorm2d, FrozenBatchNorm2d
from scratchcv.testing import assert_close, check_layer


def make_transparent(fpn):
    """Let every convolution copy its one channel: what remains are the sums."""
    for name, parameter in fpn.named_parameters():
        parameter.value[...] = 0
        if name.endswith("weight"):
            size = parameter.value.shape[-1] // 2
            parameter.value[0, 0, size, size] = 1
    return fpn.astype(np.float64)


def test_sums_by_hand():
    fpn = make_transparent(FeaturePyramidNetwork([1, 1, 1], 1))
    c3, c4, c5 = (
        np.arange(16.0).reshape(1, 1, 4, 4),
        np.array([[[[100.0, 200], [300, 400]]]]),
        np.full((1, 1, 1, 1), 1e3),
    )
    p3, p4, p5 = fpn([c3, c4, c5])
    assert p5.tolist() == c5.tolist()
    assert p4[0, 0].tolist() == [[1100, 1200], [1300, 1400]]
    assert p3[0, 0].tolist() == [
        [1100, 1101, 1202, 1203],
        [1104, 1105, 1206, 1207],
        [1308, 1309, 1410, 1411],
        [1312, 1313, 1414, 1415],
    ]


def test_the_merged_maps_are_what_the_last_convolutions_read():
    fpn = FeaturePyramidNetwork([2, 3, 4], 3, LastLevelMaxPool(), rng=np.random.default_rng(0))
    fpn.astype(np.float64)
    merged = fpn.merged(MAPS)
    assert [m.shape for m in merged] == [(2, 3, 5, 6), (2, 3, 3, 3), (2, 3, 1, 2)]
    for layer, m, level in zip(fpn.layer_blocks, merged, fpn(MAPS), strict=False):
        assert (layer(m) == level).all()
    assert (merged[2] == fpn.inner_blocks[2](MAPS[2])).all()  # nothing is added to the top one
    with pytest.raises(ValueError, match="features must be 3 maps, got 2"):
        fpn.merged(MAPS[:2])


def test_a_gradient_comes_back_from_every_finer_level():
    fpn = make_transparent(FeaturePyramidNetwork([1, 1], 1))
    _, cache = fpn.forward([np.zeros((1, 1, 3, 3)), np.zeros((1, 1, 2, 2))])
    dc3, dc4 = fpn.backward([np.ones((1, 1, 3, 3)), np.full((1, 1, 2, 2), 10.0)], cache)
    assert dc3.tolist() == np.ones((1, 1, 3, 3)).tolist()
    assert dc4[0, 0].tolist() == [[14, 12], [12, 11]]  # of nine pixels the first map pixel went to four


def test_the_last_level_takes_every_second_pixel():
    level = np.arange(15.0).reshape(1, 1, 3, 5)
    pyramid, cache = LastLevelMaxPool().forward([level])
    assert pyramid[1][0, 0].tolist() == [[0, 2, 4], [10, 12, 14]]
    (dlevel,) = LastLevelMaxPool().backward([np.zeros_like(level), np.ones((1, 1, 2, 3))], cache)
    assert dlevel[0, 0].tolist() == [[1, 0, 1, 0, 1], [0] * 5, [1, 0, 1, 0, 1]]


MAPS = [np.random.default_rng(7).standard_normal((2, channels, *size))
        for channels, size in ((2, (5, 6)), (3, (3, 3)), (4, (1, 2)))]  # fmt: skip


def test_gradients(backend):
    fpn = FeaturePyramidNetwork([2, 3, 4], 3, LastLevelMaxPool(), rng=np.random.default_rng(0))
    check_layer(fpn, MAPS, max_entries=6)


@pytest.mark.parametrize("norm_layer", [BatchNorm2d, FrozenBatchNorm2d])
def test_gradients_with_normalisation(norm_layer):
    fpn = FeaturePyramidNetwork([2, 3], 3, None, norm_layer, rng=np.random.default_rng(0))
    check_layer(fpn, MAPS[:2], max_entries=2)


def test_names_are_torchvisions():
    names = [name for name, _ in FeaturePyramidNetwork([2, 3], 4).named_parameters()]
    assert names[:4] == [
        "inner_blocks.0.0.weight",
        "inner_blocks.0.0.bias",
        "inner_blocks.1.0.weight",
        "inner_blocks.1.0.bias",
    ]
    names = [name for name, _ in FeaturePyramidNetwork([2], 4, norm_layer=BatchNorm2d).named_parameters()]
    assert names[:3] == ["inner_blocks.0.0.weight", "inner_blocks.0.1.weight", "inner_blocks.0.1.bias"]


def test_bad_input():
    with pytest.raises(ValueError, match="at least one map"):
        FeaturePyramidNetwork([], 4)
    with pytest.raises(ValueError, match="must be 2 maps, got 1"):
        FeaturePyramidNetwork([2, 3], 4)([np.zeros((1, 2, 4, 4))])


@pytest.mark.parametrize("norm", [None, "batch"])
def test_as_torchvision(norm):
    torch = pytest.importorskip("torch", reason="torch is not installed")
    ops = pytest.importorskip("torchvision.ops", reason="torchvision is not installed")
    theirs = ops.FeaturePyramidNetwork(
        [2, 3, 4], 5,
        ops.feature_pyramid_network.LastLevelMaxPool(),
        norm_layer=torch.nn.BatchNorm2d if norm else None,
    ).double()  # fmt: skip
    ours = FeaturePyramidNetwork([2, 3, 4], 5, LastLevelMaxPool(), BatchNorm2d if norm else None)
    ours.astype(np.float64).load_state_dict(theirs.state_dict())
    inputs = {str(level): torch.tensor(x, requires_grad=True) for level, x in enumerate(MAPS)}
    wanted = list(theirs(inputs).values())
    sum((level**2).sum() for level in wanted).backward()
    pyramid, cache = ours.forward(MAPS)
    dx = ours.backward([2 * level for level in pyramid], cache)
    for level, reference in zip(pyramid, wanted, strict=True):
        assert_close(level, reference.detach().numpy(), rtol=1e-10)
    for gradient, x in zip(dx, inputs.values(), strict=True):
        assert_close(gradient, x.grad.numpy(), rtol=1e-9)
    gradients = dict(theirs.named_parameters())
    for name, parameter in ours.named_parameters():
        assert_close(parameter.grad, gradients[name].grad.numpy(), rtol=1e-9, atol=1e-12)
