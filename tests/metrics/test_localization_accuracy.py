import numpy as np
import pytest

from scratchcv.metrics import localization_accuracy

BOX = [0, 0, 10, 10]


def test_class_and_box_are_judged_alone_and_together():
    found = [BOX, [0, 0, 10, 5], [0, 0, 10, 4], [20, 20, 30, 30]]  # IoU 1, .5, .4, 0
    result = localization_accuracy([1, 2, 1, 1], found, [1, 1, 1, 2], [BOX] * 4)
    assert result == {"classification": 0.5, "localization": 0.5, "both": 0.25, "mean_iou": 1.9 / 4}


def test_the_threshold_itself_counts():
    result = localization_accuracy([1], [[0, 0, 10, 5]], [1], [BOX], iou_threshold=0.51)
    assert (result["localization"], result["both"], result["classification"]) == (0, 0, 1)


def test_no_images():
    result = localization_accuracy([], np.zeros((0, 4)), [], np.zeros((0, 4)))
    assert np.isnan(list(result.values())).all()


def test_bad_input():
    with pytest.raises(ValueError, match=r"predicted_labels must have shape \(1,\), got \(2,\)"):
        localization_accuracy([1, 2], [BOX], [1], [BOX])
    with pytest.raises(ValueError, match=r"predicted_boxes must have shape \(1, 4\), got \(2, 4\)"):
        localization_accuracy([1], [BOX, BOX], [1], [BOX])
    with pytest.raises(ValueError, match="predicted_labels must be integers, got float64"):
        localization_accuracy([0.7], [BOX], [1], [BOX])
    with pytest.raises(ValueError, match=r"predicted_boxes must be finite, got nan at \[0, 2\]"):
        localization_accuracy([1], [[0, 0, np.nan, 1]], [1], [BOX])
    with pytest.raises(ValueError, match=r"boxes\[0\] has x2 < x1: \[30"):
        localization_accuracy([1], [BOX], [1], [[30, 40, 20, 50]])
    with pytest.raises(ValueError, match=r"iou_threshold must be in \(0, 1\], got 50"):
        localization_accuracy([1], [BOX], [1], [BOX], iou_threshold=50)


def test_an_inverted_guess_covers_nothing():
    assert localization_accuracy([1], [[10, 10, 0, 0]], [1], [BOX])["mean_iou"] == 0
