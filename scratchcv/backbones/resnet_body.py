"""What a detector keeps of a ResNet: the feature maps of its stages."""

from collections.abc import Sequence
from typing import Any

from scratchcv.backbones.resnet import ResNet
from scratchcv.checks import Array
from scratchcv.layers import Layer, Sequential

STAGES = ("layer1", "layer2", "layer3", "layer4")
"""A ResNet's stages, of strides 4, 8, 16 and 32."""


class ResNetBody(Layer):
    """The stages of a ResNet, up to the last whose features are wanted.

    Parameters
    ----------
    resnet : ResNet
        Its layers are used, not copied: load its weights before or after. Names stay as they are.
    returned_layers : sequence of int
        Which of the stages 1 to 4 are handed out.
    trainable_layers : int
        How many of stem, layer1, …, layer4 learn, counted from the last. Those before keep no cache, and
        `backward` ends before them: their gradients stay as they are. Name `frozen_layers` to the optimizer
        too, or weight decay moves them.

    Attributes
    ----------
    out_channels : tuple of int
        Channels of the features that are handed out, fine to coarse.
    frozen_layers : tuple of str
        The layers that do not learn.

    References
    ----------
    torchvision.models.detection.backbone_utils.

    Examples
    --------
    >>> import numpy as np
    >>> from scratchcv.backbones import BasicBlock
    >>> body = ResNetBody(ResNet(BasicBlock, (1, 1, 1, 1), channels=8), trainable_layers=3)
    >>> [feature.shape for feature in body(np.zeros((1, 3, 64, 64), np.float32))]
    [(1, 8, 16, 16), (1, 16, 8, 8), (1, 32, 4, 4), (1, 64, 2, 2)]
    >>> body.frozen_layers
    ('conv1', 'bn1', 'layer1')
    """

    def __init__(
        self, resnet: ResNet, returned_layers: Sequence[int] = (1, 2, 3, 4), trainable_layers: int = 5
    ) -> None:
        returned = sorted(set(returned_layers))
        if not returned or not set(returned) <= {1, 2, 3, 4}:
            raise ValueError(f"returned_layers must be some of 1 to 4, got {returned_layers}")
        if trainable_layers not in range(6):
            raise ValueError(f"trainable_layers must lie in 0…5, got {trainable_layers}")
        self.conv1, self.bn1, self.relu, self.maxpool = resnet.conv1, resnet.bn1, resnet.relu, resnet.maxpool
        names = STAGES[: returned[-1]]
        for name in names:
            setattr(self, name, getattr(resnet, name))
        self.returned_layers = tuple(returned)
        self.out_channels = tuple(resnet.stage_channels[layer - 1] for layer in returned)
        frozen = [("conv1", "bn1"), *((name,) for name in names)][: 5 - trainable_layers]
        self.frozen_layers = tuple(name for part in frozen for name in part)
        self._frozen = len(frozen)

    def _parts(self) -> list[Layer]:
        """Return the stem and the stages."""
        stem = Sequential(self.conv1, self.bn1, self.relu, self.maxpool)
        return [stem, *(getattr(self, name) for name in STAGES if hasattr(self, name))]

    def forward(self, x: Array) -> tuple[list[Array], list[Any]]:
        """Return the features of the wanted stages, fine to coarse; the cache holds those of what learns."""
        features, caches = [], []
        for number, part in enumerate(self._parts()):
            if number < self._frozen:
                x = part(x)
            else:
                x, cache = part.forward(x)
                caches.append(cache)
            if number in self.returned_layers:
                features.append(x)
        return features, caches

    def backward(self, dy: list[Array], cache: list[Any]) -> Array | None:
        """Return dx of the images, or None if anything is frozen; features that are read twice add theirs."""
        outside = dict(zip(self.returned_layers, dy, strict=True))
        parts = self._parts()
        dx: Array | None = None
        for number in reversed(range(self._frozen, len(parts))):
            if number in outside:
                dx = outside[number] if dx is None else dx + outside[number]
            dx = parts[number].backward(dx, cache[number - self._frozen])
        return None if self._frozen else dx

    def __call__(self, x: Array, /) -> list[Array]:
        """Return the features of the wanted stages, keeping nothing."""
        features = []
        for number, part in enumerate(self._parts()):
            x = part(x)
            if number in self.returned_layers:
                features.append(x)
        return features
