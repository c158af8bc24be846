"""A layer some of whose inputs stay what they are: regions, indices, sizes."""

from collections.abc import Collection
from typing import Any

import numpy as np

from scratchcv.layers.layer import Layer
from scratchcv.testing.structure import as_dtype, leaves


class ConstantInputs(Layer):
    """Another layer as a function of its other inputs alone; backward returns their gradients alone.

    Parameters
    ----------
    layer : Layer
        The layer in question.
    inputs : tuple
        All that its forward takes.
    constants : collection of int
        Positions in `inputs` of what stays.

    Examples
    --------
    >>> from scratchcv.layers import RoIAlign
    >>> x, rois = np.ones((1, 2, 4, 4)), np.array([[0, 0, 0, 4, 4.0]])
    >>> y, cache = ConstantInputs(RoIAlign(2, 1.0, 2), (x, rois), {1}).forward(x)
    >>> y.shape
    (1, 2, 2, 2)
    """

    def __init__(self, layer: Layer, inputs: tuple[Any, ...], constants: Collection[int]) -> None:
        self.layer = layer
        self.inputs = inputs
        self.constants = tuple(sorted(constants))

    def forward(self, *inputs: Any) -> tuple[Any, Any]:
        """Return the layer's output and cache for these inputs and the constants, in the inputs' dtype."""
        moving = iter(inputs)
        constants = as_dtype(self.inputs, leaves(inputs)[0].dtype)
        given = [constants[i] if i in self.constants else next(moving) for i in range(len(self.inputs))]
        return self.layer.forward(*given)

    def backward(self, dy: Any, cache: Any) -> Any:
        """Return the gradients of the other inputs; those of the constants must be None or zero."""
        gradients = self.layer.backward(dy, cache)
        if not isinstance(gradients, tuple) or len(gradients) != len(self.inputs):
            raise AssertionError(
                f"{type(self.layer).__name__}.backward must return one gradient for each of its "
                f"{len(self.inputs)} inputs, None for those that have none"
            )
        for i in self.constants:
            if gradients[i] is not None and np.any(gradients[i]):
                name = type(self.layer).__name__
                raise AssertionError(
                    f"{name}.backward returns a gradient for input {i}, which is no variable"
                )
        moving = tuple(gradient for i, gradient in enumerate(gradients) if i not in self.constants)
        return moving[0] if len(moving) == 1 else moving
