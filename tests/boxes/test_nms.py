import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scratchcv.boxes import batched_nms, box_iou, nms
from scratchcv.boxes.nms import greatest_tolerated_iou

BLUE, ORANGE = [20, 40, 120, 140], [20, 40, 132, 154]
PURPLE, YELLOW = [89, 109, 189, 199], [75, 111, 177, 201]
LECTURE = [BLUE, ORANGE, PURPLE, YELLOW]
SCORES = [0.9, 0.8, 0.75, 0.7]
HALF = [[0, 0, 1, 1], [0, 0, 1, 0.5]]
THRESHOLDS = [0.0, 0.2, 0.3, 1 / 3, 0.5, 0.6, 0.7, 1.0]


class TestLecture:
    def test_the_boxes_have_the_overlaps_of_the_slide(self):
        iou = box_iou(LECTURE, LECTURE)
        overlaps = [iou[0, 1], iou[0, 2], iou[0, 3], iou[2, 3]]
        np.testing.assert_allclose(overlaps, [0.78, 0.05, 0.07, 0.74], rtol=0, atol=0.005)

    @pytest.mark.usefixtures("backend")
    def test_blue_and_purple_stay(self):
        assert nms(LECTURE, SCORES, 0.7).tolist() == [0, 2]

    @pytest.mark.usefixtures("backend")
    def test_a_crowd_loses_good_boxes(self):
        two_people = [[0, 0, 10, 20], [2, 0, 12, 20]]
        assert nms(two_people, [0.9, 0.8], 0.5).tolist() == [0]

    @pytest.mark.usefixtures("backend")
    def test_d2ls_dog_and_cat(self):
        # d2l's anchors with zero offsets: three dogs and a cat, threshold .5.
        boxes = [
            [0.1, 0.08, 0.52, 0.92],
            [0.08, 0.2, 0.56, 0.95],
            [0.15, 0.3, 0.62, 0.91],
            [0.55, 0.2, 0.9, 0.88],
        ]
        assert nms(boxes, [0.9, 0.8, 0.7, 0.9], 0.5).tolist() == [0, 3]
        assert nms(boxes, [0.9, 0.8, 0.7, 0.9], 0.6).tolist() == [0, 3, 2]


@pytest.mark.usefixtures("backend")
class TestByHand:
    def test_an_iou_equal_to_the_threshold_stays_unless_not_strict(self):
        assert nms(HALF, [0.9, 0.8], 0.5).tolist() == [0, 1]
        assert nms(HALF, [0.9, 0.8], 0.5, strict=False).tolist() == [0]

    def test_threshold_is_compared_in_real_numbers(self):
        # IoU 3/10: its float32 lies above the real .3, its float64 equals the number written .3.
        boxes = np.array([[0, 0, 10, 1], [0, 0, 3, 1]])
        assert nms(boxes.astype(np.float32), [0.9, 0.8], 0.3).tolist() == [0]
        assert nms(boxes.astype(np.float64), [0.9, 0.8], 0.3).tolist() == [0, 1]
        # IoU 7/10: its float32 lies below.
        boxes = np.array([[0, 0, 10, 1], [0, 0, 7, 1]])
        assert nms(boxes.astype(np.float32), [0.9, 0.8], 0.7, strict=False).tolist() == [0, 1]
        assert nms(boxes.astype(np.float64), [0.9, 0.8], 0.7, strict=False).tolist() == [0]

    def test_equal_scores_come_by_index(self):
        apart = [[5 * i, 0, 5 * i + 4, 4] for i in range(6)]
        assert nms(apart, [1, 2, 1, 2, 1, 2], 0.5).tolist() == [1, 3, 5, 0, 2, 4]
        assert nms([BLUE] * 4, [1, 1, 1, 1], 0.5).tolist() == [0]

    def test_a_suppressed_box_suppresses_nothing(self):
        # Each overlaps its neighbour by 6/14 only; the middle one is gone before it reaches the third.
        chain = [[0, 0, 10, 1], [4, 0, 14, 1], [8, 0, 18, 1]]
        assert nms(chain, [0.9, 0.8, 0.7], 0.4).tolist() == [0, 2]

    def test_boxes_without_area_stay(self):
        assert nms([[3, 3, 3, 3]] * 3, [1, 3, 2], 0.0).tolist() == [1, 2, 0]
        assert nms([[9, 0, 0, 9]] * 2, [1, 2], 0.0).tolist() == [1, 0]
        assert nms([[3, 3, 3, 3]] * 3, [1, 3, 2], 0.0, strict=False).tolist() == [1]

    def test_no_boxes(self, dtype):
        kept = nms(np.zeros((0, 4), dtype), np.zeros(0, dtype), 0.5)
        assert kept.shape == (0,)
        assert kept.dtype == np.int64

    def test_integers_and_read_only_strided_arguments(self, dtype):
        assert nms(np.array(LECTURE), np.array([9, 8, 7, 6], np.uint8), 0.7).tolist() == [0, 2]
        wide = np.repeat(np.array(LECTURE, dtype), 2, axis=1)
        scores = np.repeat(SCORES, 3)
        wide.flags.writeable = scores.flags.writeable = False
        assert nms(wide[:, ::2], scores[::3], 0.7).tolist() == [0, 2]

    def test_nan_scores_come_first_as_in_torch(self):
        assert nms(LECTURE, [0.9, np.nan, 0.75, 0.7], 0.7).tolist() == [1, 2]

    def test_batched_keeps_groups_apart(self):
        kept = batched_nms([BLUE, ORANGE, BLUE, ORANGE], [0.6, 0.9, 0.8, 0.7], [1, 2, 2, 1], 0.7)
        assert kept.tolist() == [1, 3]
        one_group = batched_nms(LECTURE, SCORES, np.zeros(4, int), 0.7)
        assert one_group.tolist() == nms(LECTURE, SCORES, 0.7).tolist()
        assert batched_nms([BLUE] * 4, [1, 2, 1, 2], [3, -1, 0, 7], 0.7).tolist() == [1, 3, 0, 2]

    def test_batched_is_strict_by_choice(self):
        assert batched_nms(HALF, [0.9, 0.8], [5, 5], 0.5).tolist() == [0, 1]
        assert batched_nms(HALF, [0.9, 0.8], [5, 5], 0.5, strict=False).tolist() == [0]

    def test_batched_with_no_boxes(self):
        kept = batched_nms(np.zeros((0, 4)), np.zeros(0), np.zeros(0, int), 0.5)
        assert kept.shape == (0,)
        assert kept.dtype == np.int64

    def test_batched_groups_do_not_meet_at_negative_coordinates(self):
        boxes = np.array([[0, 0, 10, 10], [-10, -10, 0, 0]], np.float32)
        assert batched_nms(boxes, [0.9, 0.8], [0, 1], 0.5).tolist() == [0, 1]


class TestLimit:
    @pytest.mark.parametrize("strict", [True, False])
    @pytest.mark.parametrize("threshold", [0.3, 0.7, 0.5, 1 / 3, 0.1, 0.0, 1.0])
    def test_limit_separates_like_the_threshold(self, threshold, strict, dtype):
        limit = greatest_tolerated_iou(threshold, strict, np.dtype(dtype))
        assert limit.dtype == dtype
        nearest = dtype(threshold)
        around = [nearest, np.nextafter(nearest, dtype(2)), np.nextafter(nearest, dtype(-2))]
        for iou in around:
            assert (iou > limit) == (float(iou) > threshold if strict else float(iou) >= threshold)


@pytest.mark.parametrize(
    ("boxes", "scores", "message"),
    [
        ([BLUE], [0.9, 0.8], r"scores must have shape \(1,\), got \(2,\)"),
        ([BLUE], [[0.9]], r"scores must have shape \(1,\), got \(1, 1\)"),
        (BLUE, [0.9], r"boxes must have shape \(N, 4\), got \(4,\)"),
    ],
)
def test_shapes_are_checked(boxes, scores, message):
    with pytest.raises(ValueError, match=message):
        nms(boxes, scores, 0.5)
    with pytest.raises(ValueError, match=message):
        batched_nms(boxes, scores, [1], 0.5)


def test_groups_are_checked():
    with pytest.raises(ValueError, match=r"idxs must have shape \(2,\), got \(1,\)"):
        batched_nms([BLUE, BLUE], [1, 2], [1], 0.5)


@st.composite
def scored_boxes(draw):
    rows = draw(st.lists(st.tuples(*[st.integers(0, 8)] * 4, st.integers(0, 5)), max_size=30))
    table = np.array(rows, float).reshape(-1, 5)
    return np.hstack([table[:, :2], table[:, :2] + table[:, 2:4]]), table[:, 4]


@settings(deadline=None, max_examples=200)
@given(scored_boxes(), st.sampled_from(THRESHOLDS))
def test_what_is_kept_and_what_is_dropped(scored, threshold):
    boxes, scores = scored
    kept = nms(boxes, scores, threshold)
    iou = box_iou(boxes, boxes)
    among_kept = iou[np.ix_(kept, kept)]
    assert (among_kept[~np.eye(len(kept), dtype=bool)] <= threshold).all()
    assert (np.diff(scores[kept]) <= 0).all()
    for lost in np.setdiff1d(np.arange(len(boxes)), kept):
        assert any(iou[best, lost] > threshold and scores[best] >= scores[lost] for best in kept)
    assert nms(boxes[kept], scores[kept], threshold).tolist() == list(range(len(kept)))


@settings(deadline=None, max_examples=100)
@given(scored_boxes(), st.sampled_from(THRESHOLDS[1:]), st.integers(0, 2**32 - 1))
def test_not_strict_keeps_pairs_below_and_batched_is_nms_of_each_group(scored, threshold, seed):
    boxes, scores = scored
    kept = nms(boxes, scores, threshold, strict=False)
    assert (box_iou(boxes[kept], boxes[kept])[~np.eye(len(kept), dtype=bool)] < threshold).all()
    groups = np.random.default_rng(seed).integers(0, 3, len(boxes))
    together = batched_nms(boxes, scores, groups, threshold, strict=False)
    for group in range(3):
        members = np.flatnonzero(groups == group)
        alone = members[nms(boxes[members], scores[members], threshold, strict=False)]
        assert together[groups[together] == group].tolist() == alone.tolist()
    assert (np.diff(scores[together]) <= 0).all()


@pytest.mark.usefixtures("backend")
def test_equals_recorded_torchvision(golden):
    boxes, scores, groups = golden["boxes"], golden["scores"], golden["groups"]
    for k, threshold in enumerate(golden["thresholds"]):
        assert nms(boxes, scores, threshold).tolist() == golden[f"nms_{k}"].tolist()
        assert batched_nms(boxes, scores, groups, threshold).tolist() == golden[f"batched_nms_{k}"].tolist()


@pytest.mark.usefixtures("backend")
@pytest.mark.parametrize("kind", ["ordinary", "tied", "degenerate"])
def test_nms_equals_live_torchvision(ops, random_boxes, kind, dtype):
    rng = np.random.default_rng(4)
    for _ in range(500):
        count = rng.integers(0, 40)
        boxes = random_boxes(rng, count, kind, dtype)
        scores = rng.integers(0, 10, count).astype(dtype) / 10
        threshold = float(rng.choice([*THRESHOLDS, rng.random()]))
        assert nms(boxes, scores, threshold).tolist() == ops.nms(boxes, scores, threshold).tolist()


@pytest.mark.usefixtures("backend")
@pytest.mark.parametrize("kind", ["tied", "degenerate"])
def test_batched_nms_equals_live_torchvision(ops, random_boxes, kind, dtype):
    # Whole pixels: torchvision's shift of the groups is exact on them.
    rng = np.random.default_rng(5)
    for _ in range(300):
        count = rng.integers(0, 60)
        boxes, groups = random_boxes(rng, count, kind, dtype), rng.integers(0, 4, count)
        scores = rng.integers(0, 10, count).astype(dtype) / 10
        threshold = float(rng.choice(THRESHOLDS))
        expected = ops.batched_nms(boxes, scores, groups, threshold)
        assert batched_nms(boxes, scores, groups, threshold).tolist() == expected.tolist()


def test_large_batched_nms_equals_live_torchvision(ops, random_boxes, dtype):
    # Above 1000 boxes torchvision, too, runs each group by itself.
    rng = np.random.default_rng(6)
    boxes, groups = random_boxes(rng, 3000, "ordinary", dtype), rng.integers(0, 5, 3000)
    scores = rng.permutation(3000).astype(dtype)
    expected = ops.batched_nms(boxes, scores, groups, 0.5)
    assert batched_nms(boxes, scores, groups, 0.5).tolist() == expected.tolist()


def test_live_torchvision_lets_groups_meet_at_negative_coordinates(ops):
    boxes = np.array([[0, 0, 10, 10], [-10, -10, 0, 0]], np.float32)
    scores = np.array([0.9, 0.8], np.float32)
    assert ops.batched_nms(boxes, scores, np.array([0, 1]), 0.5).tolist() == [0]
