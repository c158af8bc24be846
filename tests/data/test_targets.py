"""Checks of what models are given."""

import numpy as np
import pytest

from scratchcv.data import check_images, check_targets

IMAGE = np.zeros((3, 40, 60), np.float32)
BOX = [10.0, 10.0, 30.0, 30.0]


def target(boxes, labels):
    return {"boxes": np.array(boxes, np.float32), "labels": np.array(labels)}


def test_good_ones_pass():
    check_images([])
    check_images([IMAGE, IMAGE[:, :1, :1] + 1, IMAGE.astype(np.float64)])
    check_targets([], [], 3)
    nothing = {"boxes": np.zeros((0, 4)), "labels": np.zeros(0, np.int64)}
    check_targets([target([BOX, BOX], [1, 2]), nothing], [IMAGE, IMAGE], 3)
    check_targets([target([[-5.0, -5, 100, 100]], [1])], [IMAGE], 3)  # partly outside is fine


@pytest.mark.parametrize(
    ("image", "error", "message"),
    [
        (
            np.zeros((40, 60, 3), np.uint8),
            ValueError,
            r"images\[1\] must have shape \(3, H, W\), got \(40, 60, 3\)",
        ),
        (np.zeros((1, 40, 60)), ValueError, r"images\[1\] must have shape \(3, H, W\), got \(1, 40, 60\)"),
        (np.zeros((3, 0, 60)), ValueError, r"images\[1\] must have shape \(3, H, W\), got \(3, 0, 60\)"),
        (np.zeros((3, 40, 60), np.uint8), TypeError, r"images\[1\] must be floating, got uint8"),
        (np.full((3, 2, 2), 255.0), ValueError, r"images\[1\] must have values from 0 to 1, got 255 to 255"),
        (np.full((3, 2, 2), np.nan), ValueError, r"images\[1\] must have values from 0 to 1, got nan to nan"),
    ],
)
def test_bad_images(image, error, message):
    with pytest.raises(error, match=message):
        check_images([IMAGE, image])


@pytest.mark.parametrize(
    ("bad", "error", "message"),
    [
        (
            {"boxes": np.zeros((0, 4))},
            ValueError,
            r"targets\[1\] must have 'boxes' and 'labels', got \['boxes'\]",
        ),
        (target([], []), ValueError, r"targets\[1\]\['boxes'\] must have shape \(R, 4\), got \(0,\)"),
        (target([BOX], [1, 2]), ValueError, r"targets\[1\]\['labels'\] must have shape \(1,\), got \(2,\)"),
        (target([BOX], [1.7]), TypeError, r"targets\[1\]\['labels'\] must be integers, got float64"),
        (target([BOX], [0]), ValueError, r"targets\[1\]\['labels'\] must lie in 1…2, got .*\[0\] = 0"),
        (
            target([BOX, BOX], [1, 3]),
            ValueError,
            r"\['labels'\] must lie in 1…2, got .*\[1\] = 3",
        ),
        (
            target([BOX, [9.0, 1, 9, 5]], [1, 1]),
            ValueError,
            r"targets\[1\]\['boxes'\]\[1\] has no area: \[9.0, 1.0",
        ),
        (
            target([[9.0, np.nan, 19, 5]], [1]),
            ValueError,
            r"targets\[1\]\['boxes'\]\[0\] has no area: \[9.0, nan",
        ),
        (
            target([[60.0, 1, 70, 5]], [1]),
            ValueError,
            r"\['boxes'\]\[0\] is outside its image of 60×40: \[60.0",
        ),
    ],
)
def test_bad_targets(bad, error, message):
    with pytest.raises(error, match=message):
        check_targets([target([BOX], [1]), bad], [IMAGE, IMAGE], 3)


def test_one_target_an_image():
    with pytest.raises(ValueError, match="every image needs a target, got 1 images and 0 targets"):
        check_targets([], [IMAGE], 3)
