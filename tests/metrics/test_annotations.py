import numpy as np
import pytest

from scratchcv.masks import encode_masks
from scratchcv.metrics.annotations import (
    boxes_of,
    column_of,
    entry,
    keypoints_of,
    labels_of,
    masks_of,
)


def test_a_missing_key_is_named_with_what_is_there():
    with pytest.raises(ValueError, match=r"targets\[2\] has no 'boxes', only 'labels', 'area'"):
        entry("targets[2]", {"labels": [], "area": []}, "boxes")


def test_plain_empty_lists_have_the_shape_of_nothing():
    nothing = {"boxes": [], "keypoints": [], "masks": [], "labels": []}
    assert boxes_of("x", nothing).shape == (0, 4)
    assert keypoints_of("x", nothing, 5).shape == (0, 5, 3)
    assert masks_of("x", nothing).shape == (0,)
    assert labels_of("x", nothing, 0).dtype == np.int64


def test_masks_are_kept_as_run_lengths():
    masks = np.ones((2, 3, 4), bool)
    for given in (masks, encode_masks(masks)):
        found = masks_of("x", {"masks": given})
        assert [each.counts.tolist() for each in found] == [[0, 12], [0, 12]]


def test_columns_have_defaults_unless_they_must_be_there():
    assert column_of("x", {"area": None}, "area", 0.5, 2).tolist() == [0.5, 0.5]
    assert column_of("x", {"area": [3, 4]}, "area", 0.5, 2).tolist() == [3, 4]
    with pytest.raises(ValueError, match="x has no 'scores'"):
        column_of("x", {}, "scores", None, 1)


@pytest.mark.parametrize(
    ("read", "message"),
    [
        (
            lambda: boxes_of("x", {"boxes": [[0, 0, 1]]}),
            r"x\['boxes'\] must have shape \(N, 4\), got \(1, 3\)",
        ),
        (lambda: boxes_of("x", {"boxes": [[0, 0, 1, np.nan]]}), r"must be finite, got nan at \[0, 3\]"),
        (lambda: keypoints_of("x", {"keypoints": [[[0, 0]]]}, 1), r"shape \(N, 1, 3\), got \(1, 1, 2\)"),
        (lambda: masks_of("x", {"masks": np.ones((3, 3), bool)}), r"shape \(N, H, W\), got \(3, 3\)"),
        (lambda: labels_of("x", {"labels": [1, 2]}, 1), r"x\['labels'\] must have shape \(1,\), got \(2,\)"),
        (lambda: column_of("x", {"scores": [np.inf]}, "scores", None, 1), "must be finite, got inf"),
    ],
)
def test_bad_input(read, message):
    with pytest.raises(ValueError, match=message):
        read()
