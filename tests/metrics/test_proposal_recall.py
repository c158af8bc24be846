import numpy as np
import pytest

from scratchcv.boxes import box_iou
from scratchcv.metrics import proposal_recall

BOX, FAR = [0, 0, 10, 10], [50, 50, 60, 60]


def test_recall_grows_with_the_number_of_proposals():
    proposals = [[[0, 0, 10, 6], [90, 90, 99, 99], [50, 50, 60, 57]], [BOX]]
    targets = [{"boxes": [BOX, FAR]}, {"boxes": [BOX, FAR]}]
    found = proposal_recall(proposals, targets, counts=(1, 2, 3, 1000))
    assert found.counts.tolist() == [1, 2, 3, 1000]
    assert found.best_iou.round(12).tolist() == [[0.6, 0, 1, 0]] * 2 + [[0.6, 0.7, 1, 0]] * 2
    assert found.recall().tolist() == [0.5, 0.5, 0.75, 0.75]
    assert found.recall([0.5, 0.65, 1]).tolist() == [[0.5, 0.25, 0.25]] * 2 + [[0.75, 0.5, 0.25]] * 2


def test_average_recall_is_the_integral_over_the_thresholds():
    proposals = [[[0, 0, 10, 6], [50, 50, 60, 57]]]
    found = proposal_recall(proposals, [{"boxes": [BOX, FAR]}], counts=(1, 2))
    # 2 (.1 + 0) / 2 and 2 (.1 + .2) / 2.
    assert found.average_recall == pytest.approx([0.1, 0.3], abs=1e-14)
    middles = 0.5 + (np.arange(5000) + 0.5) / 10000
    assert found.average_recall == pytest.approx(found.recall(middles).mean(axis=1), abs=1e-3)


def test_an_iou_at_the_threshold_covers():
    found = proposal_recall([[[0, 0, 10, 5]]], [{"boxes": [BOX]}], counts=(1,))
    assert found.recall(0.5).tolist() == [1]


def test_one_proposal_may_cover_two_objects():
    found = proposal_recall([[BOX]], [{"boxes": [[0, 0, 10, 8], [0, 2, 10, 10]]}], counts=(1,))
    assert found.recall(0.8).tolist() == [1]


@pytest.mark.parametrize("mark", ["difficult", "crowd", "iscrowd"])
def test_marked_objects_need_not_be_found(mark):
    found = proposal_recall([[BOX]], [{"boxes": [BOX, FAR], mark: [False, True]}], counts=(1,))
    assert found.best_iou.tolist() == [[1]]


@pytest.mark.filterwarnings("error")
def test_nothing_proposed_and_nothing_to_find():
    assert proposal_recall([[]], [{"boxes": [BOX]}]).recall().tolist() == [0, 0, 0, 0]
    for proposals, targets in (([], []), ([[BOX]], [{"boxes": []}]), ([[]], [{"boxes": []}])):
        found = proposal_recall(proposals, targets)
        assert found.best_iou.shape == (4, 0)
        assert np.isnan(found.recall()).all()
        assert np.isnan(found.average_recall).all()


def test_equals_the_largest_iou_of_each_prefix():
    rng = np.random.default_rng(0)
    top_left = rng.uniform(0, 20, (37, 2))
    boxes = np.concatenate([top_left, top_left + rng.uniform(1, 20, (37, 2))], axis=1)
    found = proposal_recall([boxes[:30]], [{"boxes": boxes[30:]}], counts=(1, 7, 29, 30, 31))
    for row, count in enumerate((1, 7, 29, 30, 30)):
        expected = box_iou(boxes[:count], boxes[30:]).max(axis=0)
        assert found.best_iou[row].tolist() == expected.tolist()


def test_bad_input():
    with pytest.raises(ValueError, match="one target for each image, got 1 lists of proposals and 0 targets"):
        proposal_recall([[BOX]], [])
    with pytest.raises(ValueError, match=r"counts must rise from at least 1, got \(10, 1\)"):
        proposal_recall([], [], counts=(10, 1))
    with pytest.raises(ValueError, match=r"proposals\[0\] must have shape \(N, 4\), got \(1, 3\)"):
        proposal_recall([[[0, 0, 1]]], [{"boxes": [BOX]}])


@pytest.mark.parametrize(
    ("boxes", "message"),
    [
        ([[0, 0, np.nan, 3]], r"proposals\[0\] must be finite, got nan at \[0, 2\]"),
        ([[30, 40, 20, 50]], r"proposals\[0\]\[0\] has x2 < x1"),
    ],
)
def test_proposals_are_boxes(boxes, message):
    with pytest.raises(ValueError, match=message):
        proposal_recall([boxes], [{"boxes": [BOX]}])


def test_counts_are_whole():
    with pytest.raises(TypeError):
        proposal_recall([[BOX]], [{"boxes": [BOX]}], counts=(1.5, 2))
