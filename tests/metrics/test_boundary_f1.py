import numpy as np
import pytest

from scratchcv.metrics import boundary_f1, mean_boundary_f1
from scratchcv.metrics.boundary_f1 import boundary


def square(size=20, shift=0):
    mask = np.zeros((size, size), int)
    mask[5:15, 5 + shift : 15 + shift] = 1
    return mask


def test_a_boundary_is_the_rim_of_the_class_and_not_the_frame_of_the_image():
    mask = np.zeros((5, 6), bool)
    mask[:3, 1:5] = True
    expected = [[0, 1, 0, 0, 1, 0], [0, 1, 0, 0, 1, 0], [0, 1, 1, 1, 1, 0], [0] * 6, [0] * 6]
    assert boundary(mask).astype(int).tolist() == expected
    assert not boundary(np.ones((3, 3), bool)).any()
    assert boundary(np.eye(3, dtype=bool)).sum() == 3


def test_equal_maps_score_1(backend):
    assert boundary_f1(square(), square()) == {0: 1, 1: 1}


def test_a_shift_by_less_than_the_tolerance_costs_nothing(backend):
    assert boundary_f1(square(shift=2), square(), tolerance=2.1) == {0: 1, 1: 1}
    # Of 36 rim pixels 18 lie on the other's rim: those of the upper and lower side, without one end.
    assert boundary_f1(square(shift=1), square(), tolerance=1)[1] == pytest.approx(18 / 36)


def test_distances_are_euclidean_and_below_the_tolerance(backend):
    found, truth = np.zeros((2, 12, 12), int)
    found[2, 3], truth[5, 7] = 1, 1  # 3, 4, 5
    assert boundary_f1(found, truth, tolerance=5)[1] == 0
    assert boundary_f1(found, truth, tolerance=5.001)[1] == 1


def test_precision_and_recall_are_of_found_and_true_boundaries(backend):
    found, truth = np.zeros((2, 9, 9), int)
    truth[2, 2] = 1
    found[2, 2] = found[6, 6] = found[6, 2] = 1  # precision 1/3, recall 1
    assert boundary_f1(found, truth, tolerance=0.5)[1] == pytest.approx(0.5)


def test_the_default_tolerance_is_three_quarters_of_a_percent_of_the_diagonal():
    # A diagonal of 500 pixels: θ = 3.75.
    found, truth = np.zeros((2, 300, 400), int)
    truth[:, 100:200] = 1
    found[:, 103:203] = 1
    assert boundary_f1(found, truth) == {0: 1, 1: 1}
    assert boundary_f1(np.roll(found, 1, axis=1), truth) == {0: 0, 1: 0}


def test_classes_that_fill_the_image_or_are_absent():
    ones = np.ones((4, 4), int)
    half = np.tri(4, dtype=int)
    result = boundary_f1(ones, ones)
    assert list(result) == [1]
    assert np.isnan(result[1])
    assert boundary_f1(ones, half) == {0: 0, 1: 0}
    assert boundary_f1(np.zeros((0, 3), int), np.zeros((0, 3), int)) == {}


def test_ignored_pixels_belong_to_no_class():
    truth = square()
    truth[15:] = 255
    found = square()
    found[16:] = 1
    assert boundary_f1(found, truth, ignore_index=255) == {0: 1, 1: 1}


def test_the_mean_is_over_classes_then_images():
    nan = float("nan")
    assert mean_boundary_f1([{0: 1.0, 1: 0.0, 2: nan}, {0: 0.25}, {3: nan}, {}]) == (0.5 + 0.25) / 2
    assert np.isnan(mean_boundary_f1([]))


def test_equals_distances_by_brute_force(backend):
    rng = np.random.default_rng(0)
    for _ in range(20):
        size = tuple(rng.integers(3, 12, 2))
        found, truth = rng.integers(0, 3, (2, *size))
        tolerance = float(rng.uniform(0.5, 4))
        result = boundary_f1(found, truth, tolerance=tolerance)
        for label in range(3):
            rims = [np.argwhere(boundary(each == label)) for each in (found, truth)]
            if not all(len(rim) for rim in rims):
                continue
            distance = np.sqrt(np.sum((rims[0][:, None] - rims[1]) ** 2, axis=2))
            precision = np.mean(distance.min(axis=1) < tolerance)
            recall = np.mean(distance.min(axis=0) < tolerance)
            expected = 2 * precision * recall / (precision + recall) if precision + recall else 0
            assert result[label] == pytest.approx(expected, abs=1e-15)


def test_bad_input():
    with pytest.raises(ValueError, match=r"prediction must have shape \(4, 4\), got \(4, 5\)"):
        boundary_f1(np.zeros((4, 5), int), np.zeros((4, 4), int))
    with pytest.raises(ValueError, match=r"target must have shape \(H, W\), got \(4,\)"):
        boundary_f1(np.zeros(4, int), np.zeros(4, int))
    with pytest.raises(ValueError, match="prediction must be integers, got float64"):
        boundary_f1(np.full((4, 4), 0.7), np.zeros((4, 4), int))
    with pytest.raises(ValueError, match="target must be integers, got float64"):
        boundary_f1(np.zeros((4, 4), int), np.full((4, 4), np.nan))
    with pytest.raises(ValueError, match="tolerance must be positive, got 0"):
        boundary_f1(square(), square(), tolerance=0)


def test_masks_have_two_classes():
    assert boundary_f1(square().astype(bool), square()) == {0: 1, 1: 1}
