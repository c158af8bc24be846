"""A backbone and its feature pyramid as one."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from scratchcv.backbones.fpn import FeaturePyramidNetwork, LastLevelMaxPool
from scratchcv.backbones.resnet import ResNet, resnet18, resnet50
from scratchcv.backbones.resnet_blocks import NormLayer
from scratchcv.backbones.resnet_body import ResNetBody
from scratchcv.backbones.tiny import tiny_backbone
from scratchcv.checks import Array
from scratchcv.layers import BatchNorm2d, FrozenBatchNorm2d, Layer

RESNETS: dict[str, Callable[..., ResNet]] = {"resnet18": resnet18, "resnet50": resnet50}
"""What `resnet_fpn_backbone` can build on."""


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

    def backward(self, dy: list[Array], cache: tuple[Any, Any]) -> Array | None:
        """Return the images' gradient from those of all levels; None if the body has frozen layers."""
        body_cache, fpn_cache = cache
        dfeatures = self.fpn.backward(dy, fpn_cache)
        dx: Array | None = self.body.backward(dfeatures, body_cache)
        return dx

    def __call__(self, x: Array, /) -> list[Array]:
        """Return the pyramid, keeping nothing."""
        pyramid: list[Array] = self.fpn(self.body(x))
        return pyramid


def resnet_fpn_backbone(
    backbone_name: str,
    norm_layer: NormLayer = FrozenBatchNorm2d,
    trainable_layers: int = 3,
    returned_layers: Sequence[int] = (1, 2, 3, 4),
    extra_blocks: Layer | None = None,
    *,
    fpn_norm_layer: NormLayer | None = None,
    rng: np.random.Generator | None = None,
) -> BackboneWithFPN:
    """Return a ResNet's stages and a pyramid of 256 channels.

    Parameters
    ----------
    backbone_name : {"resnet18", "resnet50"}
        The ResNet.
    norm_layer : callable
        Its normalisation.
    trainable_layers, returned_layers
        As in `ResNetBody`.
    extra_blocks : Layer, optional
        Makes further maps; `LastLevelMaxPool` when left out.
    fpn_norm_layer : callable, optional
        The pyramid's normalisation: none, or `BatchNorm2d` in torchvision's second version of Faster R-CNN.
    rng : numpy.random.Generator, optional
        Draws the initial weights.

    Raises
    ------
    ValueError
        For another network, or layers that it does not have.

    References
    ----------
    torchvision.models.detection.backbone_utils.resnet_fpn_backbone, with its names and defaults.

    Examples
    --------
    >>> backbone = resnet_fpn_backbone("resnet18")
    >>> [level.shape for level in backbone(np.zeros((1, 3, 64, 64), np.float32))][::2]
    [(1, 256, 16, 16), (1, 256, 4, 4), (1, 256, 1, 1)]
    """
    if backbone_name not in RESNETS:
        raise ValueError(f"backbone_name must be one of {', '.join(RESNETS)}, got {backbone_name!r}")
    resnet = RESNETS[backbone_name](norm_layer=norm_layer, rng=rng)
    body = ResNetBody(resnet, returned_layers, trainable_layers)
    extra_blocks = LastLevelMaxPool() if extra_blocks is None else extra_blocks
    return BackboneWithFPN(
        body, FeaturePyramidNetwork(body.out_channels, 256, extra_blocks, fpn_norm_layer, rng=rng)
    )


def tiny_fpn_backbone(out_channels: int = 64, *, rng: np.random.Generator | None = None) -> BackboneWithFPN:
    """Return the backbone of the tiny models up to stride 32, and a pyramid on its strides 8, 16 and 32.

    Parameters
    ----------
    out_channels : int
        Of every map.
    rng : numpy.random.Generator, optional
        Draws the initial weights.

    Examples
    --------
    >>> [level.shape for level in tiny_fpn_backbone()(np.zeros((1, 3, 64, 64), np.float32))]
    [(1, 64, 8, 8), (1, 64, 4, 4), (1, 64, 2, 2)]
    """
    body = tiny_backbone(stages=6, rng=rng)
    fpn = FeaturePyramidNetwork(body.out_channels, out_channels, norm_layer=BatchNorm2d, rng=rng)
    return BackboneWithFPN(body, fpn)
