"""Heads on regions: masks and keypoints."""

import numpy as np
import pytest

from scratchcv.layers import crop_masks
from scratchcv.losses import keypointrcnn_loss, maskrcnn_loss

CHAIR, PERSON = 1, 2


def test_01_the_target_is_the_mask_of_the_boxs_class():
    """S0, lines 824-850; S2, lines 985-1001: chair and person have different targets in one image."""
    chair, person = np.zeros((2, 32, 32))
    chair[16:28, 4:28], person[2:24, 8:20] = 1, 1
    boxes = np.array([[4, 16, 28, 28], [8, 2, 20, 24.0]])
    targets = crop_masks(np.stack([chair, person]), boxes, 14)
    assert targets.shape == (2, 14, 14)
    same_box = crop_masks(np.stack([chair, person]), boxes[[0, 0]], 14)
    assert abs(same_box[0] - same_box[1]).max() == 1


def test_01_the_loss_looks_at_the_true_class_alone():
    """S0, lines 842-850; S2, lines 994-1001: one mask for each class, sigmoid by sigmoid."""
    rng = np.random.default_rng(0)
    logits, labels = rng.standard_normal((2, 3, 4, 4)), np.array([CHAIR, PERSON])
    targets = rng.integers(0, 2, (2, 4, 4)).astype(float)
    loss, gradient = maskrcnn_loss(logits, labels, targets)
    x = logits[[0, 1], labels]
    p = 1 / (1 + np.exp(-x))
    assert loss == pytest.approx(-(targets * np.log(p) + (1 - targets) * np.log(1 - p)).mean(), rel=1e-12)
    np.testing.assert_allclose(gradient[[0, 1], labels], (p - targets) / targets.size, rtol=1e-12)
    others = np.ones((2, 3), bool)
    others[[0, 1], labels] = False
    assert not gradient[others].any()


def test_02_a_keypoint_is_one_pixel_of_a_softmax():
    """S2, lines 1003-1009: shoulder, elbow, wrist, hip, knee, ankle, left and right: one-hot m x m each."""
    rng = np.random.default_rng(0)
    logits = rng.standard_normal((1, 12, 7, 7))
    places, visible = rng.integers(0, 49, (1, 12)), np.ones((1, 12), bool)
    visible[0, 3] = False
    loss, gradient = keypointrcnn_loss(logits, places, visible)
    flat = logits.reshape(12, 49)
    log_p = flat - np.log(np.exp(flat).sum(axis=1, keepdims=True))
    assert loss == pytest.approx(-log_p[np.arange(12), places[0]][visible[0]].mean(), rel=1e-12)
    assert not gradient[0, 3].any()
