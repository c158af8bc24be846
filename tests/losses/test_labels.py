import numpy as np
import pytest

from scratchcv.losses.labels import check_labels


def test_classes_and_others_pass():
    labels = check_labels(np.array([[0, 2], [-2, 1]], np.int8), (2, 2), 3, -2)
    assert labels.tolist() == [[0, 2], [-2, 1]]
    assert labels.dtype == np.int64


def test_an_empty_list_is_no_error():
    assert check_labels([], (0,), 3).shape == (0,)


@pytest.mark.parametrize(
    ("labels", "error", "message"),
    [
        ([0], ValueError, r"labels must have shape \(2,\), got \(1,\)"),
        ([0, 3], ValueError, r"labels must lie in 0…2 or be -2, got labels\[1\] = 3"),
        ([-1, 0], ValueError, r"got labels\[0\] = -1"),
        ([0.0, 1.0], TypeError, "labels must be integers, got float64"),
        ([True, False], TypeError, "labels must be integers, got bool"),
    ],
)
def test_bad_labels(labels, error, message):
    with pytest.raises(error, match=message):
        check_labels(labels, (2,), 3, -2)
