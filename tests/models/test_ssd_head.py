"""SSD's head: numbers of outputs, their order, gradients."""

import numpy as np

from scratchcv.models import SSDHead, SSDScoringHead
from scratchcv.testing import check_layer


def test_as_many_outputs_as_the_lecture_counts():
    """Lecture S4, lines 290-345: (c + 4)·k·m·n outputs for a map of m × n cells."""
    head = SSDHead([8], [4], num_classes=3)
    assert sum(conv.weight.value.shape[0] for conv in head.classification_head.module_list) == 3 * 4
    logits, deltas = head([np.zeros((1, 8, 5, 7), np.float32)])
    assert logits.size + deltas.size == (3 + 4) * 4 * 5 * 7


def test_rows_stand_in_the_order_of_the_default_boxes():
    """Row 4·(5·h + w) + k of a 5-wide map belongs to default box k of cell (h, w)."""
    head = SSDScoringHead([1], [4], columns=2)
    head.module_list[0].weight.value[...] = 0
    head.module_list[0].weight.value[2 * 3 + 1, 0, 1, 1] = 1  # box 3, column 1 copies the pixel
    feature = np.arange(15, dtype=np.float32).reshape(1, 1, 3, 5)
    rows = head([feature])
    assert rows.shape == (1, 60, 2)
    assert rows[0, 3::4, 1].tolist() == list(range(15))
    assert not rows[0, :, 0].any()


def test_gradients_of_the_heads(backend):
    rng = np.random.default_rng(0)
    features = [rng.standard_normal((2, 3, 4, 5)), rng.standard_normal((2, 2, 2, 2))]
    check_layer(SSDScoringHead([3, 2], [2, 4], 3, rng=rng), features)
    check_layer(SSDHead([3, 2], [2, 4], 3, rng=rng), features)
