"""Class imbalance, focal loss, and the sums of a feature pyramid."""

import numpy as np
import pytest

from scratchcv.backbones import FeaturePyramidNetwork, TinyBackbone
from scratchcv.boxes import grid_anchors
from scratchcv.layers import Add, Conv2d, Upsample, interpolate
from scratchcv.losses import balanced_cross_entropy, cross_entropy, sigmoid_focal_loss, softmax_focal_loss
from scratchcv.models import RetinaNetHead, retinanet_tiny

P = np.array([0.1, 0.3, 0.5, 0.6, 0.9])
TABLE = {
    0: [2.3026, 1.2040, 0.6931, 0.5108, 0.1054],
    2: [1.8651, 0.5899, 0.1733, 0.0817, 0.001054],
    5: [1.3597, 0.2024, 0.0217, 0.0052, 0.000001],
}


def logits_of(p):
    """Two classes, the true one with probability p."""
    return np.stack([np.zeros_like(p), np.log(p / (1 - p))], axis=1)


def test_02_a_pyramids_maps_are_upsampled_and_added():
    """S4, lines 514-535: M4 = up(M5) + 1x1(C4), element by element; backward, both paths get the gradient.

    The slide's "Maxpool at 1/2 x 1/2" is nearest-neighbour up-sampling.
    """
    rng = np.random.default_rng(0)
    C4, M5 = rng.standard_normal((1, 8, 6, 6)), rng.standard_normal((1, 4, 3, 3))
    lateral, up, add = Conv2d(8, 4, 1, rng=rng).astype(np.float64), Upsample(scale_factor=2), Add()
    (a, up_cache), (b, lateral_cache) = up.forward(M5), lateral.forward(C4)
    M4, cache = add.forward(a, b)
    np.testing.assert_array_equal(M4, M5.repeat(2, axis=2).repeat(2, axis=3) + lateral(C4))
    np.testing.assert_array_equal(interpolate(M5, scale_factor=2), a)
    dM4 = rng.standard_normal(M4.shape)
    da, db = add.backward(dM4, cache)
    np.testing.assert_allclose(up.backward(da, up_cache), dM4.reshape(1, 4, 3, 2, 3, 2).sum(axis=(3, 5)))
    np.testing.assert_array_equal(db, dM4)
    assert lateral.backward(db, lateral_cache).shape == C4.shape


def test_02_a_whole_pyramid_of_256_channels():
    """S4, lines 514-535: C2 to C5 at strides 4 to 32; every M gets a 3x3, P5 too; C1 takes no part."""
    rng, channels = np.random.default_rng(0), (4, 6, 8, 10)
    fpn = FeaturePyramidNetwork(channels, 256, rng=rng).astype(np.float64)
    C = [rng.standard_normal((1, c, 64 // s, 96 // s)) for c, s in zip(channels, (4, 8, 16, 32), strict=True)]
    P = fpn(C)
    assert [level.shape for level in P] == [(1, 256, 16, 24), (1, 256, 8, 12), (1, 256, 4, 6), (1, 256, 2, 3)]
    *_, M4, M5 = M = fpn.merged(C)
    assert [m.shape for m in M] == [p.shape for p in P]
    np.testing.assert_array_equal(M5, fpn.inner_blocks[3](C[3]))
    np.testing.assert_array_equal(M4, fpn.inner_blocks[2](C[2]) + M5.repeat(2, axis=2).repeat(2, axis=3))
    np.testing.assert_allclose(P[3], fpn.layer_blocks[3](M5), rtol=1e-12)
    np.testing.assert_allclose(P[2], fpn.layer_blocks[2](M4), rtol=1e-12)


def test_01_only_the_top_down_path_gives_the_fine_map_what_the_coarse_one_sees():
    """S4, lines 479-508: a fine map sees little of the image; with the top-down path, all of it."""
    rng = np.random.default_rng(0)
    body = TinyBackbone((4, 4, 4, 4, 4), (1, 1, 1, 1, 1), first_output=2, rng=rng).astype(np.float64).eval()
    fpn = FeaturePyramidNetwork([4, 4, 4], 4, rng=rng).astype(np.float64)

    def sees(maps):
        """Side of the square that moves the middle pixel of the finest map."""
        image = np.random.default_rng(1).random((1, 3, 64, 64))
        changes = []
        for x in range(64):
            other = image.copy()
            other[:, :, 32, x] += 1
            changes.append((maps(other)[0][0, :, 8, 8] != maps(image)[0][0, :, 8, 8]).any())
        columns = np.flatnonzero(changes)
        return columns.max() - columns.min() + 1

    alone, topped = sees(body), sees(lambda image: fpn(body(image)))
    assert alone <= 18
    assert topped > 2 * alone


def test_02_the_gradient_of_the_coarse_map_is_the_sum_of_both_paths():
    """S4, lines 514-535: M5 is read by its own 3x3 convolution and by M4."""
    rng = np.random.default_rng(0)
    fpn = FeaturePyramidNetwork([3, 5], 4, rng=rng).astype(np.float64)
    C = [rng.standard_normal((1, 3, 6, 6)), rng.standard_normal((1, 5, 3, 3))]
    P, cache = fpn.forward(C)
    dP = [rng.standard_normal(p.shape) for p in P]
    nothing = [np.zeros_like(p) for p in P]
    (_, both), (_, own), (_, from_below) = (
        fpn.backward(dy, cache) for dy in (dP, [nothing[0], dP[1]], [dP[0], nothing[1]])
    )
    assert own.any()
    assert from_below.any()
    np.testing.assert_allclose(both, own + from_below, rtol=1e-12)


def test_03_easy_negatives_outweigh_the_rest_under_cross_entropy():
    """S4, lines 542-570: 100,000 easy negatives against 100 hard positives: who has the mass of the loss?"""
    easy, hard = np.full((100_000, 1), -4.6), np.full((100, 1), -1.0)  # p(object) of .01 and .27
    logits = np.concatenate([easy, hard])
    targets = np.concatenate([np.zeros_like(easy), np.ones_like(hard)])

    def share(gamma):
        losses = sigmoid_focal_loss(logits, targets, alpha=-1, gamma=gamma, reduction="none")[0]
        return losses[:100_000].sum() / losses.sum()

    assert share(0) > 0.85
    assert share(2) < 0.002


def test_04_weighted_cross_entropy():
    """S1, lines 1421-1426; S4, lines 605-609: - sum of w_c log p."""
    logits, labels, w = logits_of(P), np.array([1, 0, 1, 1, 0]), np.array([0.5, 2.0])
    p_t = np.where(labels == 1, P, 1 - P)
    loss, _ = cross_entropy(logits, labels, weight=w, reduction="sum")
    assert loss == pytest.approx(-(w[labels] * np.log(p_t)).sum(), rel=1e-12)


def test_04_alpha_balanced_cross_entropy():
    """S4, line 609, prints alpha for all; balanced, negatives have 1 - alpha."""
    x, y = np.log(P / (1 - P)), np.array([1.0, 0, 1, 1, 0])
    loss, _ = balanced_cross_entropy(x, y, alpha=0.25, reduction="sum")
    expected = -(0.25 * y * np.log(P) + 0.75 * (1 - y) * np.log(1 - P)).sum()
    assert loss == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("gamma", [0, 0.5, 1, 2, 5])
def test_05_the_focal_loss_of_five_probabilities(gamma):
    """S1, lines 1429-1433; S4, lines 580-630: -(1 - p_t)^gamma log p_t; gamma = 0 is cross-entropy."""
    losses, _ = softmax_focal_loss(logits_of(P), np.ones(5, int), gamma=gamma, reduction="none")
    if gamma in TABLE:
        np.testing.assert_allclose(losses, TABLE[gamma], atol=5e-5, rtol=0)
    np.testing.assert_allclose(losses, -((1 - P) ** gamma) * np.log(P), rtol=1e-12)
    sigmoid, _ = sigmoid_focal_loss(np.log(P / (1 - P)), np.ones(5), alpha=-1, gamma=gamma, reduction="none")
    np.testing.assert_allclose(sigmoid, losses, rtol=1e-12)
    if gamma == 0:
        np.testing.assert_allclose(
            losses, cross_entropy(logits_of(P), np.ones(5, int), reduction="none")[0], rtol=1e-12
        )


def test_05_well_classified_costs_a_hundredth():
    """S4, lines 580-630: at p = .9, gamma = 2 the factor is .01; at p = .1, gamma = 5 it is .59."""
    ratio = {
        (p, gamma): softmax_focal_loss(logits_of(np.array([p])), [1], gamma=gamma)[0] / -np.log(p)
        for p, gamma in ((0.9, 2), (0.1, 5))
    }
    assert ratio[0.9, 2] == pytest.approx(0.01, rel=1e-9)
    assert round(ratio[0.1, 5], 2) == 0.59


def test_06_retinanet_has_nine_anchors_a_cell():
    """S4, line 636: two subnetworks on every level; in the paper 3 sizes by 3 ratios a cell."""
    sizes = [(s, int(s * 2 ** (1 / 3)), int(s * 2 ** (2 / 3))) for s in (32, 64, 128, 256, 512)]
    maps = [(64, 64), (32, 32), (16, 16), (8, 8), (4, 4)]
    anchors = grid_anchors(maps, (512, 512), sizes, (0.5, 1, 2))
    assert len(anchors) == 9 * sum(height * width for height, width in maps) == 49_104


def test_06_both_subnetworks_look_at_all_levels_with_the_same_weights():
    """S4, line 636: a map's answers do not depend on which level it stands at; nine anchors a cell."""
    rng = np.random.default_rng(0)
    head = RetinaNetHead(8, 9, 20, conv_depth=2, rng=rng)
    fine, coarse = (rng.standard_normal((1, 8, side, side)).astype(np.float32) for side in (8, 4))
    logits, deltas = head([fine, coarse])
    assert logits.shape == (1, 9 * (64 + 16), 20)
    assert deltas.shape == (1, 9 * (64 + 16), 4)
    swapped = [
        np.concatenate([part[:, 9 * 16 :], part[:, : 9 * 16]], axis=1) for part in head([coarse, fine])
    ]
    np.testing.assert_array_equal(swapped[0], logits)
    np.testing.assert_array_equal(swapped[1], deltas)
    assert retinanet_tiny(["background", "cat"]).boxes_an_image == 9 * (16**2 + 8**2 + 4**2)
