"""YOLO's head: which filter says what, its gradient, and that it begins unsure."""

import numpy as np

from scratchcv.layers import sigmoid
from scratchcv.models import YOLOHead
from scratchcv.testing import check_layer


def test_filters_stand_anchor_after_anchor():
    """Channel a (5 + C) + k of the convolution is number k of anchor a, as in darknet."""
    head = YOLOHead([4], [3], 2).astype(np.float64)
    x = np.random.default_rng(0).standard_normal((2, 4, 5, 6))
    maps, (prediction,) = head.convs[0](x), head([x])
    assert prediction.shape == (2, 5, 6, 3, 7)
    for anchor in range(3):
        for number in range(7):
            np.testing.assert_array_equal(prediction[..., anchor, number], maps[:, 7 * anchor + number])


def test_gradients_of_two_maps():
    rng = np.random.default_rng(1)
    maps = [rng.standard_normal((2, 3, 4, 4)), rng.standard_normal((2, 2, 2, 3))]
    check_layer(YOLOHead([3, 2], [2, 1], 2, rng=rng), maps)


def test_an_untrained_head_sees_nothing():
    head = YOLOHead([8], [5], 3, rng=np.random.default_rng(0))
    x = np.random.default_rng(1).standard_normal((1, 8, 6, 6)).astype(np.float32)
    confidence = sigmoid(head([x])[0][..., 4])
    assert confidence.max() < 0.03
