"""Gradients of encoding; values stand in test_deltas.py, beside those of decoding."""

import numpy as np
import pytest

from scratchcv.boxes import decode_deltas_backward, encode_deltas, encode_deltas_backward
from scratchcv.testing import check_box_op

SSD_VARIANCES = (0.1, 0.1, 0.2, 0.2)
OPTIONS = [{}, {"weights": (10, 10, 5, 5)}, {"variances": SSD_VARIANCES}]


def random_boxes(rng, count):
    corner = rng.uniform(-1, 5, (count, 2))
    return np.hstack([corner, corner + rng.uniform(0.2, 9, (count, 2))])


@pytest.mark.parametrize("eps", [0, 0.1])
@pytest.mark.parametrize("options", OPTIONS, ids=["plain", "weights", "variances"])
def test_gradients(check_gradients, options, eps):
    options = {**options, "eps": eps}

    def draw(rng, count=None):
        count = rng.integers(1, 4) if count is None else count
        return [random_boxes(rng, count), random_boxes(rng, count)]

    check_gradients(
        lambda boxes, anchors: encode_deltas(boxes, anchors, **options),
        lambda dy, boxes, anchors: encode_deltas_backward(dy, boxes, anchors, **options),
        draw,
    )
    check_box_op(encode_deltas_backward, np.ones((3, 4)), *draw(np.random.default_rng(0), 3), **options)


def test_an_encoded_box_moves_as_the_decoded_one():
    # the two Jacobians are inverse to each other
    rng = np.random.default_rng(5)
    boxes, anchors, dy = random_boxes(rng, 6), random_boxes(rng, 6), rng.standard_normal((6, 4))
    deltas = encode_deltas(boxes, anchors)
    ddeltas, _ = decode_deltas_backward(dy, deltas, anchors, clip=None)
    dboxes, _ = encode_deltas_backward(ddeltas, boxes, anchors)
    np.testing.assert_allclose(dboxes, dy, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("eps", [-1e-6, float("nan")])
def test_a_negative_eps(eps):
    box = [[0, 0, 1, 1]]
    with pytest.raises(ValueError, match=f"eps must be 0 or more, got {eps}"):
        encode_deltas(box, box, eps=eps)
    with pytest.raises(ValueError, match=f"eps must be 0 or more, got {eps}"):
        encode_deltas_backward(np.ones((1, 4)), box, box, eps=eps)
