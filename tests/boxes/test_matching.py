from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from scratchcv.backend import has_numba, use_backend
from scratchcv.boxes.matching import (
    BACKGROUND,
    IGNORE,
    match_best_then_threshold,
    match_bipartite,
    match_rpn,
)

GOLDEN = Path(__file__).parents[1] / "golden" / "matching.npz"
ALL = [match_best_then_threshold, match_bipartite, match_rpn]
LECTURE_IOU = [[0.0536, 0], [0.1417, 0], [0, 0.5657], [0, 0.2059], [0, 0.7459]]

# few distinct values, so that ties and exact thresholds are the rule
tied_iou = arrays(
    st.sampled_from([np.float32, np.float64]),
    array_shapes(min_dims=2, max_dims=2, min_side=0, max_side=7),
    elements=st.sampled_from([0, 0.25, 0.3, 0.5, 0.7, 1]).map(np.float32),
)


@pytest.mark.usefixtures("backend")
class TestBipartite:
    def test_labels_of_the_lecture(self):
        assert (match_bipartite(LECTURE_IOU) + 1).tolist() == [0, 1, 2, 0, 2]

    def test_walk_through_of_the_figure(self):
        # d2l, figure "Assigning ground-truth bounding boxes": x23, x71, x54, x92 in this order
        iou = np.full((9, 4), 0.05)
        iou[1, 2], iou[6, 0], iou[4, 3], iou[8, 1] = 0.95, 0.9, 0.8, 0.3
        iou[1, 0] = iou[6, 2] = 0.94  # larger than later choices, but in a deleted row
        matches = match_bipartite(iou)
        assert matches.tolist() == [-1, 2, -1, -1, 3, -1, 0, -1, 1]

    def test_a_truth_may_get_its_second_choice(self):
        assert match_bipartite([[0.9, 0.8], [0.1, 0.2]]).tolist() == [0, 1]

    def test_threshold_equal(self):
        iou = [[0.9], [0.5], [0.49]]
        assert match_bipartite(iou).tolist() == [0, 0, BACKGROUND]
        assert match_bipartite(iou, strict=True).tolist() == [0, BACKGROUND, BACKGROUND]

    def test_untouched_truths(self):
        # d2l gives a truth an anchor even at IoU 0; MXNet needs more than 1e-6
        iou = [[0.0, 0.9], [0.0, 0.0]]
        assert match_bipartite(iou).tolist() == [1, 0]
        assert match_bipartite(iou, minimum=1e-6).tolist() == [1, BACKGROUND]
        assert match_bipartite([[1e-7]], minimum=1e-6).tolist() == [BACKGROUND]

    def test_ties_go_to_the_first_anchor_then_the_first_truth(self):
        assert match_bipartite(np.full((3, 2), 0.4)).tolist() == [0, 1, BACKGROUND]
        assert match_bipartite([[0.1, 0.8], [0.8, 0.1]]).tolist() == [1, 0]

    def test_more_truths_than_anchors(self):
        assert match_bipartite([[0.2, 0.6, 0.3]]).tolist() == [1]

    def test_threshold_above_one_leaves_the_greedy_matches(self):
        assert match_bipartite([[1.0], [1.0]], threshold=2).tolist() == [0, BACKGROUND]


@pytest.mark.usefixtures("backend")
class TestBestThenThreshold:
    def test_every_truth_has_its_anchor_however_small_the_overlap(self):
        assert match_best_then_threshold([[0.1, 0.0], [0.2, 0.05], [0.0, 0.01]]).tolist() == [-1, 0, 1]

    def test_threshold_equal(self):
        iou = [[0.9], [0.5], [0.51]]
        assert match_best_then_threshold(iou).tolist() == [0, BACKGROUND, 0]
        assert match_best_then_threshold(iou, strict=False).tolist() == [0, 0, 0]

    def test_best_anchor_stays_with_its_truth(self):
        # anchor 0 overlaps truth 0 more, but it is the best that truth 1 has
        assert match_best_then_threshold([[0.7, 0.6], [0.9, 0.0]]).tolist() == [1, 0]

    def test_shared_best_anchor_goes_to_the_larger_overlap(self):
        assert match_best_then_threshold([[0.6, 0.9], [0.3, 0.8]]).tolist() == [1, 0]
        assert match_best_then_threshold([[0.6, 0.6], [0.3, 0.2]]).tolist() == [0, 1]

    def test_first_choices_go_before_second_choices(self):
        # truths 0 and 1 want anchor 0; truth 1 loses, and anchor 1 is truth 2's best: it takes anchor 2.
        # Greedy deletion would give anchor 1 to truth 1 (.6) and leave truth 2 with anchor 2 (.1).
        iou = [[0.9, 0.8, 0.0], [0.0, 0.6, 0.3], [0.0, 0.2, 0.1]]
        assert match_best_then_threshold(iou).tolist() == [0, 2, 1]
        assert match_bipartite(iou).tolist() == [0, 1, 2]

    def test_more_truths_than_anchors(self):
        assert match_best_then_threshold([[0.2, 0.6, 0.3]]).tolist() == [1]

    def test_a_whole_chain_of_losers(self):
        iou = np.tile(np.array([[0.9], [0.8], [0.7], [0.6]]), (1, 4))
        assert match_best_then_threshold(iou, 0.95).tolist() == [0, 1, 2, 3]


@pytest.mark.usefixtures("backend")
class TestRpn:
    def test_positive_negative_and_ignored(self):
        iou = [[0.9, 0.0], [0.75, 0.1], [0.5, 0.2], [0.1, 0.25], [0.1, 0.6]]
        assert match_rpn(iou).tolist() == [0, 0, IGNORE, BACKGROUND, 1]

    def test_thresholds_equal(self):
        iou = np.array([[0.9], [0.7], [0.3], [0.29]], np.float32)
        assert match_rpn(iou).tolist() == [0, 0, IGNORE, BACKGROUND]
        assert match_rpn(iou, strict=True).tolist() == [0, IGNORE, IGNORE, BACKGROUND]

    def test_all_ties_for_the_best_are_positive(self):
        assert match_rpn([[0.4], [0.4], [0.1], [0.4]]).tolist() == [0, 0, BACKGROUND, 0]

    def test_best_of_one_truth_learns_the_truth_it_overlaps_more(self):
        # anchor 0 is the best that truth 1 has, but overlaps truth 0 more
        assert match_rpn([[0.6, 0.2], [0.8, 0.0]]).tolist() == [0, 0]

    def test_an_untouched_truth_makes_nothing_positive(self):
        assert match_rpn([[0.8, 0.0], [0.5, 0.0], [0.1, 0.0]]).tolist() == [0, IGNORE, BACKGROUND]
        assert match_rpn([[0.0], [0.0]]).tolist() == [BACKGROUND, BACKGROUND]

    def test_thresholds_in_the_wrong_order(self):
        with pytest.raises(ValueError, match=r"low must not exceed high, got 0.5 and 0.3"):
            match_rpn([[0.5]], high=0.3, low=0.5)


@pytest.mark.parametrize("match", ALL)
@pytest.mark.usefixtures("backend")
def test_empty_input(match):
    assert match(np.zeros((3, 0))).tolist() == [BACKGROUND] * 3
    for truths in (0, 2):
        matches = match(np.zeros((0, truths), np.float32))
        assert (matches.shape, matches.dtype) == ((0,), np.int64)


@pytest.mark.parametrize("match", ALL)
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.usefixtures("backend")
def test_numbers_that_are_none(match, value):
    iou = np.zeros((3, 2))
    iou[2, 1] = value
    with pytest.raises(ValueError, match=rf"iou\[2, 1\] is {value}: it must be finite"):
        match(iou)
    with pytest.raises(ValueError, match=r"iou must have shape \(A, G\), got \(3,\)"):
        match(iou[:, 0])


@pytest.mark.parametrize("match", ALL)
@pytest.mark.usefixtures("backend")
def test_arguments_are_only_read_and_may_lie_anyhow(match):
    iou = np.random.default_rng(0).random((6, 5))
    expected = match(iou.copy())
    strided = np.zeros((12, 10))
    strided[::2, ::2] = iou
    views = [np.asfortranarray(iou), strided[::2, ::2]]
    for view in views:
        view.flags.writeable = False
        np.testing.assert_array_equal(match(view), expected)


@pytest.mark.skipif(not has_numba(), reason="Numba is not installed: the NumPy form is tested alone")
@settings(deadline=None, max_examples=300)
@given(tied_iou, st.sampled_from([0.0, 0.3, 0.5, 0.7]), st.booleans())
def test_both_forms_are_equal(iou, threshold, strict):
    for match, keywords in (
        (match_best_then_threshold, {}),
        (match_bipartite, {}),
        (match_bipartite, {"minimum": 0.25}),
        (match_rpn, {"low": 0.3 if threshold > 0.3 else 0}),
    ):
        results = []
        for name in ("numpy", "numba"):
            with use_backend(name):
                results.append(match(iou, threshold, strict=strict, **keywords))
        assert results[0].dtype == results[1].dtype == np.int64
        np.testing.assert_array_equal(*results)


@settings(deadline=None, max_examples=100)
@given(tied_iou)
def test_every_truth_has_an_anchor_as_long_as_there_are_anchors(iou):
    anchors, truths = iou.shape
    for match in (match_best_then_threshold, match_bipartite):
        matched = set(match(iou, threshold=2).tolist()) - {BACKGROUND}
        assert len(matched) == min(anchors, truths)


def shares_a_best_anchor(iou):
    best = iou.argmax(axis=0)
    return len(set(best.tolist())) < len(best)


@pytest.mark.usefixtures("backend")
def test_golden_values_of_torchvision():
    golden = np.load(GOLDEN)
    compared = 0
    for iou, rpn, ssd in zip(golden["iou"], golden["rpn"], golden["ssd"], strict=True):
        np.testing.assert_array_equal(match_rpn(iou), rpn)
        if not shares_a_best_anchor(iou):
            np.testing.assert_array_equal(match_best_then_threshold(iou, strict=False), ssd)
            compared += 1
    assert compared > 40


@pytest.mark.usefixtures("backend")
def test_torchvision_agrees():
    torch = pytest.importorskip("torch")
    theirs = pytest.importorskip("torchvision.models.detection._utils")
    rpn, ssd = theirs.Matcher(0.7, 0.3, allow_low_quality_matches=True), theirs.SSDMatcher(0.5)
    rng = np.random.default_rng(1)
    for trial in range(1000):
        anchors, truths = rng.integers(1, 30), rng.integers(1, 6)
        if trial % 2:
            iou = (rng.integers(0, 11, (anchors, truths)) / 10).astype(rng.choice([np.float32, np.float64]))
        else:
            iou = rng.random((anchors, truths)) ** 3
        transposed = torch.tensor(iou.T.copy())
        if iou.max(axis=0).min() > 0:
            np.testing.assert_array_equal(match_rpn(iou), rpn(transposed).numpy())
        if not shares_a_best_anchor(iou):
            matches = match_best_then_threshold(iou, strict=False)
            np.testing.assert_array_equal(matches, ssd(transposed).numpy())
