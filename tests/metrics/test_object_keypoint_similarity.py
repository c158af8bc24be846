import numpy as np
import pytest

from scratchcv.metrics import COCO_SIGMAS, object_keypoint_similarity


def pose(*points, v=2):
    return [[(x, y, v) for x, y in points]]


def test_coco_has_seventeen_keypoints_and_the_left_as_good_as_the_right():
    assert COCO_SIGMAS.shape == (17,)
    assert COCO_SIGMAS[1::2].tolist() == COCO_SIGMAS[2::2].tolist()
    assert COCO_SIGMAS[0] == 0.26 / 10


def test_the_same_pose_is_1_and_a_distant_one_0():
    here = pose((3, 4), (5, 6))
    assert object_keypoint_similarity(here, here, [100], sigmas=[0.1, 0.1]).tolist() == [[1]]
    far = pose((3e4, 4), (5, -6e4))
    assert object_keypoint_similarity(far, here, [100], sigmas=[0.1, 0.1]).tolist() == [[0]]


def test_a_keypoint_off_by_its_standard_deviation_counts_exp_of_minus_half():
    # κ s = 2 · .05 · 20 = 2 and 2 · .1 · 20 = 4 pixels.
    found, truth = pose((7, 0), (5, 9)), pose((5, 0), (5, 5))
    value = object_keypoint_similarity(found, truth, [400], sigmas=[0.05, 0.1])[0, 0]
    assert value == pytest.approx(np.exp(-0.5), abs=1e-15)


def test_only_labelled_keypoints_count():
    truth = [[(0, 0, 1), (5, 5, 0), (9, 9, 2)]]
    found = pose((0, 0), (500, 500), (9, 9), v=0)
    assert object_keypoint_similarity(found, truth, [50], sigmas=[0.1] * 3).tolist() == [[1]]


def test_without_labelled_keypoints_the_distance_is_that_to_the_doubled_box():
    # The box [10, 20] × [10, 30] reaches over [0, 30] × [-10, 50].
    hidden = pose((0, 0), v=0)
    box = [[10, 10, 20, 30]]
    inside, beside = pose((0.5, 49)), pose((33, 0))
    arguments = {"areas": [100], "boxes": box, "sigmas": [0.15]}  # κ s = 3
    assert object_keypoint_similarity(inside, hidden, **arguments).tolist() == [[1]]
    value = object_keypoint_similarity(beside, hidden, **arguments)[0, 0]
    assert value == pytest.approx(np.exp(-0.5), abs=1e-15)


def test_an_area_of_0_divides_by_nothing():
    here = pose((3, 4))
    assert object_keypoint_similarity(here, here, [0], sigmas=[0.1]).tolist() == [[1]]
    assert object_keypoint_similarity(pose((3, 5)), here, [0], sigmas=[0.1]).tolist() == [[0]]


@pytest.mark.parametrize(("n", "m"), [(0, 0), (0, 2), (3, 0)])
def test_no_poses(n, m):
    found = object_keypoint_similarity(np.zeros((n, 17, 3)), np.ones((m, 17, 3)), np.ones(m))
    assert found.shape == (n, m)


def test_bad_input():
    here = pose((3, 4))
    with pytest.raises(ValueError, match=r"keypoints must have shape \(N, 17, 3\), got \(1, 1, 3\)"):
        object_keypoint_similarity(here, here, [1])
    with pytest.raises(ValueError, match=r"areas must have shape \(1,\), got \(2,\)"):
        object_keypoint_similarity(here, here, [1, 2], sigmas=[0.1])
    with pytest.raises(ValueError, match="areas must not be negative, got -1"):
        object_keypoint_similarity(here, here, [-1], sigmas=[0.1])
    with pytest.raises(ValueError, match=r"keypoints must be finite, got nan at \[0, 0, 0\]"):
        object_keypoint_similarity(pose((np.nan, 4)), here, [1], sigmas=[0.1])
    with pytest.raises(ValueError, match=r"boxes\[0\] has y2 < y1"):
        object_keypoint_similarity(here, here, [1], [[0, 5, 5, 0]], sigmas=[0.1])
    with pytest.raises(ValueError, match="sigmas must be finite, got inf"):
        object_keypoint_similarity(here, here, [1], sigmas=[np.inf])
    with pytest.raises(ValueError, match=r"boxes are needed: true_keypoints\[1\] has no labelled keypoint"):
        object_keypoint_similarity(here, [*here, *pose((0, 0), v=0)], [1, 1], sigmas=[0.1])
    with pytest.raises(ValueError, match=r"sigmas must be positive, one for each keypoint, got \[0.0\]"):
        object_keypoint_similarity(here, here, [1], sigmas=[0])
