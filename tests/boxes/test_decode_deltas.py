"""Gradients of decoding; values stand in test_deltas.py, beside those of encoding."""

import numpy as np
import pytest

from scratchcv.boxes import decode_deltas, decode_deltas_backward
from scratchcv.testing import check_box_op

SSD_VARIANCES = (0.1, 0.1, 0.2, 0.2)
OPTIONS = [{}, {"weights": (10, 10, 5, 5)}, {"variances": SSD_VARIANCES}]


def random_boxes(rng, count):
    corner = rng.uniform(-1, 5, (count, 2))
    return np.hstack([corner, corner + rng.uniform(0.2, 9, (count, 2))])


@pytest.mark.parametrize("clip", [None, 0.5])
@pytest.mark.parametrize("options", OPTIONS, ids=["plain", "weights", "variances"])
def test_gradients(check_gradients, options, clip):
    options = {**options, "clip": clip}

    def draw(rng, count=None):
        anchors = random_boxes(rng, rng.integers(1, 4) if count is None else count)
        return [rng.normal(0, 3, anchors.shape), anchors]

    check_gradients(
        lambda deltas, anchors: decode_deltas(deltas, anchors, **options),
        lambda dy, deltas, anchors: decode_deltas_backward(dy, deltas, anchors, **options),
        draw,
    )
    check_box_op(decode_deltas_backward, np.ones((3, 4)), *draw(np.random.default_rng(0), 3), **options)


def test_the_clip_stops_the_gradient_beyond_it_alone():
    anchors, ones = [[0, 0, 2, 2]] * 2, [[0, 0, 1, 1]] * 2
    ddeltas, _ = decode_deltas_backward(ones, [[0, 0, 1, 1], [0, 0, 1.01, -9]], anchors, clip=1)
    assert (ddeltas[:, 2:] != 0).tolist() == [[True, True], [False, True]]
