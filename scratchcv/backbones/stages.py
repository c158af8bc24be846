"""A chain of stages whose last few hand out their features."""

from collections.abc import Sequence
from typing import Any

from scratchcv.checks import Array
from scratchcv.layers import Layer, Sequential


class StagedBackbone(Layer):
    """Stages one after another; the features of the last few are handed out, fine to coarse.

    Parameters
    ----------
    stages : sequence of Sequential
        Each takes what the one before gives.
    widths : sequence of int
        Channels that each stage gives.
    first_output : int
        The first stage whose features are handed out.

    Attributes
    ----------
    out_channels : tuple of int
        Channels of the features that are handed out.

    Raises
    ------
    ValueError
        When there is not a width for each stage, or no stage `first_output`.

    Examples
    --------
    >>> import numpy as np
    >>> from scratchcv.layers import MaxPool2d
    >>> backbone = StagedBackbone([Sequential(MaxPool2d(2)) for _ in range(3)], (3, 3, 3), first_output=1)
    >>> [feature.shape for feature in backbone(np.zeros((1, 3, 32, 32), np.float32))]
    [(1, 3, 8, 8), (1, 3, 4, 4)]
    """

    def __init__(self, stages: Sequence[Sequential], widths: Sequence[int], first_output: int) -> None:
        if len(stages) != len(widths) or not 0 <= first_output < len(stages):
            raise ValueError(
                f"wanted a width for each stage and first_output below their number, got {len(stages)} "
                f"stages, {len(widths)} widths, first_output {first_output}"
            )
        self.stages = list(stages)
        self.first_output = first_output
        self.out_channels = tuple(widths[first_output:])

    def forward(self, x: Array) -> tuple[list[Array], list[Any]]:
        """Return the features of the last stages, fine to coarse, and every stage's cache."""
        features, caches = [], []
        for stage in self.stages:
            x, cache = stage.forward(x)
            features.append(x)
            caches.append(cache)
        return features[self.first_output :], caches

    def backward(self, dy: list[Array], cache: list[Any]) -> Array:
        """Return dx; a feature was read twice, by the next stage and from outside: its gradients add."""
        outside = list(dy)
        dx = outside.pop()
        for stage, stage_cache in zip(reversed(self.stages[1:]), reversed(cache[1:]), strict=True):
            dx = stage.backward(dx, stage_cache)
            if outside:
                dx = dx + outside.pop()
        return self.stages[0].backward(dx, cache[0])

    def __call__(self, x: Array, /) -> list[Array]:
        """Return the features of the last stages, keeping no cache."""
        features = []
        for stage in self.stages:
            x = stage(x)
            features.append(x)
        return features[self.first_output :]
