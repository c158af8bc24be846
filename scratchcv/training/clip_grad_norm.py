"""Gradient clipping by the global norm."""

import math
from collections.abc import Iterable

import numpy as np

from scratchcv.layers.layer import Parameter


def clip_grad_norm(parameters: Iterable[Parameter], max_norm: float) -> float:
    r"""Scale all gradients together so that their joint norm is at most `max_norm`.

    .. math:: g \leftarrow g \cdot \min\left(1, \frac{\text{max\_norm}}{\lVert g \rVert + 10^{-6}}\right)

    Parameters
    ----------
    parameters : iterable of Parameter
        Their `grad` is changed in place.
    max_norm : float
        The largest norm allowed; ``math.inf`` only measures.

    Returns
    -------
    float
        The norm ‖g‖ before clipping, over all gradients as one vector.

    Raises
    ------
    ValueError
        When `max_norm` is negative or NaN.

    Notes
    -----
    PyTorch's ``clip_grad_norm_``. Squares are summed in float64: no float32 gradient overflows. A gradient
    that is not finite leaves all gradients as they are, for the caller to see.

    References
    ----------
    Pascanu, Mikolov, Bengio, "On the difficulty of training recurrent neural networks", 2013, algorithm 1.

    Examples
    --------
    >>> w = Parameter([0.0, 0.0])
    >>> w.grad[:] = [3.0, 4.0]
    >>> clip_grad_norm([w], max_norm=1.0)
    5.0
    >>> [round(g, 3) for g in w.grad.tolist()]
    [0.6, 0.8]
    """
    if not max_norm >= 0:
        raise ValueError(f"max_norm must be at least 0, got {max_norm}")
    gradients = [parameter.grad for parameter in dict.fromkeys(parameters)]
    norm = math.sqrt(sum(float(np.square(gradient, dtype=np.float64).sum()) for gradient in gradients))
    scale = float(max_norm) / (norm + 1e-6)
    if scale < 1 and math.isfinite(norm):
        for gradient in gradients:
            gradient *= scale
    return norm
