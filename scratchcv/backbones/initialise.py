"""How published networks draw their first weights, where it is not this library's default."""

import math

import numpy as np

from scratchcv.layers import Conv2d, Linear, kaiming_normal, kaiming_uniform


def initialise_fan_out(conv: Conv2d, rng: np.random.Generator | None = None) -> None:
    r"""Draw a convolution's weights so that gradients, instead of activations, keep their size.

    .. math:: W \sim \mathcal N(0,\; 2 / n_{out}) \qquad n_{out} = O \cdot k_h \cdot k_w

    Parameters
    ----------
    conv : Conv2d
        It is changed; a bias becomes zero.
    rng : numpy.random.Generator, optional
        Source of the numbers.

    References
    ----------
    He, Zhang, Ren, Sun, "Delving Deep into Rectifiers", 2015, eq. 14; what torchvision's ResNet and VGG do.

    Examples
    --------
    >>> conv = Conv2d(3, 200, 3)
    >>> initialise_fan_out(conv, np.random.default_rng(0))
    >>> round(float(conv.weight.value.std()) / math.sqrt(2 / (200 * 9)), 1)
    1.0
    """
    out_channels, _, height, width = conv.weight.value.shape
    fan_out = out_channels * height * width
    conv.weight.value[...] = kaiming_normal(conv.weight.value.shape, rng, fan_in=fan_out)
    if conv.bias is not None:
        conv.bias.value[...] = 0


def initialise_uniform(layer: Conv2d | Linear, rng: np.random.Generator | None = None) -> None:
    r"""Draw weights and bias as PyTorch does where nobody says otherwise.

    .. math:: W, b \sim \mathcal U(-1/\sqrt{n_{in}},\; 1/\sqrt{n_{in}})

    Parameters
    ----------
    layer : Conv2d or Linear
        It is changed.
    rng : numpy.random.Generator, optional
        Source of the numbers.

    Notes
    -----
    A sixth of the variance that `kaiming_normal` gives: a deep network of such layers starts with small
    outputs. torchvision's AlexNet does, and the last layer of its ResNet.

    Examples
    --------
    >>> linear = Linear(100, 50)
    >>> initialise_uniform(linear, np.random.default_rng(0))
    >>> bool(abs(linear.weight.value).max() <= 0.1), bool(abs(linear.bias.value).max() <= 0.1)
    (True, True)
    """
    rng = np.random.default_rng(rng)
    weight = layer.weight.value
    weight[...] = kaiming_uniform(weight.shape, rng, a=math.sqrt(5))
    if layer.bias is not None:
        bound = 1 / math.sqrt(max(math.prod(weight.shape[1:]), 1))
        layer.bias.value[...] = rng.uniform(-bound, bound, len(weight))


def initialise_xavier(layer: Conv2d | Linear, rng: np.random.Generator | None = None) -> None:
    r"""Draw weights half-way between what keeps activations' size and what keeps gradients'.

    .. math:: W \sim \mathcal U(-b,\; b) \qquad b = \sqrt{\frac{6}{n_{in} + n_{out}}}

    Parameters
    ----------
    layer : Conv2d or Linear
        It is changed; a bias becomes zero.
    rng : numpy.random.Generator, optional
        Source of the numbers.

    References
    ----------
    Glorot, Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010,
    eq. 16; SSD draws its new layers so.

    Examples
    --------
    >>> linear = Linear(100, 50)
    >>> initialise_xavier(linear, np.random.default_rng(0))
    >>> round(float(abs(linear.weight.value).max()), 2), linear.bias.value.any()
    (0.2, np.False_)
    """
    weight = layer.weight.value
    window = math.prod(weight.shape[2:])
    bound = math.sqrt(6 / (window * (weight.shape[0] + weight.shape[1])))
    weight[...] = np.random.default_rng(rng).uniform(-bound, bound, weight.shape)
    if layer.bias is not None:
        layer.bias.value[...] = 0
