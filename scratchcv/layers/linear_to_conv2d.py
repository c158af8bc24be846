"""From a fully connected layer to the convolution that computes the same, to the last bit."""

import math

import numpy as np

from scratchcv.checks import Array, check_array
from scratchcv.layers.conv2d import Conv2d
from scratchcv.layers.linear import Linear

_FORMS = ("window", "pointwise")


def linear_to_conv2d(linear: Linear, image_shape: tuple[int, int, int], form: str = "window") -> Conv2d:
    r"""Return the convolution that equals a linear layer of flattened images.

    The lecture's two methods, for an input volume of :math:`N_1 \times N_1 \times D_1`:

    .. math::
        \text{window:}\quad F = N_1,\ \text{filters } N_1 \times N_1 \times D_1 \qquad
        \text{pointwise:}\quad F = 1,\ \text{filters } 1 \times 1 \times (N_1 \cdot N_1 \cdot D_1)

    both with stride 1 and no padding, so that :math:`N_2 = (N_1 - F) / S + 1 = 1`.

    Parameters
    ----------
    linear : Linear
        Of in_features C·H·W; it is copied, not changed.
    image_shape : (int, int, int)
        C, H, W of the image that used to be flattened; (I, 1, 1) for a layer behind another linear layer.
    form : {"window", "pointwise"}
        "window" takes images (N, C, H, W), and larger ones: then it slides over them, and every output equals
        that of one crop. "pointwise" takes `flatten_to_pixel` of an image.

    Returns
    -------
    Conv2d
        With outputs of shape (N, O, 1, 1). Outputs and gradients are the linear layer's, bit for bit.

    Raises
    ------
    ValueError
        When the image does not have in_features values, or for another form.

    References
    ----------
    Lecture S2, lines 182-226; Sermanet et al., "OverFeat", 2014, section 3.5.

    Examples
    --------
    >>> from scratchcv.layers import Linear
    >>> linear_to_conv2d(Linear(400, 120), (16, 5, 5)).weight.value.shape  # LeNet's C2
    (120, 16, 5, 5)
    >>> linear_to_conv2d(Linear(400, 120), (16, 5, 5), "pointwise").weight.value.shape
    (120, 400, 1, 1)
    """
    out_features, in_features = linear.weight.value.shape
    if np.shape(image_shape) != (3,) or math.prod(image_shape) != in_features:
        wanted = f"(C, H, W) with C·H·W = {in_features}, the layer's in_features"
        raise ValueError(f"image_shape must be {wanted}, got {image_shape}")
    C, H, W = image_shape
    if form not in _FORMS:
        raise ValueError(f"form must be one of {', '.join(_FORMS)}, got {form!r}")
    channels, kernel_size = (C, (H, W)) if form == "window" else (in_features, (1, 1))
    conv = Conv2d(channels, out_features, kernel_size, bias=linear.bias is not None)
    conv.astype(linear.weight.value.dtype)
    conv.weight.value[...] = linear.weight.value.reshape(conv.weight.value.shape)
    if conv.bias is not None and linear.bias is not None:
        conv.bias.value[...] = linear.bias.value
    conv.training = linear.training
    return conv


def flatten_to_pixel(x: Array) -> Array:
    """Return images (N, C, H, W) as images of one pixel with C·H·W channels, for the pointwise form.

    Examples
    --------
    >>> flatten_to_pixel(np.zeros((2, 16, 5, 5))).shape
    (2, 400, 1, 1)
    """
    N, C, H, W = check_array("x", x, ("N", "C", "H", "W")).shape
    return x.reshape(N, C * H * W, 1, 1)
