"""Anchors' targets: the lecture's example, and each point on which d2l and MXNet differ."""

import numpy as np
import pytest

from scratchcv.boxes import NOT_SAMPLED, encode_deltas, multibox_target
from scratchcv.testing import assert_close

TRUTHS = [[0.1, 0.08, 0.52, 0.92], [0.55, 0.2, 0.9, 0.88]]
ANCHORS = [
    [0, 0.1, 0.2, 0.3],
    [0.15, 0.2, 0.4, 0.4],
    [0.63, 0.05, 0.88, 0.98],
    [0.66, 0.45, 0.8, 0.8],
    [0.57, 0.3, 0.92, 0.9],
]
MXNET = {"strict": True, "minimum": 1e-6}


@pytest.mark.usefixtures("backend")
class TestTheLecturesExample:
    def test_labels_and_mask(self):
        _, mask, labels = multibox_target(ANCHORS, TRUTHS, [1, 2])
        assert labels.tolist() == [0, 1, 2, 0, 2]
        assert "".join(str(int(bit)) for bit in mask.reshape(-1)) == "00001111111100001111"

    def test_offsets(self):
        deltas, _, _ = multibox_target(ANCHORS, TRUTHS, [1, 2])
        assert_close(
            deltas[[1, 2, 4]].round(5),
            [[1.4, 10, 2.59397, 7.17542], [-1.2, 0.26882, 1.68236, -1.56546], [-0.57143, -1, 0, 0.62582]],
            atol=1e-9,
        )
        assert not deltas[[0, 3]].any()

    def test_d2ls_eps_moves_them_by_less_than_7e_6(self):
        exact, _, _ = multibox_target(ANCHORS, TRUTHS, [1, 2])
        d2l, _, _ = multibox_target(ANCHORS, TRUTHS, [1, 2], eps=1e-6)
        assert 6e-6 < abs(exact - d2l).max() < 7e-6


def test_a_truth_at_the_threshold_counts_in_d2l_alone():
    truths, anchors = [[0, 0, 1, 1]], [[0, 0, 1, 1], [0, 0, 1, 0.5]]
    assert multibox_target(anchors, truths, [3])[2].tolist() == [3, 3]
    assert multibox_target(anchors, truths, [3], **MXNET)[2].tolist() == [3, 0]


def test_a_truth_that_nothing_touches_gets_an_anchor_in_d2l_alone():
    truths, anchors = [[5, 5, 6, 6]], [[0, 0, 1, 1], [1, 1, 2, 2]]
    assert multibox_target(anchors, truths, [1])[2].tolist() == [1, 0]
    assert multibox_target(anchors, truths, [1], **MXNET)[2].tolist() == [0, 0]


def test_negative_mining():
    # one positive; of four others one overlaps by half; the two that look least like background stay
    truths = [[0, 0, 1, 1]]
    anchors = [[0, 0, 1, 1], [0, 0, 1, 0.5], [5, 0, 6, 1], [6, 0, 7, 1], [7, 0, 8, 1]]
    background = [0.0, 0.0, 0.9, 0.2, 0.5]

    def labels(**options):
        return multibox_target(anchors, truths, [1], **MXNET, background_scores=background, **options)[
            2
        ].tolist()

    assert labels(negative_ratio=2) == [1, NOT_SAMPLED, NOT_SAMPLED, 0, 0]
    assert labels(negative_ratio=1.9) == [1, NOT_SAMPLED, NOT_SAMPLED, 0, NOT_SAMPLED]
    assert labels(negative_ratio=9) == [1, NOT_SAMPLED, 0, 0, 0]
    assert labels(negative_ratio=1, negative_threshold=0.6) == [1, 0, NOT_SAMPLED, NOT_SAMPLED, NOT_SAMPLED]


def test_no_truths_and_no_anchors(dtype):
    anchors = np.array(ANCHORS, dtype)
    deltas, mask, labels = multibox_target(anchors, np.zeros((0, 4)), [])
    assert (deltas.dtype, deltas.any(), mask.any(), labels.tolist()) == (dtype, False, False, [0] * 5)
    deltas, mask, labels = multibox_target(anchors[:0], TRUTHS, [1, 2])
    assert (deltas.shape, mask.shape, labels.shape) == ((0, 4), (0, 4), (0,))
    mined = multibox_target(anchors, np.zeros((0, 4)), [], background_scores=np.ones(5))
    assert mined[2].tolist() == [NOT_SAMPLED] * 5


def test_variances_and_read_only_views():
    anchors, truths = np.array(ANCHORS)[:, [1, 0, 3, 2]][:, [1, 0, 3, 2]], np.asfortranarray(TRUTHS)
    anchors.flags.writeable = truths.flags.writeable = False
    deltas, _, _ = multibox_target(anchors, truths, [1, 2], variances=(1, 1, 1, 1))
    assert_close(deltas[1], encode_deltas(TRUTHS[:1], ANCHORS[1:2])[0])


def test_bad_input():
    with pytest.raises(ValueError, match=r"gt_labels must be 1 or more, got gt_labels\[1\] = -1"):
        multibox_target(ANCHORS, [TRUTHS[0], [-1] * 4], [1, -1])
    with pytest.raises(ValueError, match=r"gt_labels must have shape \(2,\), got \(1,\)"):
        multibox_target(ANCHORS, TRUTHS, [1])
    with pytest.raises(ValueError, match=r"background_scores must have shape \(5,\), got \(2,\)"):
        multibox_target(ANCHORS, TRUTHS, [1, 2], background_scores=[1, 1])
    with pytest.raises(TypeError, match="gt_labels must be integers, got float64"):
        multibox_target(ANCHORS, TRUTHS, [1.5, 2])
    for ratio in (-1, np.inf, np.nan):
        with pytest.raises(ValueError, match=f"negative_ratio must be finite and not negative, got {ratio}"):
            multibox_target(ANCHORS, TRUTHS, [1, 2], background_scores=np.ones(5), negative_ratio=ratio)
    with pytest.raises(ValueError, match=r"background_scores\[1\] is NaN"):
        multibox_target(ANCHORS, TRUTHS, [1, 2], background_scores=[1, np.nan, 1, 1, 1])
