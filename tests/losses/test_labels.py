import numpy as np
import pytest

from scratchcv.losses.labels import check_labels, check_shares


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


def test_the_message_names_the_argument():
    with pytest.raises(ValueError, match=r"gt_labels must lie in 0…1, got gt_labels\[0\] = 2"):
        check_labels([2], ("N",), 2, name="gt_labels")
    with pytest.raises(TypeError, match="gt_labels must be integers"):
        check_labels([2.0], (1,), 2, name="gt_labels")


def test_shares_come_back_and_what_does_not_count_is_not_looked_at():
    assert check_shares("targets", [0, 0.5, 1], (3,)).tolist() == [0, 0.5, 1]
    assert check_shares("targets", [True, False], (2,)).dtype == bool
    check_shares("targets", [np.nan, 1], (2,), np.array([False, True]))


@pytest.mark.parametrize("wrong", [-0.1, 1.1, np.nan, np.inf])
def test_bad_shares(wrong):
    with pytest.raises(ValueError, match=r"targets must lie between 0 and 1, got targets\[1\] ="):
        check_shares("targets", [0, wrong], (2,))
