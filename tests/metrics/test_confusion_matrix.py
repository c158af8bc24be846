import numpy as np
import pytest

from scratchcv.metrics import confusion_matrix


def test_values():
    truth = [[0, 0, 1], [1, 2, 2]]
    found = [[0, 1, 1], [1, 0, 2]]
    assert confusion_matrix(found, truth, 3).tolist() == [[1, 1, 0], [0, 2, 0], [1, 0, 1]]


def test_classes_that_do_not_occur_have_empty_rows_and_columns():
    found = confusion_matrix([1], [1], 3)
    assert found.dtype == np.int64
    assert found.tolist() == [[0, 0, 0], [0, 1, 0], [0, 0, 0]]


def test_the_ignored_class_is_the_truths_whatever_was_predicted():
    truth = np.array([[255, 0], [1, 255]], np.uint8)
    assert confusion_matrix([[9, 0], [0, 9]], truth, 2, ignore_index=255).tolist() == [[1, 0], [1, 0]]
    assert confusion_matrix([0, 1], [0, 1], 2, ignore_index=0).tolist() == [[0, 0], [0, 1]]


def test_masks_have_two_classes():
    assert confusion_matrix([True, False], [True, True], 2).tolist() == [[0, 0], [1, 1]]


@pytest.mark.parametrize("shape", [(0,), (0, 5), (3, 0, 2)])
def test_nothing_to_count(shape):
    nothing = np.zeros(shape, int)
    assert confusion_matrix(nothing, nothing, 2).tolist() == [[0, 0], [0, 0]]
    assert confusion_matrix([], [], 1).tolist() == [[0]]


def test_images_add_up():
    maps = np.random.default_rng(0).integers(0, 4, (2, 3, 5, 6))
    whole = confusion_matrix(*maps, 4)
    assert np.array_equal(whole, sum(confusion_matrix(a, b, 4) for a, b in zip(*maps, strict=True)))
    assert np.array_equal(whole, confusion_matrix(maps[0].transpose(2, 0, 1), maps[1].transpose(2, 0, 1), 4))


def test_equals_scikit_learns():
    metrics = pytest.importorskip("sklearn.metrics")
    rng = np.random.default_rng(1)
    for _ in range(20):
        classes = int(rng.integers(2, 6))
        truth, found = rng.integers(0, classes, (2, 40))
        expected = metrics.confusion_matrix(truth, found, labels=range(classes))
        assert np.array_equal(confusion_matrix(found, truth, classes), expected)


def test_bad_input():
    with pytest.raises(ValueError, match=r"one shape, got \(2, 1\) and \(2,\)"):
        confusion_matrix([[0], [1]], [0, 1], 2)
    with pytest.raises(ValueError, match=r"target must be in 0 … 1, got 255; if it is to be left out"):
        confusion_matrix([0, 1], [0, 255], 2)
    with pytest.raises(ValueError, match="prediction must be in 0 … 1, got -1"):
        confusion_matrix([0, -1], [0, 1], 2)
    with pytest.raises(ValueError, match="prediction must be integers, got float64"):
        confusion_matrix([0.4, 0.6], [0, 1], 2)
    with pytest.raises(ValueError, match="num_classes must be at least 1, got 0"):
        confusion_matrix([], [], 0)


def test_the_number_of_classes_is_whole():
    with pytest.raises(TypeError, match=r"num_classes must be an integer, got 2\.0"):
        confusion_matrix([0], [0], 2.0)
