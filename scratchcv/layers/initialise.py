"""Initial weights: random ones, and those that interpolate."""

import math

import numpy as np

from scratchcv.checks import Array
from scratchcv.layers.shapes import check_whole


def kaiming_normal(
    shape: tuple[int, ...], rng: np.random.Generator | None = None, fan_in: float | None = None
) -> Array:
    r"""Return weights that keep the size of activations through layers of ReLU.

    .. math:: W \sim \mathcal N(0,\; 2 / n_{in}) \qquad n_{in} = \prod shape[1:]

    Parameters
    ----------
    shape : tuple of int
        Shape of the weight, output channels first.
    rng : numpy.random.Generator, optional
        Source of the numbers; a fresh one when left out.
    fan_in : float, optional
        How many products add up in one output, if it is not the size of ``weight[0]``.

    Returns
    -------
    ndarray of float32
        The weights.

    Raises
    ------
    ValueError
        When no array can have this shape.

    References
    ----------
    He, Zhang, Ren, Sun, "Delving Deep into Rectifiers", 2015, eq. 10.

    Examples
    --------
    >>> weight = kaiming_normal((64, 32, 3, 3), np.random.default_rng(0))
    >>> round(float(weight.std()) / math.sqrt(2 / (32 * 9)), 2)
    1.0
    """
    shape = tuple(check_whole("each of shape's numbers", size, least=0) for size in shape)
    rng = np.random.default_rng(rng)  # a generator comes back as it is
    fan_in = math.prod(shape[1:]) if fan_in is None else fan_in
    deviation = math.sqrt(2 / max(fan_in, 1))
    weight: Array = rng.standard_normal(shape)
    weight *= deviation  # in place: VGG's largest layer alone has a hundred million
    return weight.astype(np.float32)


def kaiming_uniform(shape: tuple[int, ...], rng: np.random.Generator | None = None, a: float = 0.0) -> Array:
    r"""Return weights of a leaky ReLU's layer, drawn evenly from an interval about zero.

    .. math:: W \sim \mathcal U(-b,\; b) \qquad b = \sqrt{\frac{6}{(1 + a^2)\, n_{in}}}

    Their variance is :math:`b^2 / 3`: for a = 0 it is that of `kaiming_normal`.

    Parameters
    ----------
    shape : tuple of int
        Shape of the weight, output channels first.
    rng : numpy.random.Generator, optional
        Source of the numbers; a fresh one when left out.
    a : float
        Slope of the leaky ReLU. 1 is for layers without one, √5 gives PyTorch's default weights, with
        b = 1 / √n_in.

    Returns
    -------
    ndarray of float32
        The weights.

    References
    ----------
    He, Zhang, Ren, Sun, "Delving Deep into Rectifiers", 2015, eq. 15; torch.nn.init.kaiming_uniform_.

    Examples
    --------
    >>> weight = kaiming_uniform((64, 6, 1, 1), np.random.default_rng(0))
    >>> bool(abs(weight).max() <= 1.0), round(float(weight.std()), 1)
    (True, 0.6)
    """
    shape = tuple(check_whole("each of shape's numbers", size, least=0) for size in shape)
    bound = math.sqrt(6 / ((1 + a**2) * max(math.prod(shape[1:]), 1)))
    weight: Array = np.random.default_rng(rng).random(shape, np.float32)
    weight *= 2 * bound
    weight -= bound
    return weight


def bilinear_kernel(in_channels: int, out_channels: int, kernel_size: int) -> Array:
    r"""Return the weight with which a transposed convolution starts as bilinear upsampling.

    .. math:: W_{c,c,i,j} = \left(1 - \frac{|i - m|}{f}\right) \left(1 - \frac{|j - m|}{f}\right) \qquad
              m = \frac{k - 1}{2} \qquad f = \left\lfloor \frac{k + 1}{2} \right\rfloor

    All other filters are zero: channels do not mix.

    Parameters
    ----------
    in_channels, out_channels : int
        C and O: equal, or 1 output channel a group for ``groups=in_channels``.
    kernel_size : int
        k, twice the stride s; with padding s / 2, s times as many pixels come out.

    Returns
    -------
    ndarray of float32, shape (C, O, k, k)
        The weight, for `conv_transpose2d`.

    Raises
    ------
    ValueError
        When channels cannot be paired, or there is no pixel.

    Notes
    -----
    In the interior this is bilinear interpolation with half-pixel centres. At the border it is not: beyond it
    this sees zeros, where interpolation repeats the last pixel. A constant image of 1 comes out with
    .75 · .75 = .5625 in the corners.

    References
    ----------
    Long, Shelhamer, Darrell, "Fully Convolutional Networks for Semantic Segmentation", 2015, section 3.3;
    lectures S1, line 1557, S3, lines 1043-1113.

    Examples
    --------
    >>> bilinear_kernel(1, 1, 4)[0, 0, 0].tolist()
    [0.0625, 0.1875, 0.1875, 0.0625]
    """
    kernel_size = check_whole("kernel_size", kernel_size, least=1)
    in_channels = check_whole("in_channels", in_channels, least=0)
    if out_channels not in (1, in_channels):
        raise ValueError(
            f"out_channels must equal in_channels, {in_channels}, or be 1 a group, got {out_channels}"
        )
    factor = (kernel_size + 1) // 2
    middle = (kernel_size - 1) / 2
    tent = 1 - abs(np.arange(kernel_size) - middle) / factor
    weight = np.zeros((in_channels, out_channels, kernel_size, kernel_size), np.float32)
    channels = np.arange(in_channels)
    weight[channels, channels % out_channels] = np.outer(tent, tent)
    return weight
