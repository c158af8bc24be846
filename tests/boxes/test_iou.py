import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from scratchcv.boxes import box_iou, box_iou_backward, generalized_box_iou_backward, iou_quality
from scratchcv.testing import check_box_op

DOG, CAT = [60, 45, 378, 516], [400, 112, 655, 493]
POINT, LINE, BOX = [3, 3, 3, 3], [1, 4, 9, 4], [0, 0, 10, 10]


def grid_boxes(count, size):
    """Boxes with integer corners, each of at least one pixel."""
    corner = st.integers(0, size - 1)
    side = st.integers(1, size)
    row = st.tuples(corner, corner, side, side).map(lambda b: [b[0], b[1], b[0] + b[2], b[1] + b[3]])
    return st.lists(row, min_size=count, max_size=count).map(lambda rows: np.array(rows, float))


any_boxes = arrays(float, st.tuples(st.integers(0, 5), st.just(4)), elements=st.floats(-100, 100))


@pytest.mark.usefixtures("backend")
class TestByHand:
    def test_the_lectures_exercise_is_one_ninth(self):
        assert box_iou([[0, 0, 2, 2]], [[1, 1, 3, 4]]).tolist() == [[1 / 9]]

    def test_half_a_box(self):
        assert box_iou([[0, 0, 1, 1]], [[0, 0, 1, 0.5]]).tolist() == [[0.5]]

    def test_dog_and_cat_do_not_meet(self):
        assert box_iou([DOG], [CAT]).tolist() == [[0]]

    def test_matrix_has_a_row_for_each_of_the_first(self):
        iou = box_iou([DOG, CAT, [0, 0, 1, 1]], [CAT, DOG])
        assert iou.tolist() == [[0, 1], [1, 0], [0, 0]]

    def test_boxes_that_touch_do_not_overlap(self):
        assert box_iou([[0, 0, 1, 1]], [[1, 0, 2, 1], [0, 1, 1, 2], [1, 1, 2, 2]]).tolist() == [[0, 0, 0]]

    def test_a_box_inside_another_has_the_ratio_of_areas(self):
        assert box_iou([[0, 0, 4, 4]], [[1, 1, 3, 3]]).tolist() == [[0.25]]

    def test_degenerate_boxes_have_no_nan(self):
        rows = [POINT, LINE, BOX]
        assert box_iou(rows, rows).tolist() == [[0, 0, 0], [0, 0, 0], [0, 0, 1]]

    def test_inverted_boxes_meet_nothing(self):
        inverted = [[10, 0, 0, 10], [0, 10, 10, 0], [10, 10, 0, 0]]
        assert box_iou(inverted, [BOX, *inverted]).tolist() == np.zeros((3, 4)).tolist()

    def test_nan_stays_nan(self):
        iou = box_iou([[0, np.nan, 1, 1], BOX], [BOX, [0, 0, 1, np.nan]])
        assert np.isnan(iou).tolist() == [[True, True], [False, True]]

    @pytest.mark.parametrize(("n", "m"), [(0, 0), (0, 3), (3, 0)])
    def test_empty(self, n, m, dtype):
        iou = box_iou(np.zeros((n, 4), dtype), np.zeros((m, 4), dtype))
        assert iou.shape == (n, m)
        assert iou.dtype == dtype

    def test_small_integers_do_not_wrap(self):
        boxes = np.array([[0, 0, 200, 200], [100, 0, 250, 200]], np.uint8)
        assert box_iou(boxes[:1], boxes[1:]).tolist() == [[100 / 250]]

    def test_read_only_and_strided_arguments(self, dtype):
        wide = np.array([[0, 9, 0, 9, 2, 9, 2, 9], [1, 9, 1, 9, 3, 9, 4, 9]], dtype)
        wide.flags.writeable = False
        boxes = wide[:, ::2]
        assert box_iou(boxes[:1], boxes[1:]).tolist() == [[dtype(1) / dtype(9)]]
        contiguous = boxes.copy()
        contiguous.flags.writeable = False
        assert box_iou(contiguous[:1], contiguous[1:]).tolist() == [[dtype(1) / dtype(9)]]

    def test_mixed_precision_takes_the_finer(self):
        assert box_iou(np.ones((1, 4), np.float32), np.ones((1, 4))).dtype == np.float64


@pytest.mark.parametrize(
    ("boxes1", "boxes2", "name"), [([BOX], BOX, "boxes2"), (np.zeros((3, 5)), [BOX], "boxes1")]
)
def test_shape_is_checked(boxes1, boxes2, name):
    with pytest.raises(ValueError, match=rf"^{name} must have shape \(N, 4\), got \("):
        box_iou(boxes1, boxes2)


def test_a_thousand_cases_equal_a_count_of_pixels(backend, dtype):
    rng = np.random.default_rng(1)
    y, x = np.mgrid[:20, :20] + 0.5
    boxes = np.sort(rng.integers(0, 21, (1000, 2, 2, 2)), axis=2).reshape(1000, 2, 4)
    for first, second in boxes:
        inside = [(x1 < x) & (x < x2) & (y1 < y) & (y < y2) for x1, y1, x2, y2 in (first, second)]
        both, either = (inside[0] & inside[1]).sum(), (inside[0] | inside[1]).sum()
        expected = dtype(both) / dtype(either) if either else 0
        assert box_iou(first[None].astype(dtype), second[None].astype(dtype))[0, 0] == expected


@settings(deadline=None, max_examples=100)
@given(any_boxes, any_boxes)
def test_symmetric_and_between_0_and_1(boxes1, boxes2):
    iou = box_iou(boxes1, boxes2)
    assert (iou == box_iou(boxes2, boxes1).T).all()
    assert ((iou >= 0) & (iou <= 1)).all()


@settings(deadline=None, max_examples=100)
@given(grid_boxes(4, 50), st.integers(-1000, 1000), st.integers(-1000, 1000), st.integers(-8, 8))
def test_neither_place_nor_size_matters(boxes, dx, dy, power):
    iou = box_iou(boxes, boxes)
    moved = boxes + np.array([dx, dy, dx, dy])
    assert (box_iou(moved, moved) == iou).all()
    assert (box_iou(boxes * 2.0**power, boxes * 2.0**power) == iou).all()
    assert (iou.diagonal() == 1).all()


@pytest.mark.parametrize(
    ("iou", "words"),
    [
        (0, "poor"),
        (0.5, "poor"),
        (0.51, "decent"),
        (0.7, "decent"),
        (0.71, "pretty good"),
        (0.9, "pretty good"),
    ],
)
def test_quality_up_to_the_last_threshold(iou, words):
    assert iou_quality(iou) == words


def test_quality_above_nine_tenths():
    assert {iou_quality(np.float32(iou)) for iou in (0.91, 1)} == {"almost perfect"}


@pytest.mark.parametrize("iou", [-0.1, 1.1, float("nan")])
def test_quality_refuses_what_is_no_iou(iou):
    with pytest.raises(ValueError, match="iou must lie between 0 and 1, got"):
        iou_quality(iou)


def assert_torchvisions(iou, theirs, boxes1, boxes2):
    """Equal bit for bit, but 0 where torchvision has NaN; that is just where neither box has an area."""
    areas = [(b[:, 2] - b[:, 0]) * (b[:, 3] - b[:, 1]) for b in (boxes1, boxes2)]
    assert (np.isnan(theirs) <= (areas[0][:, None] + areas[1] == 0)).all()
    np.testing.assert_array_equal(iou, np.nan_to_num(theirs))
    assert iou.dtype == theirs.dtype


@pytest.mark.usefixtures("backend")
def test_equals_recorded_torchvision(golden):
    boxes = golden["boxes"]
    assert_torchvisions(box_iou(boxes[:30], boxes[20:]), golden["iou"], boxes[:30], boxes[20:])


def test_recorded_degenerate_boxes_hold_nan(recorded):
    assert np.isnan(recorded["degenerate_float32_iou"]).sum() > 50


@pytest.mark.usefixtures("backend")
@pytest.mark.parametrize("kind", ["ordinary", "tied", "degenerate"])
def test_equals_live_torchvision(ops, random_boxes, kind, dtype):
    rng = np.random.default_rng(2)
    for _ in range(300):
        boxes1, boxes2 = (random_boxes(rng, count, kind, dtype) for count in rng.integers(0, 12, 2))
        assert_torchvisions(box_iou(boxes1, boxes2), ops.box_iou(boxes1, boxes2), boxes1, boxes2)


def test_live_torchvision_gives_nan_for_two_points(ops):
    point = np.array([POINT], np.float32)
    assert np.isnan(ops.box_iou(point, point)).all()
    assert box_iou(point, point).tolist() == [[0]]


def test_gradients(check_gradients, random_boxes, backend):
    def draw(rng):
        return [random_boxes(rng, count, "ordinary", float) for count in rng.integers(1, 5, 2)]

    check_gradients(box_iou, lambda dy, a, b: box_iou_backward(dy, a, b), draw)


def test_the_backward_pass_takes_any_memory(random_boxes):
    rng = np.random.default_rng(0)
    boxes1, boxes2 = (random_boxes(rng, count, "ordinary", float) for count in (2, 3))
    check_box_op(box_iou_backward, rng.normal(size=(2, 3)), boxes1, boxes2, empty=False)
    dboxes1, dboxes2 = box_iou_backward(np.zeros((0, 3)), np.zeros((0, 4)), boxes2)
    assert (dboxes1.shape, dboxes2.tolist()) == ((0, 4), np.zeros((3, 4)).tolist())


def test_equal_coordinates_share_the_gradient():
    identical = box_iou_backward([[1]], [BOX], [BOX])
    assert [gradient.tolist() for gradient in identical] == [[[0, 0, 0, 0]]] * 2
    # x alone is equal: each box has half of what moving both edges inwards costs, in y the inner one decides
    dboxes1, dboxes2 = box_iou_backward([[1]], [BOX], [[0, 2, 10, 8]])
    assert dboxes1[0, 0] == -dboxes1[0, 2]
    assert dboxes1[0, 1] == -dboxes1[0, 3] > 0
    assert dboxes2[0, 1] == -dboxes2[0, 3] < 0


def test_boxes_without_union_have_no_gradient():
    gradients = box_iou_backward([[1, 1]] * 2, [POINT, LINE], [POINT, LINE])
    assert not np.any(gradients)


def test_disjoint_boxes_have_no_gradient_and_touching_ones_do():
    apart = box_iou_backward([[1]], [[0, 0, 1, 1]], [[2, 0, 3, 1]])
    assert not np.any(apart)
    touching, _ = box_iou_backward([[1]], [[0, 0, 1, 1]], [[1, 0, 2, 1]])
    assert touching[0, 2] == 0.5


def test_the_gradient_has_the_matrixs_shape():
    with pytest.raises(ValueError, match=r"diou must have shape \(1, 2\), got \(2, 1\)"):
        box_iou_backward([[1], [1]], [BOX], [BOX, LINE])


@settings(deadline=None, max_examples=50)
@given(grid_boxes(3, 30), st.integers(0, 2**32 - 1))
def test_gradients_know_that_neither_place_nor_size_matters(boxes, seed):
    # moving or stretching all boxes together changes no overlap, at kinks neither
    rng = np.random.default_rng(seed)
    boxes1, boxes2 = boxes, boxes[::-1] + rng.integers(0, 3, 4) * [0, 0, 1, 1]
    for backward in (box_iou_backward, generalized_box_iou_backward):
        dboxes1, dboxes2 = backward(rng.standard_normal((3, 3)), boxes1, boxes2)
        total = (dboxes1 + dboxes2).sum(axis=0)
        np.testing.assert_allclose(total[:2] + total[2:], 0, atol=1e-12)
        np.testing.assert_allclose((boxes1 * dboxes1 + boxes2 * dboxes2).sum(), 0, atol=1e-11)
