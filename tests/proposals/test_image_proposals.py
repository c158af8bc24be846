"""Proposals of an image in [0, 1]: bytes go in, boxes come back to the image's own pixels."""

import numpy as np
import pytest

from scratchcv.proposals import image_proposals

IMAGE = np.arange(3 * 8 * 6, dtype=np.float32).reshape(3, 8, 6) / 255


def test_the_method_sees_the_bytes():
    seen = []
    image_proposals(IMAGE, lambda pixels: seen.append(pixels) or np.zeros((0, 4)))
    assert seen[0].dtype == np.uint8
    assert seen[0].tolist() == np.arange(144).reshape(3, 8, 6).transpose(1, 2, 0).tolist()


def test_boxes_come_back_from_another_size_clipped_and_best_first():
    boxes = [[0, 0, 12, 4], [2, 1, 30, 3], [0, 0, 1, 1]]
    found = image_proposals(IMAGE, lambda pixels: boxes, size=(4, 12), limit=2)
    assert found.tolist() == [[0, 0, 6, 8], [1, 2, 6, 6]]
    assert found.dtype == np.float32


def test_no_boxes_are_boxes_and_others_an_error():
    assert image_proposals(IMAGE, lambda pixels: np.zeros((0, 4))).shape == (0, 4)
    with pytest.raises(ValueError, match=r"propose must return boxes of shape \(P, 4\), got \(2, 5\)"):
        image_proposals(IMAGE, lambda pixels: np.zeros((2, 5)))
