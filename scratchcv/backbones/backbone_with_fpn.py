"""A backbone and its feature pyramid as one."""

from typing import Any

from scratchcv.backbones.fpn import FeaturePyramidNetwork
from scratchcv.checks import Array
from scratchcv.layers import Layer


class BackboneWithFPN(Layer):
    """Run a feature pyramid network on a backbone's feature maps.

    Parameters
    ----------
    body : Layer
        From images to a list of feature maps, fine to coarse; its parameters are named ``body.…``.
    fpn : FeaturePyramidNetwork
        Takes these maps; its parameters are named ``fpn.…``.

    Attributes
    ----------
    out_channels : int
        Channels of every map.

    References
    ----------
    torchvision.models.detection.backbone_utils.BackboneWithFPN; Lin et al., "Feature Pyramid Networks for
    Object Detection", 2017.

    Examples
    --------
    >>> import numpy as np
    >>> from scratchcv.backbones import FeaturePyramidNetwork, LastLevelMaxPool, TinyBackbone
    >>> body = TinyBackbone(widths=(8, 16, 32), depths=(1, 1, 1), first_output=1)
    >>> backbone = BackboneWithFPN(body, FeaturePyramidNetwork(body.out_channels, 12, LastLevelMaxPool()))
    >>> [level.shape for level in backbone(np.zeros((1, 3, 32, 32), np.float32))]
    [(1, 12, 16, 16), (1, 12, 8, 8), (1, 12, 4, 4)]
    """

    def __init__(self, body: Layer, fpn: FeaturePyramidNetwork) -> None:
        self.body = body
        self.fpn = fpn
        self.out_channels = fpn.out_channels

    def forward(self, x: Array) -> tuple[list[Array], tuple[Any, Any]]:
        """Return the pyramid of images x (N, 3, H, W), fine to coarse, and both caches."""
        features, body_cache = self.body.forward(x)
        pyramid, fpn_cache = self.fpn.forward(features)
        return pyramid, (body_cache, fpn_cache)

    def backward(self, dy: list[Array], cache: tuple[Any, Any]) -> Array:
        """Return the images' gradient from those of all levels."""
        body_cache, fpn_cache = cache
        dfeatures = self.fpn.backward(dy, fpn_cache)
        dx: Array = self.body.backward(dfeatures, body_cache)
        return dx

    def __call__(self, x: Array, /) -> list[Array]:
        """Return the pyramid, keeping nothing."""
        pyramid: list[Array] = self.fpn(self.body(x))
        return pyramid
