import numpy as np
import pytest

from scratchcv.boxes import (
    decode_class_deltas,
    decode_class_deltas_backward,
    decode_deltas,
    select_class_deltas,
    select_class_deltas_backward,
)

OPTIONS = {"weights": (10, 10, 5, 5), "clip": 0.2}


def draw(rng, shape=None):
    count, classes = rng.integers(1, 4, 2)
    corner = rng.uniform(-3, 3, (count, 2))
    anchors = np.hstack([corner, corner + rng.uniform(0.5, 4, (count, 2))])
    wide = rng.random() < 0.5
    return [rng.normal(0, 1, (count, 4 * classes) if wide else (count, classes, 4)), anchors]


def test_every_class_is_decoded_against_the_same_proposal():
    deltas, anchors = np.arange(24).reshape(2, 12) / 24, np.array([[0, 0, 9, 9], [5, 5, 6, 8.0]])
    boxes = decode_class_deltas(deltas, anchors, **OPTIONS)
    assert boxes.shape == (2, 3, 4)
    for label in range(3):
        of_class = decode_deltas(deltas[:, 4 * label : 4 * label + 4], anchors, **OPTIONS)
        assert boxes[:, label].tolist() == of_class.tolist()
    assert decode_class_deltas(deltas.reshape(2, 3, 4), anchors, **OPTIONS).tolist() == boxes.tolist()


def test_one_class_is_agnostic():
    deltas, anchors = [[0.1, 0.2, 0.3, 0.4]], [[0, 0, 9, 9]]
    assert decode_class_deltas(deltas, anchors)[:, 0].tolist() == decode_deltas(deltas, anchors).tolist()


def test_gradients_of_decoding(check_gradients):
    check_gradients(
        lambda deltas, anchors: decode_class_deltas(deltas, anchors, **OPTIONS),
        lambda dy, deltas, anchors: decode_class_deltas_backward(dy, deltas, anchors, **OPTIONS),
        draw,
    )


def test_gradients_of_selecting(check_gradients):
    def draw_labels(rng):
        deltas, _ = draw(rng)
        return [deltas, rng.integers(0, deltas[0].size // 4, len(deltas))]

    check_gradients(
        select_class_deltas,
        lambda dy, deltas, labels: select_class_deltas_backward(dy, labels, deltas.shape),
        draw_labels,
    )


def test_the_loss_of_one_class_leaves_the_others_alone():
    ddeltas = select_class_deltas_backward(np.ones((2, 4)), [2, 0], (2, 12))
    assert ddeltas.reshape(2, 3, 4).any(axis=2).tolist() == [[False, False, True], [True, False, False]]


def test_nothing_and_any_memory(dtype):
    none, anchors = np.zeros((0, 12), dtype), np.zeros((0, 4), dtype)
    assert decode_class_deltas(none, anchors).shape == (0, 3, 4)
    ddeltas, danchors = decode_class_deltas_backward(np.zeros((0, 3, 4), dtype), none, anchors)
    assert (ddeltas.shape, danchors.shape, ddeltas.dtype) == ((0, 12), (0, 4), dtype)
    assert select_class_deltas(none, []).shape == (0, 4)
    wide = np.random.default_rng(0).normal(size=(2, 16)).astype(dtype)
    wide.flags.writeable = False
    deltas, anchors = wide[:, ::2], np.array([[0, 0, 9, 9], [5, 5, 6, 8]], dtype)
    boxes = decode_class_deltas(deltas, anchors)
    assert boxes.dtype == dtype
    assert boxes.tolist() == decode_class_deltas(deltas.copy(), anchors).tolist()
    assert select_class_deltas(deltas, [1, 0]).tolist() == [deltas[0, 4:].tolist(), deltas[1, :4].tolist()]


def test_bad_input():
    with pytest.raises(ValueError, match=r"deltas must have shape \(N, 4K\) or \(N, K, 4\), got \(1, 6\)"):
        decode_class_deltas(np.ones((1, 6)), [[0, 0, 1, 1]])
    with pytest.raises(ValueError, match="deltas and anchors must have the same length, got 1 and 2"):
        decode_class_deltas(np.ones((1, 8)), [[0, 0, 1, 1]] * 2)
    for label in (2, -1):
        with pytest.raises(ValueError, match=rf"labels must lie in 0…1, got labels\[0\] = {label}"):
            select_class_deltas(np.ones((1, 8)), [label])
    with pytest.raises(ValueError, match=r"dselected must have shape \(1, 4\), got \(2, 4\)"):
        select_class_deltas_backward(np.ones((2, 4)), [0], (1, 8))
