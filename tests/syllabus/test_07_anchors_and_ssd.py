"""Anchors as in d2l and MXNet, and SSD."""

import numpy as np
import pytest

from scratchcv.boxes import (
    BACKGROUND,
    MULTIBOX_CONVENTIONS,
    NOT_SAMPLED,
    box_iou,
    encode_deltas,
    hard_negative_mask,
    match_best_then_threshold,
    match_bipartite,
    multibox_detection,
    multibox_prior,
    multibox_target,
    sliding_windows,
    ssd300_default_boxes,
    ssd512_default_boxes,
    ssd_default_boxes,
)
from scratchcv.data import RandomIoUCrop
from scratchcv.layers import Conv2d
from scratchcv.losses import multibox_loss
from scratchcv.models import SSDHead, ssd300_vgg16, ssd512_vgg16, tiny_ssd_d2l

DOG, CAT = [0.1, 0.08, 0.52, 0.92], [0.55, 0.2, 0.9, 0.88]
ANCHORS = np.array(
    [
        [0, 0.1, 0.2, 0.3],
        [0.15, 0.2, 0.4, 0.4],
        [0.63, 0.05, 0.88, 0.98],
        [0.66, 0.45, 0.8, 0.8],
        [0.57, 0.3, 0.92, 0.9],
    ]
)
PREDICTED = np.array([DOG, [0.08, 0.2, 0.56, 0.95], [0.15, 0.3, 0.62, 0.91], CAT])


def test_01_two_million_anchors():
    """S3, lines 379-402: whnm of all combinations; wh(n + m - 1) with s1 or r1 alone."""
    sizes, ratios = [0.75, 0.5, 0.25], [1, 2, 0.5]
    for_each_size = [multibox_prior(4, 5, [size], ratios) for size in sizes]
    assert sum(map(len, for_each_size)) == 4 * 5 * 3 * 3
    assert len(multibox_prior(561, 728, sizes, ratios)) == 561 * 728 * (3 + 3 - 1) == 2_042_040


def test_02_the_anchors_at_250_250():
    """S3, line 414: sizes .75, .5, .25 at ratio 1, then ratios 2 and .5 at size .75; corners, not clipped."""
    anchors = multibox_prior(561, 728, sizes=[0.75, 0.5, 0.25], ratios=[1, 2, 0.5], dtype=np.float64)
    expected = [
        [0.055117, 0.071524, 0.633070, 0.821524],
        [0.151442, 0.196524, 0.536745, 0.696524],
        [0.247768, 0.321524, 0.440419, 0.571524],
        [-0.064581, 0.181359, 0.752768, 0.711689],
        [0.139756, -0.083806, 0.548431, 0.976854],
    ]
    at = anchors.reshape(561, 728, 5, 4)[250, 250]
    assert at[0].round(2).tolist() == [0.06, 0.07, 0.63, 0.82]
    np.testing.assert_allclose(at, expected, atol=5.1e-7)
    pixels, root = np.array([728, 561] * 2), np.sqrt(2)
    sides = [[420.75] * 2, [280.5] * 2, [140.25] * 2, [420.75 * root, 420.75 / root]]
    half = np.array([*sides, sides[3][::-1]]) / 2
    np.testing.assert_allclose(at * pixels, np.hstack([250.5 - half, 250.5 + half]), rtol=1e-13)
    small = multibox_prior(2, 2, sizes=[0.75, 0.5, 0.25], ratios=[1, 2, 0.5], dtype=np.float64)[:5]
    assert small[:3].tolist() == [
        [-0.125, -0.125, 0.625, 0.625],
        [0, 0, 0.5, 0.5],
        [0.125, 0.125, 0.375, 0.375],
    ]
    long, short = 0.375 * root, 0.375 / root
    flat = [0.25 - long, 0.25 - short, 0.25 + long, 0.25 + short]
    np.testing.assert_allclose(small[3:], [flat, [flat[1], flat[0], flat[3], flat[2]]], rtol=1e-14)


def test_03_an_anchors_aspect_is_r():
    """S3, line 364: (ws/sqrt r, hs/sqrt r) has the image's aspect for every r.

    MXNet's code has (hs sqrt r, hs/sqrt r), whose aspect is r.
    """
    w, h, s = 728, 561, 0.75
    for r in (1, 2, 0.5):
        printed = (w * s / np.sqrt(r), h * s / np.sqrt(r))
        assert round(printed[0] / printed[1], 3) == 1.298
    anchor = multibox_prior(h, w, [s], [1, 2], dtype=np.float64)[1]
    width, height = (anchor[2:] - anchor[:2]) * [w, h]
    assert (round(width, 1), round(height, 1)) == (595.0, 297.5)
    assert width / height == pytest.approx(2, rel=1e-12)


def test_04_greedy_assignment():
    """S3, lines 509-550: x23, then x71, x54, x92 are the largest of what rows and columns are left."""
    X = np.full((9, 4), 0.05)
    X[1, 2], X[6, 0], X[4, 3], X[8, 1] = 0.95, 0.9, 0.8, 0.7
    matches = match_bipartite(X)
    assert {f"A{a + 1}": f"B{b + 1}" for a, b in enumerate(matches) if b != BACKGROUND} == {
        "A2": "B3", "A7": "B1", "A5": "B4", "A9": "B2",
    }  # fmt: skip


def test_05_the_labels_of_five_anchors():
    """S3, lines 554-559: [[0. 1. 2. 0. 2.]], 1 dog, 2 cat."""
    iou = box_iou(ANCHORS, [DOG, CAT])
    assert iou.round(4).tolist() == [[0.0536, 0], [0.1417, 0], [0, 0.5657], [0, 0.2059], [0, 0.7459]]
    assert (match_bipartite(iou) + 1).tolist() == [0, 1, 2, 0, 2]
    _, mask, labels = multibox_target(ANCHORS, [DOG, CAT], [1, 2])
    assert labels.tolist() == [0, 1, 2, 0, 2]
    assert mask.astype(int).tolist() == [[0] * 4, [1] * 4, [1] * 4, [0] * 4, [1] * 4]


def test_06_the_offsets_of_three_anchors():
    """S3, line 583, with mu = 0 and sigma = (.1, .1, .2, .2), which the slide leaves out."""
    all_offsets, mask, _ = multibox_target(ANCHORS, [DOG, CAT], [1, 2])
    assert not all_offsets[~mask].any()
    offsets = all_offsets[[1, 2, 4]]
    expected = [
        [1.4, 10, 2.59397, 7.17542],
        [-1.2, 0.26882, 1.68236, -1.56546],
        [-0.571429, -1, 0, 0.625816],
    ]
    np.testing.assert_allclose(offsets, expected, atol=5.1e-6)
    center_and_scale = [
        [0.035 / 0.25, 0.2 / 0.2, np.log(0.42 / 0.25), np.log(0.84 / 0.2)],
        [-0.03 / 0.25, 0.025 / 0.93, np.log(0.35 / 0.25), np.log(0.68 / 0.93)],
        [-0.02 / 0.35, -0.06 / 0.6, 0, np.log(0.68 / 0.6)],
    ]
    np.testing.assert_allclose(
        offsets, center_and_scale / np.array([0.1, 0.1, 0.2, 0.2]), rtol=1e-12, atol=1e-14
    )
    of_d2l, _, _ = multibox_target(ANCHORS, [DOG, CAT], [1, 2], eps=1e-6)
    assert 6e-6 < abs(of_d2l - all_offsets).max() < 7e-6


def test_07_the_detections_of_four_anchors():
    """S3, lines 587-715: zero offsets, threshold .5: dog .9 and cat .9 stay, two dogs go."""
    background, dog, cat = [0.0] * 4, [0.9, 0.8, 0.7, 0.1], [0.1, 0.2, 0.3, 0.9]
    found = multibox_detection(np.transpose([background, dog, cat]), np.zeros((4, 4)), PREDICTED)
    assert found[:, :2].tolist() == [[0, 0.9], [1, 0.9], [-1, 0.8], [-1, 0.7]]
    np.testing.assert_allclose(found[:, 2:], PREDICTED[[0, 3, 1, 2]], rtol=1e-12)
    iou = box_iou(PREDICTED, PREDICTED)
    assert [round(iou[0, 1], 4), round(iou[0, 2], 4), round(iou[1, 2], 4)] == [0.7368, 0.5454, 0.6306]


def test_08_where_the_targets_of_d2l_and_mxnet_differ():
    """The two sources of S3: an IoU at the threshold, a truth that nothing touches, mining, padded rows."""
    mxnet = MULTIBOX_CONVENTIONS["mxnet"].target
    whole_and_half = [[0, 0, 1, 1], [0, 0, 1, 0.5]]
    assert multibox_target(whole_and_half, [[0, 0, 1, 1]], [1])[2].tolist() == [1, 1]  # d2l: IoU >= .5
    assert multibox_target(whole_and_half, [[0, 0, 1, 1]], [1], **mxnet)[2].tolist() == [1, 0]  # > .5
    assert multibox_target(whole_and_half, [[5, 5, 6, 6]], [1])[2].tolist() == [1, 0]  # d2l: one at any rate
    assert multibox_target(whole_and_half, [[5, 5, 6, 6]], [1], **mxnet)[2].tolist() == [0, 0]
    mined = multibox_target(
        ANCHORS, [DOG], [1], background_scores=[0.9, 0, 0.2, 0.8, 0.1], negative_ratio=2, **mxnet
    )
    assert mined[2].tolist() == [NOT_SAMPLED, 1, 0, NOT_SAMPLED, 0]  # those least like background
    padded = box_iou(ANCHORS, [DOG, CAT, [-1, -1, -1, -1]])
    assert match_bipartite(padded).tolist() == [2, 0, 1, BACKGROUND, 1]  # d2l: padding takes anchor 0
    (x, y), (w, h) = (0.1, 0.2), (0.2, 0.2)  # anchor 0, which then learns nonsense:
    nonsense = [(-1 - x) / w / 0.1, (-1 - y) / h / 0.1, *(np.log(1e-6 + 0 / side) / 0.2 for side in (w, h))]
    assert np.round(nonsense).tolist() == [-55, -60, -69, -69]
    with pytest.raises(ValueError, match="has no area"):
        encode_deltas([[-1.0] * 4], ANCHORS[:1], eps=1e-6)
    with pytest.raises(ValueError, match="gt_labels must be 1 or more"):
        multibox_target(ANCHORS, [DOG, [-1] * 4], [1, -1])


def test_08_where_the_detections_of_d2l_and_mxnet_differ():
    """The two sources of S3: classes, an IoU at the threshold, low scores, order of rows, clipping."""
    mxnet = MULTIBOX_CONVENTIONS["mxnet"].detection

    def rows(scores, boxes, **options):
        return multibox_detection(scores, np.zeros((len(boxes), 4)), boxes, **options)

    whole_and_half = [[0, 0, 1, 1], [0, 0, 1, 0.5]]
    dog_and_cat = [[0.1, 0.9, 0], [0.2, 0, 0.8]]
    nearly_whole = [[0, 0, 1, 1], [0, 0, 1, 0.9]]
    assert rows(dog_and_cat, nearly_whole)[:, 0].tolist() == [0, -1]  # d2l: a dog deletes a cat
    assert rows(dog_and_cat, nearly_whole, **mxnet)[:, 0].tolist() == [0, 1]
    two_dogs = [[0.1, 0.9], [0.2, 0.8]]
    assert rows(two_dogs, whole_and_half)[:, 0].tolist() == [0, 0]  # d2l drops IoU > .5
    assert rows(two_dogs, whole_and_half, **mxnet)[:, 0].tolist() == [0, -1]  # MXNet >= .5
    low = [[0.995, 0.005], [0.1, 0.9]]
    apart = [[0, 0, 0.2, 0.2], [0.5, 0.5, 1.2, 1]]
    assert rows(low, apart)[:, :2].tolist() == [[0, 0.9], [-1, 0.995]]
    assert rows(low, apart, **mxnet)[:, :2].tolist() == [[0, 0.9], [-1, -1]]
    three = [[0.1, 0.9], [0.2, 0.8], [0.3, 0.7]]
    places = [[0, 0, 1, 1], [0, 0, 1, 0.9], [0.9, 0.9, 1, 1]]
    assert rows(three, places)[:, :2].tolist() == [[0, 0.9], [0, 0.7], [-1, 0.8]]  # kept ones first
    assert rows(three, places, **mxnet)[:, :2].tolist() == [[0, 0.9], [-1, 0.8], [0, 0.7]]  # by score
    assert rows(low, apart)[0, 4] == pytest.approx(1.2)
    assert rows(low, apart, **mxnet)[0, 4] == 1


def test_09_small_objects_have_more_places():
    """S3, lines 768-784: in a 2 x 2 image, objects of 1 x 1, 1 x 2 and 2 x 2 have 4, 2 and 1 positions."""
    assert [len(sliding_windows((2, 2), size, 1)) for size in ((1, 1), (1, 2), (2, 2))] == [4, 2, 1]


def test_10_centres_are_sampled_evenly():
    """S3, lines 745-757: maps of 4 x 4, 2 x 2 and 1 x 1 spread 16, 4 and 1 centres over the image."""
    for side, size in ((4, 0.15), (2, 0.4), (1, 0.8)):
        anchors = multibox_prior(side, side, [size], [1], dtype=np.float64)
        centers = (anchors[:, :2] + anchors[:, 2:]) / 2
        grid = (np.arange(side) + 0.5) / side
        np.testing.assert_allclose(centers, np.stack(np.meshgrid(grid, grid), axis=-1).reshape(-1, 2))


def test_11_tiny_ssd_has_5444_anchors():
    """S3, lines 807-845: maps of 32, 16, 8, 4 and 1, four anchors a pixel, and what is said of each."""
    sizes = [(0.2, 0.272), (0.37, 0.447), (0.54, 0.619), (0.71, 0.79), (0.88, 0.961)]
    anchors = [multibox_prior(n, n, s, (1, 2, 0.5)) for n, s in zip((32, 16, 8, 4, 1), sizes, strict=True)]
    assert [len(boxes) for boxes in anchors] == [4 * 32**2, 4 * 16**2, 4 * 8**2, 4 * 4**2, 4]
    model = tiny_ssd_d2l(["background", "pikachu"])
    assert model.boxes_an_image == sum(len(boxes) for boxes in anchors) == 5444
    np.testing.assert_allclose(model.anchors, 256 * np.concatenate(anchors), rtol=1e-6)
    logits, deltas = model.head(model.backbone(np.zeros((1, 3, 256, 256), np.float32)))
    assert (logits.shape, deltas.shape) == ((1, 5444, 2), (1, 5444, 4))


def test_12_ssds_filters_and_outputs():
    """S1, lines 1343-1347; S4, lines 290-345: (c + 4) k filters at each location, (c + 4) k m n outputs."""
    c, k, m, n = 21, 6, 5, 4
    y = Conv2d(8, (c + 4) * k, 3, padding=1)(np.zeros((1, 8, m, n), np.float32))
    assert y.shape == (1, (c + 4) * k, m, n)
    assert y.size == (c + 4) * k * m * n
    head = SSDHead([8], [k], c)  # two convolutions: c k filters and 4 k
    convolutions = [*head.classification_head.module_list, *head.regression_head.module_list]
    assert sum(len(conv.weight.value) for conv in convolutions) == (c + 4) * k
    logits, deltas = head([np.zeros((1, 8, m, n), np.float32)])
    assert logits.size + deltas.size == y.size


def test_13_the_cat_on_the_fine_map_and_the_dog_on_the_coarse_one():
    """S1, lines 1392-1404; S4, lines 318-330: maps of 8 x 8 and 4 x 4; 4 numbers for loc, p for conf."""
    boxes = ssd_default_boxes([(8, 8), (4, 4)], (256, 256), [[2], [2]], scales=[0.2, 0.4, 0.8])
    level = np.repeat([8, 4], [4 * 8 * 8, 4 * 4 * 4])
    cat, dog = [30, 130, 90, 180], [110, 40, 220, 200]
    matches = match_best_then_threshold(box_iou(boxes, [cat, dog]))
    assert set(level[matches == 0]) == {8}
    assert set(level[matches == 1]) == {4}
    logits, deltas = SSDHead([8, 8], [4, 4], 3)([np.zeros((1, 8, n, n), np.float32) for n in (8, 4)])
    assert (logits.shape, deltas.shape) == ((1, len(boxes), 3), (1, len(boxes), 4))


def test_14_every_truth_has_a_default_box():
    """S1, lines 1351-1354: the best for each truth, then all of IoU > .5."""
    iou = [[0.1, 0], [0.2, 0.05], [0, 0.01], [0.51, 0], [0.5, 0]]
    assert match_best_then_threshold(iou).tolist() == [BACKGROUND, 1, BACKGROUND, 0, BACKGROUND]


def test_15_ssds_loss():
    """S1, lines 1361-1382; S4, lines 351-407: (L_conf + alpha L_loc) / N; N = 0 costs nothing.

    S4, line 391, drops the hats: c there is defined by itself. What is meant is the softmax.
    """
    rng = np.random.default_rng(0)
    logits, deltas, targets = (
        rng.standard_normal((1, 8, 3)),
        rng.standard_normal((1, 8, 4)),
        np.zeros((1, 8, 4)),
    )
    labels = np.array([[1, 2, 0, 0, 0, 0, 0, 0]])
    losses, _ = multibox_loss(logits, deltas, labels, targets)
    hat_c = np.exp(logits[0]) / np.exp(logits[0]).sum(axis=1, keepdims=True)
    l_conf = -np.log(hat_c[0, 1]) - np.log(hat_c[1, 2]) - np.log(hat_c[2:, 0]).sum()  # 3 x 2 negatives: all
    d = abs(deltas[0, :2])
    l_loc = np.where(d < 1, 0.5 * d**2, d - 0.5).sum()
    assert losses["classification"] == pytest.approx(l_conf / 2, rel=1e-12)
    assert losses["box"] == pytest.approx(l_loc / 2, rel=1e-12)
    nothing, gradients = multibox_loss(logits, deltas, np.zeros((1, 8), int), targets)
    assert nothing == {"classification": 0, "box": 0}
    assert not any(gradient.any() for gradient in gradients)


def test_16_three_hard_negatives_a_positive():
    """S1, lines 1410-1415; S4, lines 415-437: min(3 P, negatives), by the highest confidence loss."""
    loss = np.array([[0.1, 0.9, 0.3, 0.8, 0.2, 0.7]])
    one = hard_negative_mask(loss, np.array([[True, False, False, False, False, False]]))
    assert one.tolist() == [[False, True, False, True, False, True]]
    two = hard_negative_mask(loss, np.array([[True, False, True, False, False, False]]))
    assert two.sum() == 4  # there are no six
    logits = np.array([[[0, 2], [0, -1], [0, 3], [0, 1], [0, -2], [0, 0.5]]], float)  # the first is positive
    _, (dlogits, _) = multibox_loss(logits, np.zeros((1, 6, 4)), [[1, 0, 0, 0, 0, 0]], np.zeros((1, 6, 4)))
    assert dlogits.any(axis=2).tolist() == [
        [True, False, True, True, False, True]
    ]  # no more than those learn


@pytest.mark.parametrize("minimum", [0.1, 0.3, 0.5, 0.7, 0.9])
def test_17_patches_of_a_minimal_iou(minimum):
    """S4, lines 420-423: the whole image, or a patch with IoU of at least .1, .3, .5, .7, .9."""
    boxes = np.array([[30, 20, 180, 140.0]])
    drawn = 0
    for seed in range(20):
        window = RandomIoUCrop(sampler_options=[minimum], trials=1000).window(
            150, 200, boxes, np.random.default_rng(seed)
        )
        if window is not None:
            drawn += 1
            assert box_iou([window], boxes).item() >= minimum
    assert drawn > 5


def test_18_8732_and_24564_default_boxes():
    """S4, lines 449-456: the boxes of SSD300 and SSD512, map by map, and of the models (narrow ones)."""
    assert len(ssd300_default_boxes()) == 38**2 * 4 + (19**2 + 10**2 + 5**2) * 6 + (3**2 + 1) * 4 == 8732
    maps = 64**2 * 4 + (32**2 + 16**2 + 8**2 + 4**2) * 6 + (2**2 + 1) * 4
    assert len(ssd512_default_boxes()) == maps == 24564
    for build, size, count in ((ssd300_vgg16, 300, 8732), (ssd512_vgg16, 512, 24564)):
        model = build(21, width=1)
        features = model.backbone(np.zeros((1, 3, size, size), np.float32))
        cells = [feature.shape[-1] for feature in features]
        assert cells == {300: [38, 19, 10, 5, 3, 1], 512: [64, 32, 16, 8, 4, 2, 1]}[size]
        assert model.boxes_an_image == model.head(features)[0].shape[1] == count
