"""What one prediction of a detector costs in floating-point operations."""

from typing import Any

from scratchcv.layers import Layer
from scratchcv.metrics.layer_costs import layer_cost
from scratchcv.metrics.observation import forwards_observed


def prediction_flops(model: Any, image: Any) -> int:
    """Return the floating-point operations of all layers while a model predicts one image.

    Parameters
    ----------
    model : Layer
        With `predict`.
    image : ndarray (3, H, W)
        The image: how much there is to do in it may depend on it, in a detector with proposals.

    Returns
    -------
    int
        A multiply-add counts as two. What is computed between layers, such as the search for proposals, the
        decoding of boxes and their suppression, is not counted.

    Examples
    --------
    >>> import numpy as np
    >>> from scratchcv.layers import Conv2d
    >>> class Looks(Layer):
    ...     def __init__(self):
    ...         self.conv = Conv2d(3, 4, 3)
    ...     def predict(self, images):
    ...         return [self.conv(image[None]) for image in images]
    >>> prediction_flops(Looks(), np.zeros((3, 6, 6), np.float32))  # 16 places, 4 filters
    3456
    """
    flops = 0

    def record(layer: Layer, inputs: tuple[Any, ...], output: Any, cache: Any) -> None:
        nonlocal flops
        cost = layer_cost(layer, inputs, output)
        flops += cost[0] if cost is not None else 0

    with forwards_observed(model, record):
        model.predict([image])
    return flops
