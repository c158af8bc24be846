import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scratchcv.layers import SpaceToDepth, space_to_depth, space_to_depth_backward
from scratchcv.testing import check_layer

both_orders = pytest.mark.parametrize("order", ["pytorch", "darknet"])


def darknets_reorg(x, stride):
    """Walk the memory index by index, as darknet's source does for a batch of one."""
    (_, C, H, W), memory = x.shape, x.ravel()
    out = np.empty_like(memory)
    few = C // stride**2
    for k in range(C):
        part, offset = k % few, k // few
        for j in range(H):
            for i in range(W):
                row, column = stride * j + offset // stride, stride * i + offset % stride
                out[(k * H + j) * W + i] = memory[(part * H * stride + row) * W * stride + column]
    return out.reshape(1, C * stride**2, H // stride, W // stride)


def test_by_hand():
    x = np.arange(8.0).reshape(1, 1, 2, 4)
    assert space_to_depth(x)[0].tolist() == [[[0, 2]], [[1, 3]], [[4, 6]], [[5, 7]]]


def test_of_the_paper():
    assert SpaceToDepth()(np.zeros((1, 512, 26, 26), np.float32)).shape == (1, 2048, 13, 13)


@pytest.mark.parametrize(("shape", "stride"), [((1, 4, 2, 2), 2), ((1, 8, 6, 4), 2), ((1, 18, 6, 3), 3)])
def test_darknets_order_is_that_of_its_loops(shape, stride):
    x = np.random.default_rng(0).standard_normal(shape)
    assert (space_to_depth(x, stride, "darknet") == darknets_reorg(x, stride)).all()


def test_darknets_order_is_another_one():
    x = np.arange(64.0).reshape(1, 4, 4, 4)
    assert (space_to_depth(x, order="darknet") != space_to_depth(x)).any()


@pytest.mark.parametrize(("shape", "block_size"), [((2, 3, 4, 6), 2), ((1, 2, 9, 3), 3), ((2, 5, 3, 3), 1)])
def test_torch_agrees(shape, block_size):
    torch = pytest.importorskip("torch", reason="torch is not installed")
    x = torch.tensor(np.random.default_rng(0).standard_normal(shape), requires_grad=True)
    y = torch.nn.functional.pixel_unshuffle(x, block_size)
    dy = np.random.default_rng(1).standard_normal(tuple(y.shape))
    y.backward(torch.tensor(dy))
    assert (space_to_depth(x.detach().numpy(), block_size) == y.detach().numpy()).all()
    assert (space_to_depth_backward(dy, block_size) == x.grad.numpy()).all()


@both_orders
@settings(deadline=None, max_examples=25)
@given(st.integers(0, 2), *[st.integers(1, 3)] * 4)
def test_there_and_back(order, N, C, H, W, b):
    x = np.random.default_rng(0).standard_normal((N, C * b * b, H * b, W * b)).astype(np.float32)
    y = space_to_depth(x, b, order)
    assert y.shape == (N, C * b**4, H, W)
    assert y.dtype == np.float32
    assert (np.sort(y, axis=None) == np.sort(x, axis=None)).all()
    assert (space_to_depth_backward(y, b, order) == x).all()


@both_orders
def test_gradients(order):
    check_layer(SpaceToDepth(2, order), (2, 4, 4, 6))


def test_bad_input():
    with pytest.raises(ValueError, match="x must have sides that are multiples of 2, got 4 × 5"):
        space_to_depth(np.zeros((1, 4, 4, 5)))
    with pytest.raises(ValueError, match="a multiple of 4 channels for darknet's order, got 3"):
        space_to_depth(np.zeros((1, 3, 4, 4)), order="darknet")
    with pytest.raises(ValueError, match="order must be one of pytorch, darknet, got 'tensorflow'"):
        space_to_depth(np.zeros((1, 4, 4, 4)), order="tensorflow")
    with pytest.raises(ValueError, match=r"x must have shape \(N, C, H, W\), got \(4, 4\)"):
        space_to_depth(np.zeros((4, 4)))
    with pytest.raises(ValueError, match="dy must have a multiple of block_size² channels, got 6 for 2"):
        space_to_depth_backward(np.zeros((1, 6, 2, 2)))
    for block_size in (0, -2, 1.5):
        with pytest.raises(ValueError, match="block_size must be a positive integer, got"):
            space_to_depth(np.zeros((1, 4, 4, 4)), block_size)
