"""Addition: what joins the paths of residual blocks and of feature pyramids."""

from collections.abc import Sequence

from scratchcv.checks import Array, as_floating, check_array
from scratchcv.layers.layer import Layer


def add(inputs: Sequence[Array]) -> Array:
    r"""Return the sum of arrays of one shape.

    .. math:: y = x_1 + x_2 + \dots

    Parameters
    ----------
    inputs : sequence of ndarray
        Of equal shapes: none is stretched. The first one's dtype decides.

    Returns
    -------
    ndarray
        Shaped like each of them.

    Raises
    ------
    ValueError
        When there is nothing to add, or a shape differs.

    References
    ----------
    He et al., "Deep Residual Learning", 2016, eq. 1; lecture S4, lines 514-535 (feature pyramids).

    Examples
    --------
    >>> import numpy as np
    >>> add([np.array([1.0, 2.0]), np.array([10.0, 20.0])]).tolist()
    [11.0, 22.0]
    """
    if len(inputs) == 0:
        raise ValueError("inputs must be at least one array, got none")
    first = as_floating(inputs[0])
    y = first.copy()
    for number, x in enumerate(inputs[1:], start=1):
        y += check_array(f"inputs[{number}]", x, first.shape)
    return y


def add_backward(dy: Array, count: int) -> tuple[Array, ...]:
    r"""Return the gradient of each input, which is dy itself.

    .. math:: dx_1 = dx_2 = \dots = dy

    Parameters
    ----------
    dy : ndarray
        Gradient of the sum.
    count : int
        Number of inputs.

    Returns
    -------
    tuple of ndarray
        The same array, `count` times.

    Examples
    --------
    >>> import numpy as np
    >>> [dx.tolist() for dx in add_backward(np.array([7.0]), 2)]
    [[7.0], [7.0]]
    """
    return (dy,) * count


class Add(Layer):
    """Add its inputs; see `add`.

    Examples
    --------
    >>> import numpy as np
    >>> Add()(np.array([1.0, 2.0]), np.array([10.0, 20.0])).tolist()
    [11.0, 22.0]
    """

    def forward(self, *inputs: Array) -> tuple[Array, tuple[int]]:
        """Return the sum; the cache is the number of inputs."""
        return add(inputs), (len(inputs),)

    def backward(self, dy: Array, cache: tuple[int]) -> tuple[Array, ...]:
        """Return dy for each input."""
        (count,) = cache
        return add_backward(dy, count)
