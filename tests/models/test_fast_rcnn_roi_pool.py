"""RoI pooling behind the interface of RoI heads."""

import numpy as np

from scratchcv.layers import Layer, roi_pool
from scratchcv.models import FastRCNNRoIPool
from scratchcv.testing import check_layer

ROIS = np.array([[0, 0, 0, 40, 50], [1, 20, 8, 60, 31], [1, 3, 3, 9, 9.0]])
SIZES = [(60, 64), (48, 50)]


class OfRegions(Layer):
    def forward(self, features):
        return FastRCNNRoIPool((3, 2)).forward(features, ROIS, SIZES)

    def backward(self, dy, cache):
        return FastRCNNRoIPool((3, 2)).backward(dy, cache)


def test_is_roi_pooling_at_the_scale_of_the_map(backend):
    x = np.random.default_rng(0).standard_normal((2, 3, 8, 8))
    y = FastRCNNRoIPool((3, 2))([x], ROIS, SIZES)
    assert y.tobytes() == roi_pool(x, ROIS, (3, 2), 1 / 8)[0].tobytes()


def test_gradients():
    x = np.random.default_rng(1).standard_normal((2, 2, 8, 8))
    check_layer(OfRegions(), [x], empty_batch=False, max_entries=24)
