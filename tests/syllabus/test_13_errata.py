"""The lectures' errors, numbered as in docs/errata.md: each shown by a few lines."""

import re
from pathlib import Path

import numpy as np
import pytest

from scratchcv.boxes import (
    best_class,
    box_iou,
    count_boxes,
    decode_deltas,
    encode_deltas,
    encode_yolo_grid,
    multibox_prior,
    nms,
    ssd300_default_boxes,
    yolo_label_vectors,
)
from scratchcv.data import SceneDataset
from scratchcv.layers import (
    Conv2d,
    Linear,
    conv_transpose2d,
    interpolate,
    max_pool2d,
    max_unpool2d,
    roi_pool,
)
from scratchcv.losses import (
    balanced_cross_entropy,
    binary_cross_entropy_with_logits,
    cross_entropy,
    rpn_loss,
    softmax_focal_loss,
    split_yolo_v1,
    yolo_v2_loss,
)
from scratchcv.metrics import average_precision, mean_average_precision, precision_recall_curve

ERRATA = Path(__file__).parents[2] / "docs" / "errata.md"


def test_00_every_entry_has_its_test():
    entries = [
        int(number) for number in re.findall(r"^### (\d+)\. ", ERRATA.read_text(encoding="utf-8"), re.M)
    ]
    tests = [int(name[5:7]) for name in globals() if re.match(r"test_\d\d_", name)]
    assert entries == sorted(set(tests) - {0}) == list(range(1, 33))


def test_01_fifty_seven_billion_not_million():
    """S0, line 162; S2, line 179."""
    assert count_boxes((600, 800)) == 57_768_120_000


def test_02_instance_masks_leave_the_stuff_unlabelled():
    """S0, line 524; S2, line 967: labelling each *thing* again adds no pixel; *stuff* is what is missing."""
    _, target = SceneDataset(1, seed=0)[0]
    things = target["masks"].any(axis=0)
    left = ~things
    assert left.any()
    assert not (left & things).any()
    assert (target["semantic"][left] > 0).all()  # every one of them has a class of stuff


def test_03_boxes_come_in_image_pixels():
    """S0, lines 231 and 316: regions are searched in the image and projected on the feature map."""
    features = np.random.default_rng(0).standard_normal((1, 2, 15, 20))
    in_image = np.array([[0, 64, 32, 320, 256.0]])
    on_map = in_image / [1, 32, 32, 32, 32]
    for ours, projected in zip(
        roi_pool(features, in_image, 7, 1 / 32), roi_pool(features, on_map, 7), strict=True
    ):
        np.testing.assert_array_equal(ours, projected)


def test_04_the_printed_anchor_has_one_aspect_for_all_ratios():
    """S3, line 364: (ws/sqrt r, hs/sqrt r)."""
    w, h, s = 728, 561, 0.75
    assert {round((w * s / np.sqrt(r)) / (h * s / np.sqrt(r)), 9) for r in (1, 2, 0.5)} == {round(w / h, 9)}
    for r in (1, 2, 0.5):
        box = multibox_prior(h, w, [s], [r], dtype=np.float64)[0]
        width, height = (box[2:] - box[:2]) * [w, h]
        assert width / height == pytest.approx(r, rel=1e-12)


def test_05_a_cubic_needs_four_neighbours():
    """S0, line 665: "3 closest neighbors in x and y"."""
    seen = interpolate(np.eye(8)[:, None, None], size=(1, 16), mode="bicubic")[:, 0, 0, 8]
    assert np.count_nonzero(seen) == 4


def test_06_six_labels_need_six_channels():
    """S0, lines 587-596: labels 0 to 5, "5 possible classes"."""
    with pytest.raises(ValueError, match="labels must lie in 0…4"):
        cross_entropy(np.zeros((1, 5)), [5])
    assert cross_entropy(np.zeros((1, 6)), [5])[0] == pytest.approx(np.log(6))
    assert cross_entropy(np.zeros((2, 5)), np.array([5, 0]) - 1, ignore_index=-1)[0] == pytest.approx(
        np.log(5)
    )


def test_07_stride_two_pad_one_gives_three():
    """S1, lines 1679 and 1689: 2 x 2 -> 4 x 4."""
    x, weight = np.zeros((1, 1, 2, 2)), np.zeros((1, 1, 3, 3))
    assert conv_transpose2d(x, weight, stride=2, padding=1).shape[2:] == (3, 3)
    assert conv_transpose2d(x, weight, stride=2, padding=1, output_padding=1).shape[2:] == (4, 4)


def test_08_the_dogs_are_cut_off_not_rounded():
    """S1, line 522; S2, lines 422 and 445: 13/15 = .8667."""
    curve = precision_recall_curve([5, 4, 3, 2, 1], [True, True, False, False, True], 3)
    ap = average_precision(*curve[:2])
    assert ap == pytest.approx(13 / 15, abs=1e-12)
    assert (int(100 * ap) / 100, round(ap, 2)) == (0.86, 0.87)


def test_09_four_tenths_cannot_be_derived():
    """S1, lines 538-550; S2, line 447: the hidden six must average .278; straight lines give .485, .488."""
    printed = [0.77, 0.71, 0.65, 0.2]
    assert round((4 - sum(printed)) / 6, 3) == 0.278
    assert np.linspace(0.77, 0.2, 10).mean() == pytest.approx(0.485)
    kept = [0.77, 0.71, *np.linspace(0.65, 0.2, 8)]
    assert round(np.mean(kept), 3) == 0.488


def test_10_precision_may_start_at_zero():
    """S0, line 144: "at least one match, hence precision starts at 1"."""
    assert precision_recall_curve([0.9, 0.8], [False, True], 1)[1].tolist() == [0, 0.5]


def test_11_the_mean_is_over_classes_not_boxes():
    """S4, lines 466-468: one class of many boxes counts as much as one of a single box."""
    truths = [[x, 0, x + 9, 9] for x in range(0, 100, 10)]
    found = {"boxes": truths[:9], "scores": np.linspace(1, 0.5, 9), "labels": [1] * 9}
    result = mean_average_precision([found], [{"boxes": truths, "labels": [1] * 9 + [2]}])
    assert result.mean == 0.5  # over boxes it would be .9


def test_12_yolo_v1_ends_in_two_fully_connected_layers():
    """S4, lines 82-84. Redmon et al. 2016: 7 x 7 x 1024 -> 4096 -> 7 x 7 x 30."""
    small = Linear(7 * 7 * 2, 16), Linear(16, 7 * 7 * 30)  # the same with few channels
    y = small[1](small[0](np.zeros((1, 7 * 7 * 2), np.float32))).reshape(1, 7, 7, 30)
    assert [part.shape[3:] for part in split_yolo_v1(y)] == [(2, 4), (2,), (20,)]
    # A corner of the output hears of the opposite corner of the map: no 3 x 3 convolution could do that.
    weight = small[1].weight.value.reshape(7, 7, 30, 16)[0, 0] @ small[0].weight.value
    assert weight.reshape(30, 2, 7, 7)[:, :, 6, 6].any()


def test_13_the_root_weighs_errors_in_small_boxes_more():
    """S4, line 173; S1, line 1319: (sqrt(w + d) - sqrt w)^2 is about d^2 / 4w."""
    d, w = 0.001, np.array([0.01, 0.1, 1])
    costs = (np.sqrt(w + d) - np.sqrt(w)) ** 2
    np.testing.assert_allclose(costs, d**2 / (4 * w), rtol=0.06)
    assert costs[0] > 9 * costs[1] > 80 * costs[2]


def test_14_confidence_is_not_a_class_probability():
    """S4, line 235 against line 223: confidence and class scores multiply to the score of a class."""
    cell = np.zeros((1, 1, 1, 30))
    cell[..., 4], cell[..., 10] = 0.5, 0.8  # Pr(object) IoU of the first box, Pr(class 1 | object)
    _, confidence, class_scores = split_yolo_v1(cell)
    assert (confidence[..., None] * class_scores[..., None, :])[0, 0, 0, 0, 0] == pytest.approx(0.4)


def test_15_a_pyramid_goes_up_by_nearest_neighbours():
    """S4, line 519: "Maxpool at 1/2 x 1/2" would make M5 smaller, and M5 + C4 could not be added."""
    M5, C4 = np.ones((1, 4, 3, 3)), np.ones((1, 4, 6, 6))
    assert max_pool2d(M5, 2)[0].shape[2:] == (1, 1)
    assert interpolate(M5, scale_factor=2, mode="nearest").shape == C4.shape


def test_16_the_softmax_is_what_has_the_hat():
    """S4, line 391: c = exp(c) / sum of exp(c) holds for no c of several classes that differ."""
    c = np.array([[2.0, 1.0, 0.5]])
    hat = np.exp(c) / np.exp(c).sum()
    assert not np.allclose(c, hat)
    assert cross_entropy(c, [0])[0] == pytest.approx(-np.log(hat[0, 0]))


def test_17_anchors_have_classes_of_their_own():
    """S4, line 704: 5 B + C = 45; with anchors 5 (5 + 20) = 125."""
    _, labels = encode_yolo_grid([[0, 0, 9, 9.0]], [20], (608, 608), 19, anchors=np.ones((5, 2)))
    assert labels.shape == (19, 19, 5)  # a class for each anchor, not for each cell
    assert (5 * 5 + 20, 5 * (5 + 20)) == (45, 125)


def test_18_sums_end_one_earlier():
    """S1, lines 1294-1298; S4, line 156: 0 ... S^2 are S^2 + 1 cells."""
    _, confidence, _ = split_yolo_v1(np.zeros((1, 7, 7, 30)))
    assert confidence.size == 98 < len(range(7**2 + 1)) * len(range(2 + 1))


def test_19_relative_to_the_cell_or_to_the_image():
    """S0, lines 403-404; S4, line 106."""
    by = {
        s: encode_yolo_grid([[95, 105, 185, 155.0]], [1], (300, 300), 3, sizes=s)[0][1, 1]
        for s in ("cell", "image")
    }
    np.testing.assert_allclose(by["cell"][2:], [0.9, 0.5], rtol=1e-14)
    np.testing.assert_allclose(by["cell"][2:] / by["image"][2:], 3, rtol=1e-14)


def test_20_two_of_four_indices_have_weight():
    """S1, lines 1557-1563: no error; but at x = -.25 the pixel -1 has weight, and does not exist."""
    x = -0.25
    listed = np.arange(np.floor(x) - 1, np.ceil(x) + 2)
    weights = np.maximum(0, 1 - abs(x - listed))
    assert dict(zip(listed[weights > 0].tolist(), weights[weights > 0].tolist(), strict=True)) == {
        -1: 0.25,
        0: 0.75,
    }


def test_21_where_the_unpooled_values_stand():
    """S1, line 1597: "(1,2), (2,1), (3,4), and (4,3)"."""
    x = np.array([[1, 2, 6, 3], [3, 5, 2, 1], [1, 2, 2, 1], [7, 3, 4, 8.0]])[None, None]
    unpooled = max_unpool2d(np.array([[[[1, 2], [3, 4.0]]]]), max_pool2d(x, 2)[1], 2)
    assert (np.argwhere(unpooled[0, 0]) + 1).tolist() == [[1, 3], [2, 2], [4, 1], [4, 4]]


def test_22_ap_one_with_a_false_positive():
    """S2, lines 431-438: FP = 0 is not needed, if it ranks below every hit."""
    recall, precision, _ = precision_recall_curve([4, 3, 2, 1], [True, True, True, False], 3)
    assert average_precision(recall, precision) == 1
    assert precision[-1] == 0.75


def test_23_the_label_switches_the_box_loss_on():
    """S1, lines 883-887: of the RPN's loss, p* is the label and t* are the true deltas."""
    losses, (_, ddeltas) = rpn_loss([0.0, 0.0], np.full((2, 4), 2.0), [0, 1], np.zeros((2, 4)))
    assert losses["box"] == pytest.approx(10 * 4 * 1.5 / 2400, rel=1e-12)  # smooth L1 of 2 is 1.5
    assert not ddeltas[0].any()
    assert ddeltas[1].all()


def test_24_one_alpha_for_all_balances_nothing():
    """S4, line 609: - alpha log p_t; Lin et al. 2017, equation 3, has alpha_t."""
    x, y = np.zeros(4), np.array([1.0, 0, 0, 0])
    plain, balanced = (
        binary_cross_entropy_with_logits(x, y, reduction="none")[0],
        balanced_cross_entropy(x, y, alpha=0.75, reduction="none")[0],
    )
    printed = 0.75 * plain
    assert printed[0] / printed.sum() == plain[0] / plain.sum() == 0.25
    assert balanced[0] / balanced.sum() == pytest.approx(0.5, rel=1e-12)


def test_25_a_pair_at_the_threshold_stays():
    """S3, line 699, "less than the threshold", against line 652, "greater than"."""
    boxes = np.array([[0, 0, 1, 1], [0, 0, 1, 0.5]])
    kept = boxes[nms(boxes, [0.9, 0.8], 0.5)]
    assert box_iou(kept, kept)[0, 1] == 0.5


def test_26_p_is_a_probability():
    """S3, line 628: "the largest predicted category is p"."""
    p, category = best_class([[0.1, 0.7, 0.2]])
    assert (p.item(), category.item()) == (0.7, 1)  # the largest category would be 2


@pytest.mark.parametrize("channels", [8, 16])
def test_27_outputs_count_classes_and_boxes_not_channels(channels):
    """S4, lines 290, 306, 333 and 343: (c + 4) k m n, where c is not the number of channels."""
    c, k, m, n = 21, 6, 5, 4
    y = Conv2d(channels, k * (c + 4), 3, padding=1)(np.zeros((1, channels, m, n), np.float32))
    assert y.shape[1] == k * (c + 4) != c + 4
    assert y.size == (c + 4) * k * m * n != (channels + 4) * k * m * n


def test_28_an_anchor_has_five_values_and_its_classes():
    """S4, line 240, against S0, line 457: 85 = 5 + 80."""
    anchors = np.ones((5, 2))
    boxes, labels = encode_yolo_grid([[0, 0, 9, 9.0]], [20], (608, 608), 19, sizes="cell", anchors=anchors)
    assert yolo_label_vectors(boxes, labels, 20).shape == (19, 19, 5, 5 + 20)
    prediction = np.zeros((1, 19, 19, 5, 5 + 20))
    losses, _ = yolo_v2_loss(prediction, boxes[None], labels[None], anchors=anchors)
    assert losses["classification"] == pytest.approx(np.log(20), rel=1e-12)
    with pytest.raises(ValueError, match="prediction"):
        yolo_v2_loss(prediction[..., :5], boxes[None], labels[None], anchors=anchors)


def test_29_yolo_has_fewer_boxes_than_selective_search():
    """S4, line 544: "a very high quantity", against line 452: 98."""
    _, confidence, _ = split_yolo_v1(np.zeros((1, 7, 7, 30)))
    assert confidence.size == 98
    assert confidence.size < 5 * 19 * 19 < 2000 < len(ssd300_default_boxes())


def test_30_without_the_regression_the_proposal_stays():
    """S3, lines 876-891: of four parts the one that moves the box is not listed."""
    truth, proposal = [[10, 10, 50, 40.0]], [[16, 12, 58, 44.0]]
    deltas = encode_deltas(truth, proposal)  # what the regression learns to say
    assert box_iou(decode_deltas(np.zeros((1, 4)), proposal), truth).item() < 0.7
    assert box_iou(decode_deltas(deltas, proposal), truth).item() == pytest.approx(1, rel=1e-12)


def test_31_the_fourth_copy_is_at_the_lower_right():
    """S3, lines 1026 and 1037-1038: 3 K at the lower left would not add up to the printed result."""
    K = np.array([[0, 1], [2, 3.0]])
    one = np.array([[0, 0], [0, 1.0]])  # the input's fourth number alone
    fourth = 3 * conv_transpose2d(one[None, None], K[None, None])[0, 0]
    assert fourth.tolist() == [[0, 0, 0], [0, 0, 3], [0, 6, 9]]
    whole = conv_transpose2d(K[None, None], K[None, None])[0, 0]
    assert whole.tolist() == [[0, 0, 1], [0, 4, 6], [4, 12, 9]]
    at_the_left = np.roll(fourth, -1, axis=1)
    assert (whole - fourth + at_the_left).tolist() == [[0, 0, 1], [0, 7, 3], [10, 15, 0]]


def test_32_focal_loss_is_nowhere_above_cross_entropy():
    """S1, line 1431: "a high loss" where p is low; it is (1 - p)^gamma of cross-entropy's."""
    p = np.linspace(0.001, 0.999, 99)
    logits, labels = np.stack([0 * p, np.log(p / (1 - p))], axis=1), np.ones(99, int)
    ce, _ = cross_entropy(logits, labels, reduction="none")
    focal, _ = softmax_focal_loss(logits, labels, gamma=2, reduction="none")
    assert (focal < ce).all()
    assert (np.diff(focal / ce) < 0).all()
    assert focal[0] / ce[0] == pytest.approx(0.999**2, rel=1e-9)
