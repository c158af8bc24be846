"""Proposals and objects: both thresholds, ties, no objects, torchvision's Matcher."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scratchcv.boxes import BACKGROUND, IGNORE, box_iou, match_proposals, match_rpn


def test_three_kinds_of_proposals():
    iou = [[0.5, 0.2], [0.49, 0.3], [0.3, 0.2], [0.29, 0.0], [0.6, 0.9]]
    assert match_proposals(iou, 0.5, 0.3).tolist() == [0, IGNORE, IGNORE, BACKGROUND, 1]
    assert match_proposals(iou).tolist() == [0, BACKGROUND, BACKGROUND, BACKGROUND, 1]


def test_a_truth_that_no_proposal_overlaps_enough_has_none():
    assert match_proposals([[0.4], [0.1]]).tolist() == [BACKGROUND, BACKGROUND]


def test_without_objects_or_proposals():
    assert match_proposals(np.zeros((3, 0))).tolist() == [BACKGROUND] * 3
    assert match_proposals(np.zeros((0, 2))).tolist() == []


@given(
    st.integers(0, 2**32), st.integers(0, 12), st.integers(0, 4), st.sampled_from([np.float32, np.float64])
)
@settings(deadline=None)
def test_where_the_objects_are_among_the_proposals_it_is_the_rpns_rule(seed, proposals, truths, dtype):
    """As where R-CNN samples: each truth has a proposal that is enough, and needs no best one."""
    rng = np.random.default_rng(seed)
    corner, extent = (
        rng.integers(0, 20, (proposals + truths, 2)),
        rng.integers(0, 20, (proposals + truths, 2)),
    )
    boxes = np.concatenate([corner, corner + extent], axis=1).astype(dtype)
    iou = box_iou(boxes, boxes[:truths])
    assert match_proposals(iou).tolist() == match_rpn(iou, 0.5, 0.5).tolist()


@given(st.integers(0, 2**32), st.integers(1, 12), st.integers(1, 4))
@settings(deadline=None)
def test_is_torchvisions_matcher(seed, proposals, truths):
    torch = pytest.importorskip("torch", reason="torch is not installed: values by hand stand above")
    detection = pytest.importorskip("torchvision.models.detection", reason="torchvision is not installed")
    matcher = detection._utils.Matcher(0.5, 0.3, allow_low_quality_matches=False)
    iou = np.random.default_rng(seed).integers(0, 11, (proposals, truths)) / 10
    assert match_proposals(iou, 0.5, 0.3).tolist() == matcher(torch.tensor(iou.T.copy())).tolist()


@pytest.mark.parametrize(
    ("iou", "thresholds", "message"),
    [
        (np.zeros(3), (0.5, 0.5), r"iou must have shape \(P, G\), got \(3,\)"),
        ([[0.1], [np.nan]], (0.5, 0.5), r"iou\[1, 0\] is NaN"),
        ([[0.1]], (0.3, 0.5), "low must not exceed high, got 0.5 and 0.3"),
    ],
)
def test_bad_input(iou, thresholds, message):
    with pytest.raises(ValueError, match=message):
        match_proposals(iou, *thresholds)
