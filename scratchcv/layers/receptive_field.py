"""The receptive field of a layer or network, measured: how far the gradient of one output pixel reaches."""

import copy

import numpy as np

from scratchcv.backend import use_backend
from scratchcv.checks import Array
from scratchcv.layers.layer import Layer
from scratchcv.layers.shapes import check_whole


def receptive_field(layer: Layer, input_shape: tuple[int, int, int], samples: int = 16) -> tuple[int, int]:
    r"""Return how many rows and columns of the input the central output pixel depends on.

    For L convolutions of 3×3 with stride 1 it is :math:`1 + 2L` along each side.

    Parameters
    ----------
    layer : Layer
        From images (N, C, H, W) to feature maps (N, O, H', W').
    input_shape : (int, int, int)
        C, H, W: larger than the receptive field, which the image's border would cut.
    samples : int
        As in `receptive_field_gradient`.

    Returns
    -------
    (int, int)
        Height and width of the smallest rectangle around all pixels with a gradient, in pixels; (0, 0) if
        there is none.

    References
    ----------
    Lectures S0, lines 548-552, S1, line 1496, S2, line 756.

    Examples
    --------
    >>> from scratchcv.layers import Conv2d, Sequential
    >>> receptive_field(Sequential(Conv2d(1, 2, 3), Conv2d(2, 1, 3)), (1, 9, 9))
    (5, 5)
    """
    reached = receptive_field_gradient(layer, input_shape, samples) > 0
    height, width = (
        int(np.ptp(np.flatnonzero(reached.any(axis)))) + 1 if reached.any() else 0 for axis in (1, 0)
    )
    return height, width


def receptive_field_gradient(layer: Layer, input_shape: tuple[int, int, int], samples: int = 16) -> Array:
    r"""Return the mean size of the gradient of the central output pixel, for every input pixel.

    .. math:: g_{h,w} = \frac 1 {N C} \sum_{n,c} \left|
              \frac{\partial \sum_o r_{n,o}\, y_{n,\,o,\,H'/2,\,W'/2}}{\partial x_{n,c,h,w}} \right|

    with random r, so that no output channel cancels another.

    Parameters
    ----------
    layer : Layer
        From images (N, C, H, W) to feature maps (N, O, H', W'). A copy of it is asked, in evaluation mode.
    input_shape : (int, int, int)
        C, H, W.
    samples : int
        N: how many random images are asked. One pixel's path may end in a ReLU or lose in max pooling for one
        image, but hardly for all.

    Returns
    -------
    ndarray of shape (H, W)
        Zero outside the receptive field. Inside it is the *effective* receptive field: larger in the middle,
        to which more paths lead.

    References
    ----------
    Luo, Li, Urtasun, Zemel, "Understanding the effective receptive field in deep convolutional neural
    networks", 2016.

    Examples
    --------
    >>> from scratchcv.layers import Conv2d
    >>> (receptive_field_gradient(Conv2d(1, 1, 3, padding=1), (1, 5, 5)) > 0).astype(int).tolist()
    [[0, 0, 0, 0, 0], [0, 1, 1, 1, 0], [0, 1, 1, 1, 0], [0, 1, 1, 1, 0], [0, 0, 0, 0, 0]]
    """
    samples = check_whole("samples", samples, least=1)
    rng = np.random.default_rng(0)
    layer = copy.deepcopy(layer).eval()
    # A fast convolution adds and subtracts what cancels but for rounding: zeros would not stay zeros.
    with use_backend("numpy"):
        y, cache = layer.forward(rng.standard_normal((samples, *input_shape), np.float32))
        dy = np.zeros_like(y)
        height, width = y.shape[2:]
        dy[:, :, height // 2, width // 2] = rng.standard_normal(y.shape[:2])
        sizes: Array = abs(layer.backward(dy, cache)).mean(axis=(0, 1))
    return sizes
