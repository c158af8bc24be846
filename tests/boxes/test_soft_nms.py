import math
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scratchcv.boxes import box_iou, nms, soft_nms, soft_nms_backward
from scratchcv.testing import assert_close, check_box_op

HALF = [[0, 0, 1, 1], [0, 0, 1, 0.5]]
CROWD = [[0, 0, 10, 20], [2, 0, 12, 20]]
APART = [[0, 0, 4, 4], [10, 0, 14, 4]]


def paper(boxes, scores, rescale, score_threshold):
    """The loop of figure 2 on lists, with any rescoring function of IoU."""
    remaining = {i: float(score) for i, score in enumerate(scores) if score >= score_threshold}
    iou = box_iou(boxes, boxes)
    kept = []
    while remaining:
        best = max(remaining, key=lambda i: (remaining[i], -i))
        kept.append((best, remaining.pop(best)))
        rescored = {i: score * rescale(iou[best, i]) for i, score in remaining.items()}
        remaining = {i: score for i, score in rescored.items() if score >= score_threshold}
    return kept


@pytest.mark.usefixtures("backend")
class TestByHand:
    def test_linear(self):
        keep, scores = soft_nms(HALF, [0.9, 0.8], method="linear")
        assert keep.tolist() == [0, 1]
        assert scores.tolist() == [0.9, 0.4]

    def test_gaussian(self):
        keep, scores = soft_nms(HALF, [0.9, 0.8])
        assert keep.tolist() == [0, 1]
        np.testing.assert_allclose(scores, [0.9, 0.8 * math.exp(-0.25 / 0.5)], rtol=1e-15)

    def test_linear_lowers_at_the_threshold_and_not_below(self):
        for threshold, score in ((0.5, 0.4), (0.50001, 0.8)):
            _, scores = soft_nms(HALF, [0.9, 0.8], method="linear", iou_threshold=threshold)
            assert scores.tolist() == [0.9, score]

    def test_boxes_that_do_not_overlap_keep_their_scores(self):
        for method in ("linear", "gaussian"):
            keep, scores = soft_nms(APART, [0.2, 0.8], method=method)
            assert keep.tolist() == [1, 0]
            assert scores.tolist() == [0.8, 0.2]

    def test_a_lowered_box_falls_behind_a_worse_one(self):
        keep, scores = soft_nms([*HALF, APART[1]], [0.9, 0.8, 0.5], method="linear")
        assert keep.tolist() == [0, 2, 1]
        assert scores.tolist() == [0.9, 0.5, 0.4]

    def test_every_better_box_lowers_once_more(self):
        _, scores = soft_nms([HALF[0], HALF[1], HALF[1]], [0.9, 0.8, 0.8], method="linear", score_threshold=0)
        assert scores.tolist() == [0.9, 0.4, 0]

    def test_the_crowd_that_hard_nms_loses_is_kept(self):
        assert nms(CROWD, [0.9, 0.8], 0.5).tolist() == [0]
        keep, scores = soft_nms(CROWD, [0.9, 0.8])
        assert keep.tolist() == [0, 1]
        assert scores[1] == pytest.approx(0.8 * math.exp(-((2 / 3) ** 2) / 0.5), rel=1e-15)

    def test_scores_below_the_threshold_leave(self):
        keep, _ = soft_nms([*HALF, *APART], [0.9, 0.8, 0.1, 0.3], method="linear", score_threshold=0.3)
        assert keep.tolist() == [0, 1, 3]
        keep, _ = soft_nms(HALF, [0.9, 0.8], method="linear", score_threshold=0.41)
        assert keep.tolist() == [0]

    def test_a_small_sigma_is_hard_nms_at_threshold_0(self):
        rng = np.random.default_rng(0)
        corner = rng.integers(0, 20, (40, 2))
        boxes = np.hstack([corner, corner + rng.integers(1, 8, (40, 2))])
        scores = rng.random(40)
        keep, _ = soft_nms(boxes, scores, sigma=1e-9)
        assert keep.tolist() == [i for i in nms(boxes, scores, 0.0) if scores[i] >= 0.001]

    def test_no_boxes(self, dtype):
        keep, scores = soft_nms(np.zeros((0, 4), dtype), np.zeros(0, dtype))
        assert keep.shape == scores.shape == (0,)
        assert keep.dtype == np.int64
        assert scores.dtype == dtype

    def test_arguments_are_left_alone_and_scores_keep_their_dtype(self, dtype):
        boxes, scores = np.array(HALF, dtype), np.array([0.9, 0.8], dtype)
        boxes.flags.writeable = scores.flags.writeable = False
        _, new_scores = soft_nms(boxes, scores, method="linear")
        assert scores.tolist() == [dtype(0.9), dtype(0.8)]
        assert new_scores.dtype == dtype

    @pytest.mark.parametrize("method", ["linear", "gaussian"])
    def test_equals_the_papers_loop(self, method):
        rng = np.random.default_rng(1)
        rescale = {
            "linear": lambda iou: 1 - iou if iou >= 0.4 else 1,
            "gaussian": lambda iou: math.exp(-(iou**2) / 0.3),
        }[method]
        for count in rng.integers(0, 30, 60):
            boxes = np.sort(rng.integers(0, 12, (count, 2, 2)), axis=1).reshape(count, 4)
            values = rng.integers(0, 8, count) / 8
            expected = paper(boxes, values, rescale, 0.05)
            options = {"method": method, "sigma": 0.3, "iou_threshold": 0.4, "score_threshold": 0.05}
            keep, scores = soft_nms(boxes, values, **options)
            assert keep.tolist() == [i for i, _ in expected]
            np.testing.assert_allclose(scores, [score for _, score in expected], rtol=1e-13)


@settings(deadline=None, max_examples=100)
@given(
    st.lists(st.tuples(*[st.integers(0, 9)] * 4, st.integers(1, 9)), max_size=20),
    st.sampled_from(["linear", "gaussian"]),
)
def test_scores_fall_and_come_out_sorted(rows, method):
    table = np.array(rows, float).reshape(-1, 5)
    boxes = np.hstack([table[:, :2], table[:, :2] + table[:, 2:4]])
    keep, scores = soft_nms(boxes, table[:, 4], method=method)
    assert len(set(keep.tolist())) == len(keep)
    assert (np.diff(scores) <= 0).all()
    assert (scores <= table[keep, 4]).all()
    assert (scores >= 0.001).all()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"method": "hard"}, "method must be one of gaussian, linear, got 'hard'"),
        ({"sigma": 0}, "sigma must be positive, got 0"),
        ({"sigma": float("nan")}, "sigma must be positive, got nan"),
        ({"scores": [0.9]}, r"scores must have shape \(2,\), got \(1,\)"),
        ({"scores": [0.9, -0.1]}, r"scores\[1\] must be 0 or more, got -0.1"),
        ({"scores": [float("nan"), 0.9]}, r"scores\[0\] must be 0 or more, got nan"),
        ({"boxes": [[5, 0, 1, 1], [0, 0, 1, 1]]}, r"boxes\[0\] has x2 < x1: \[5.0, 0.0, 1.0, 1.0\]"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        soft_nms(**{"boxes": HALF, "scores": [0.9, 0.8], **arguments})


def draw_crowd(rng, dtype=float):
    """Boxes that overlap much, some at edges that others share, with distinct scores."""
    count = rng.integers(0, 7)
    corner = rng.uniform(0, 4, (count, 2))
    boxes = np.hstack([corner, corner + rng.uniform(1, 6, (count, 2))]).astype(dtype)
    return [boxes, (rng.permutation(count) + rng.uniform(0.3, 0.7, count) + 1).astype(dtype)]


@pytest.mark.parametrize(
    "options",
    [
        {"method": "gaussian"},
        {"method": "gaussian", "sigma": 0.1},
        {"method": "linear"},
        {"method": "linear", "iou_threshold": 0.0},
    ],
)
def test_gradients(check_gradients, backend, options):
    def backward(dy, boxes, scores):
        keep, _ = soft_nms(boxes, scores, **options)
        return soft_nms_backward(dy, boxes, scores, keep, **options)

    check_gradients(lambda boxes, scores: soft_nms(boxes, scores, **options)[1], backward, draw_crowd)


def test_gradients_need_little_memory():
    rng = np.random.default_rng(0)
    corner = rng.uniform(0, 500, (600, 2))
    boxes, scores = np.hstack([corner, corner + rng.uniform(5, 60, (600, 2))]), rng.uniform(0.2, 1, 600)
    keep, _ = soft_nms(boxes, scores)
    tracemalloc.start()
    soft_nms_backward(np.ones(len(keep)), boxes, scores, keep)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < len(keep) ** 2 * 8  # less than one matrix of all pairs


def test_what_falls_below_the_threshold_has_no_gradient():
    keep, _ = soft_nms(HALF, [0.9, 0.8], method="linear", score_threshold=0.41)
    dboxes, dscores = soft_nms_backward([1.0], HALF, [0.9, 0.8], keep, method="linear")
    assert dscores.tolist() == [1, 0]
    assert not dboxes.any()


def test_a_factor_of_zero_still_has_a_slope():
    boxes, scores = [HALF[0], HALF[0], [0, 0.5, 1, 1.5]], [0.9, 0.8, 0.7]
    keep, new = soft_nms(boxes, scores, method="linear", score_threshold=0)
    assert new.tolist()[-1] == 0
    dboxes, dscores = soft_nms_backward([1, 1, 1], boxes, scores, keep, method="linear")
    assert dscores[1] == 0
    assert np.isfinite(dboxes).all()


def test_the_backward_pass_takes_any_memory():
    boxes, scores = np.array([[0, 0, 9, 9], [1, 1, 8, 7.0], [2, 0, 9, 8]]), np.array([0.9, 0.8, 0.7])
    keep, _ = soft_nms(boxes, scores)
    check_box_op(soft_nms_backward, np.ones(3), boxes, scores, keep)
    with pytest.raises(ValueError, match=r"dnew_scores must have shape \(3,\), got \(2,\)"):
        soft_nms_backward([1, 1], boxes, scores, keep)
    with pytest.raises(ValueError, match=r"keep must lie in 0…2, got keep\[1\] = 3"):
        soft_nms_backward([1, 1], boxes, scores, [0, 3])


def test_a_step_along_the_gradient_raises_the_score():
    boxes, scores = np.array(CROWD, float), np.array([0.9, 0.8])
    keep, before = soft_nms(boxes, scores)
    dboxes, dscores = soft_nms_backward([0, 1], boxes, scores, keep)
    _, after = soft_nms(boxes + 0.1 * dboxes, scores)
    assert after[1] > before[1]
    assert_close(dscores, np.array([0, before[1] / 0.8]))
