import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scratchcv.losses import keypointrcnn_loss, keypoints_to_heatmap
from scratchcv.testing import assert_close, check_loss

ROI = [10.0, 20.0, 30.0, 60.0]


def random_case(seed, regions=3, points=4, size=5, share=0.6):
    rng = np.random.default_rng(seed)
    return (
        2 * rng.standard_normal((regions, points, size, size)),
        rng.integers(0, max(size**2, 1), (regions, points)),
        rng.random((regions, points)) < share,
    )


@pytest.mark.parametrize(
    ("keypoint", "index"),
    [
        ((10, 20, 2), 0),  # the region's corner
        ((19.99, 20, 2), 1),
        ((20, 39.99, 1), 1 * 4 + 2),
        ((30, 60, 2), 15),  # its right and lower border belong to the last pixel
        ((30, 20, 2), 3),
        ((30.01, 20, 2), None),
        ((9.99, 20, 2), None),
        ((20, 60.01, 2), None),
        ((20, 40, 0), None),  # not marked
    ],
)
def test_pixels_of_keypoints(keypoint, index):
    targets, visible = keypoints_to_heatmap([[keypoint]], [ROI], 4)
    assert visible.tolist() == [[index is not None]]
    assert targets.tolist() == [[index or 0]]
    assert (targets.dtype, visible.dtype) == (np.int64, bool)


def test_the_papers_heatmap():
    # 56 x 56 pixels, one of which is 1.
    targets, _ = keypoints_to_heatmap([[[20, 40, 2]]], [ROI], 56)
    assert divmod(targets[0, 0], 56) == (28, 28)


@pytest.mark.parametrize("roi", [[10, 20, 10, 60], [10, 20, 30, 20], [30, 20, 10, 60], [10, 10, 10, 10]])
def test_a_region_without_area_sees_nothing(roi):
    targets, visible = keypoints_to_heatmap([[[10, 20, 2], [10, 10, 2]]], [roi], 4)
    assert not visible.any()
    assert not targets.any()


@pytest.mark.parametrize(("regions", "points"), [(0, 3), (2, 0), (0, 0)])
def test_no_keypoints(regions, points):
    targets, visible = keypoints_to_heatmap(np.zeros((regions, points, 3)), np.ones((regions, 4)), 4)
    assert targets.shape == visible.shape == (regions, points)
    loss, dlogits = keypointrcnn_loss(np.zeros((regions, points, 4, 4)), targets, visible)
    assert loss == 0.0
    assert dlogits.shape == (regions, points, 4, 4)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**32 - 1), st.integers(1, 60))
def test_a_visible_keypoint_lies_in_the_pixel_that_is_named(seed, size):
    rng = np.random.default_rng(seed)
    corner = rng.uniform(0, 50, (5, 2))
    rois = np.hstack([corner, corner + rng.uniform(1, 50, (5, 2))])
    keypoints = np.dstack([rng.uniform(0, 100, (5, 7, 2)), rng.integers(0, 3, (5, 7))])
    targets, visible = keypoints_to_heatmap(keypoints, rois, size)
    sides = (rois[:, 2:] - rois[:, :2]) / size
    row, column = divmod(targets, size)
    lower = rois[:, None, :2] + np.dstack([column, row]) * sides[:, None]
    between = (keypoints[..., :2] >= lower - 1e-9) & (keypoints[..., :2] <= lower + sides[:, None] + 1e-9)
    assert between.all(axis=2)[visible].all()
    assert ((targets >= 0) & (targets < size**2)).all()
    assert not visible[keypoints[..., 2] == 0].any()


def test_by_hand():
    # Of four pixels with probabilities 1/8, 1/8, 1/4, 1/2 the keypoint is in the third: log 4.
    logits = np.log([[[[1.0, 1.0], [2.0, 4.0]], [[1.0, 1.0], [1.0, 1.0]]]])
    loss, dlogits = keypointrcnn_loss(logits, [[2, 0]], [[True, False]])
    assert_close(loss, math.log(4))
    assert_close(dlogits, [[[[1 / 8, 1 / 8], [-3 / 4, 1 / 2]], [[0, 0], [0, 0]]]])


def test_it_is_the_mean_over_visible_keypoints():
    logits = np.zeros((2, 3, 56, 56))
    visible = np.array([[1, 0, 1], [0, 1, 0]])
    loss, dlogits = keypointrcnn_loss(logits, np.zeros((2, 3), int), visible)
    assert_close(loss, math.log(56**2))
    assert (dlogits.any(axis=(2, 3)) == (visible == 1)).all()
    assert_close(dlogits[0, 0, 0, 0], (1 / 56**2 - 1) / 3)


def test_nothing_visible_costs_nothing():
    logits, targets, visible = random_case(0)
    loss, dlogits = keypointrcnn_loss(logits, targets, np.zeros_like(visible))
    assert loss == 0.0
    assert not dlogits.any()


def test_targets_of_the_invisible_are_not_looked_at():
    logits, targets, visible = random_case(0)
    wanted = keypointrcnn_loss(logits, targets, visible)[0]
    assert keypointrcnn_loss(logits, np.where(visible, targets, 99), visible)[0] == wanted


def test_gradient():
    for seed in range(20):
        rng = np.random.default_rng(seed)
        case = random_case(seed, *rng.integers(1, 5, 3).tolist(), rng.choice([0.0, 0.6, 1.0]))
        assert check_loss(keypointrcnn_loss, *case, max_entries=24, seed=seed).worst < 1e-6


def test_ten_thousand_does_not_overflow():
    logits = np.array([[[[1e4, -1e4]], [[1e4, -1e4]]]], np.float32)
    loss, dlogits = keypointrcnn_loss(logits, [[0, 1]], [[True, True]])
    assert loss == 1e4
    assert dlogits.tolist() == [[[[0, 0]], [[0.5, -0.5]]]]
    assert dlogits.dtype == np.float32


@pytest.mark.parametrize(
    ("position", "value", "error", "message"),
    [
        (
            0,
            np.zeros((3, 4, 25)),
            ValueError,
            r"keypoint_logits must have shape \(R, P, m, m\), got \(3, 4, 25\)",
        ),
        (1, np.zeros((3, 5), int), ValueError, r"keypoint_targets must have shape \(3, 4\), got \(3, 5\)"),
        (
            1,
            np.full((3, 4), 25),
            ValueError,
            r"keypoint_targets must lie in 0…24, got keypoint_targets\[0, 0\] = 25",
        ),
        (1, np.full((3, 4), -100), ValueError, "keypoint_targets must lie in 0…24"),
        (1, np.zeros((3, 4)), TypeError, "keypoint_targets must be integers, got float64"),
        (2, [True], ValueError, r"visible must have shape \(3, 4\), got \(1,\)"),
    ],
)
def test_bad_arguments(position, value, error, message):
    case = list(random_case(0))
    case[position] = value
    with pytest.raises(error, match=message):
        keypointrcnn_loss(*case)


def test_bad_keypoints():
    with pytest.raises(ValueError, match=r"rois must have shape \(R, 4\), got \(4,\)"):
        keypoints_to_heatmap(np.zeros((1, 2, 3)), ROI, 4)
    with pytest.raises(ValueError, match=r"keypoints must have shape \(1, P, 3\), got \(2, 2, 3\)"):
        keypoints_to_heatmap(np.zeros((2, 2, 3)), [ROI], 4)


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 2**32 - 1), st.tuples(*3 * [st.integers(1, 4)]), st.sampled_from([0.0, 0.5, 1.0]))
def test_it_is_the_mean_of_what_each_keypoint_costs_alone(seed, sizes, share):
    logits, targets, visible = random_case(seed, *sizes, share)
    loss, dlogits = keypointrcnn_loss(logits, targets, visible)
    wanted, count = np.zeros_like(logits), max(int(visible.sum()), 1)
    costs = 0.0
    for place in zip(*np.nonzero(visible), strict=True):
        cost, gradient = keypointrcnn_loss(logits[place][None, None], [[targets[place]]], [[True]])
        costs += cost
        wanted[place] = gradient[0, 0]
    assert_close(loss, costs / count)
    assert_close(dlogits, wanted / count)
