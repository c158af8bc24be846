"""The residual block: a body learns what to add to its input."""

from typing import Any

from scratchcv.checks import Array
from scratchcv.layers.add import add
from scratchcv.layers.layer import Layer


class Residual(Layer):
    r"""Add a body's output to its input, or to a shortcut's output.

    .. math:: y = F(x) + S(x) \qquad dx = dx_F + dx_S

    The fork forward is a sum backward: whatever the body does, dy also reaches x along the shortcut.

    Parameters
    ----------
    body : Layer
        F; its parameters are named ``body.…``.
    shortcut : Layer, optional
        S, where F changes the shape: usually a 1×1 convolution with the body's stride, and a batch norm. Its
        parameters are named ``shortcut.…``. The identity when left out.

    Raises
    ------
    ValueError
        In `forward`, when the two paths give different shapes.

    Notes
    -----
    The ReLU behind the addition in ResNet is a layer of its own, after this one.

    References
    ----------
    He, Zhang, Ren, Sun, "Deep Residual Learning for Image Recognition", 2016, equations 1 and 2.

    Examples
    --------
    >>> import numpy as np
    >>> from scratchcv.layers import ReLU
    >>> y, cache = Residual(ReLU()).forward(np.array([-1.0, 3.0]))
    >>> y.tolist(), Residual(ReLU()).backward(np.array([1.0, 1.0]), cache).tolist()
    ([-1.0, 6.0], [1.0, 2.0])
    """

    def __init__(self, body: Layer, shortcut: Layer | None = None) -> None:
        self.body = body
        self.shortcut = shortcut

    def forward(self, x: Array) -> tuple[Array, tuple[Any, Any]]:
        """Return the sum of both paths; the cache holds theirs."""
        y, body_cache = self.body.forward(x)
        skipped, shortcut_cache = (x, None) if self.shortcut is None else self.shortcut.forward(x)
        return _join(y, skipped), (body_cache, shortcut_cache)

    def backward(self, dy: Array, cache: tuple[Any, Any]) -> Array:
        """Return the sum of what comes back along both paths."""
        body_cache, shortcut_cache = cache
        skipped = dy if self.shortcut is None else self.shortcut.backward(dy, shortcut_cache)
        dx: Array = self.body.backward(dy, body_cache) + skipped
        return dx

    def __call__(self, x: Array, /) -> Array:
        """Return the sum of both paths, keeping nothing."""
        return _join(self.body(x), x if self.shortcut is None else self.shortcut(x))


def _join(y: Array, skipped: Array) -> Array:
    if y.shape != skipped.shape:
        raise ValueError(f"body and shortcut must give equal shapes, got {y.shape} and {skipped.shape}")
    return add([y, skipped])
