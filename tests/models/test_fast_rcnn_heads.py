"""The heads of regions: shapes, gradients, torchvision's names and answers."""

import numpy as np
import pytest

from scratchcv.layers import BatchNorm2d
from scratchcv.models import FastRCNNConvFCHead, FastRCNNPredictor, TwoMLPHead
from scratchcv.testing import assert_close, check_layer

SHAPE = (3, 4, 2, 2)


def heads():
    rng = np.random.default_rng(0)
    yield TwoMLPHead(16, 5, rng=rng)
    yield FastRCNNConvFCHead(SHAPE[1:], [3, 2], [5, 4], rng=rng)
    yield FastRCNNConvFCHead(SHAPE[1:], [3], [5], BatchNorm2d, rng=rng)


@pytest.mark.parametrize("head", list(heads()), ids=["two linear", "conv", "conv and norm"])
def test_gradients(head):
    stateful = any(True for _ in head.named_buffers())  # a batch norm of nothing has no mean
    check_layer(head, SHAPE, empty_batch=not stateful, max_entries=4)


def test_gradients_of_the_predictor():
    predictor = FastRCNNPredictor(6, 3, rng=np.random.default_rng(0))
    check_layer(predictor, (4, 6), max_entries=8)
    check_layer(predictor, (4, 6, 1, 1), max_entries=8)


def test_n_by_d_becomes_n_by_q_and_n_by_4q():
    """Fast R-CNN's arithmetic, S1 line 688: n regions, d numbers each, q = K + 1 classes."""
    n, d, q = 7, 32, 21
    vectors = TwoMLPHead(8 * 7 * 7, d)(np.zeros((n, 8, 7, 7), np.float32))
    logits, deltas = FastRCNNPredictor(d, q)(vectors)
    assert vectors.shape == (n, d)
    assert logits.shape == (n, q)
    assert deltas.shape == (n, 4 * q)


def test_an_untrained_predictor_is_unsure():
    predictor = FastRCNNPredictor(64, 4, rng=np.random.default_rng(0))
    logits, deltas = predictor(np.random.default_rng(1).standard_normal((10, 64)).astype(np.float32))
    assert abs(logits).max() < 0.5
    assert abs(deltas).max() < 0.05


def their_heads():
    torchvision = pytest.importorskip("torchvision", reason="torchvision is not installed: shapes are tested")
    faster_rcnn, norm = torchvision.models.detection.faster_rcnn, pytest.importorskip("torch").nn.BatchNorm2d
    yield faster_rcnn.TwoMLPHead(16, 5)
    yield faster_rcnn.FastRCNNConvFCHead(SHAPE[1:], [3, 2], [5, 4])
    yield faster_rcnn.FastRCNNConvFCHead(SHAPE[1:], [3], [5], norm)


@pytest.mark.usefixtures("torch_on_one_core")
def test_names_and_answers_are_torchvisions():
    x = np.random.default_rng(0).standard_normal(SHAPE).astype(np.float32)
    torch = pytest.importorskip("torch", reason="torch is not installed")
    for ours, theirs in zip(heads(), their_heads(), strict=True):
        state = {name: value.numpy() for name, value in theirs.eval().state_dict().items()}
        ours.load_state_dict(state)
        assert_close(ours.eval()(x), theirs(torch.tensor(x)).detach().numpy(), rtol=1e-5, atol=1e-6)
    faster_rcnn = pytest.importorskip("torchvision.models.detection.faster_rcnn")
    predictor, expected = FastRCNNPredictor(6, 3), faster_rcnn.FastRCNNPredictor(6, 3)
    predictor.load_state_dict({name: value.numpy() for name, value in expected.state_dict().items()})
    x = x.reshape(8, 6)
    for found, wanted in zip(predictor(x), expected(torch.tensor(x)), strict=True):
        assert_close(found, wanted.detach().numpy(), rtol=1e-5, atol=1e-6)
