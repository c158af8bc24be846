"""The RPN's head: numbers of outputs, their order, names, gradients."""

import numpy as np
import pytest

from scratchcv.proposals import RPNHead
from scratchcv.testing import assert_close, check_layer


@pytest.mark.parametrize("K", [1, 4, 9])
def test_the_lectures_shapes(K):
    """S1, lines 741-856; S2, lines 525-609: K·20·15 anchors, K·20·15 scores and 4·K·20·15 deltas."""
    head = RPNHead(8, K)
    logits, deltas = head([np.zeros((1, 8, 20, 15), np.float32)])
    assert logits.shape == (1, K * 20 * 15, 1)
    assert deltas.size == 4 * K * 20 * 15


def test_one_head_looks_at_every_level():
    rng = np.random.default_rng(0)
    head = RPNHead(4, 3, rng=rng)
    fine, coarse = (rng.standard_normal((2, 4, *size)).astype(np.float32) for size in [(6, 8), (3, 4)])
    for together, *alone in zip(head([fine, coarse]), head([fine]), head([coarse]), strict=True):
        assert_close(together, np.concatenate(alone, axis=1), rtol=1e-5, atol=1e-6)


def test_the_pass_with_a_cache_says_the_same():
    features = [np.random.default_rng(0).standard_normal((2, 4, 5, 3)).astype(np.float32)]
    head = RPNHead(4, 3, conv_depth=2, num_logits=5)
    for kept, alone in zip(head.forward(features)[0], head(features), strict=True):
        assert (kept == alone).all()


def test_names_are_torchvisions():
    names = list(RPNHead(4, 3, conv_depth=2).state_dict())
    assert names == [
        f"{layer}.{kind}"
        for layer in ("conv.0.0", "conv.1.0", "cls_logits", "bbox_pred")
        for kind in ("weight", "bias")
    ]


def test_initial_weights_are_torchvisions():
    state = RPNHead(32, 9, rng=np.random.default_rng(0)).state_dict()
    for name, value in state.items():
        assert not value.any() if name.endswith("bias") else abs(value.std() - 0.01) < 0.001


def test_gradients():
    rng = np.random.default_rng(0)
    features = [rng.standard_normal((2, 3, 4, 5)), rng.standard_normal((2, 3, 2, 2))]
    for depth, logits in ((1, 1), (2, 4)):
        head = RPNHead(3, 2, depth, num_logits=logits, rng=rng)
        for parameter in head.parameters():
            parameter.value *= 30  # .01 leaves nothing to compare
        check_layer(head, features, max_entries=8)
