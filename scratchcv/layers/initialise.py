"""Random initial weights."""

import math

import numpy as np

from scratchcv.checks import Array


def kaiming_normal(shape: tuple[int, ...], rng: np.random.Generator | None = None) -> Array:
    r"""Return weights that keep the size of activations through layers of ReLU.

    .. math:: W \sim \mathcal N(0,\; 2 / n_{in}) \qquad n_{in} = \prod shape[1:]

    Parameters
    ----------
    shape : tuple of int
        Shape of the weight, output channels first.
    rng : numpy.random.Generator, optional
        Source of the numbers; a fresh one when left out.

    Returns
    -------
    ndarray of float32
        The weights.

    References
    ----------
    He, Zhang, Ren, Sun, "Delving Deep into Rectifiers", 2015, eq. 10.

    Examples
    --------
    >>> weight = kaiming_normal((64, 32, 3, 3), np.random.default_rng(0))
    >>> round(float(weight.std()) / math.sqrt(2 / (32 * 9)), 2)
    1.0
    """
    rng = np.random.default_rng() if rng is None else rng
    fan_in = math.prod(shape[1:])
    deviation = math.sqrt(2 / max(fan_in, 1))
    return (rng.standard_normal(shape) * deviation).astype(np.float32)
