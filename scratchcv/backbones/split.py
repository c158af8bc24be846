"""Cut a classifier in two for Fast R-CNN: what sees the whole image once, and what sees every region."""

from typing import Any

from scratchcv.backbones.alexnet import AlexNet
from scratchcv.backbones.resnet import ResNet
from scratchcv.backbones.resnet_body import ResNetBody
from scratchcv.backbones.vgg import VGG
from scratchcv.checks import Array
from scratchcv.layers import Conv2d, Flatten, Layer, Linear, Sequential


class OneMapBackbone(Layer):
    """Layers whose output is the only feature map.

    Parameters
    ----------
    layers : Sequential
        From images to a feature map.
    out_channels : int
        Channels of that map.

    Examples
    --------
    >>> import numpy as np
    >>> from scratchcv.layers import MaxPool2d
    >>> backbone = OneMapBackbone(Sequential(MaxPool2d(16)), out_channels=3)
    >>> [feature.shape for feature in backbone(np.zeros((1, 3, 32, 32)))], backbone.out_channels
    ([(1, 3, 2, 2)], (3,))
    """

    def __init__(self, layers: Sequential, out_channels: int) -> None:
        self.layers = layers
        self.out_channels = (out_channels,)

    def forward(self, x: Array) -> tuple[list[Array], list[Any]]:
        """Return a list of one feature map, and the layers' caches."""
        feature, caches = self.layers.forward(x)
        return [feature], caches

    def backward(self, dy: list[Array], cache: list[Any]) -> Array:
        """Return dx of the images from the map's gradient."""
        (dfeature,) = dy
        return self.layers.backward(dfeature, cache)

    def __call__(self, x: Array, /) -> list[Array]:
        """Return a list of one feature map, keeping nothing."""
        return [self.layers(x)]


class RegionHead(Sequential):
    """Layers from the pooled features of regions to one vector a region.

    Parameters
    ----------
    *layers : Layer
        From (K, C, h, w) to (K, out_features).
    output_size : int
        h = w, what RoI pooling must give.
    out_features : int
        Length of the vectors, which the last layers of a detector classify and turn into boxes.

    Examples
    --------
    >>> import numpy as np
    >>> RegionHead(Flatten(), output_size=2, out_features=12)(np.zeros((5, 3, 2, 2))).shape
    (5, 12)
    """

    def __init__(self, *layers: Layer, output_size: int, out_features: int) -> None:
        super().__init__(*layers)
        self.output_size = output_size
        self.out_features = out_features


def split_alexnet(network: AlexNet) -> tuple[OneMapBackbone, RegionHead]:
    """Return AlexNet's five convolutions, of stride 16, and its two hidden linear layers.

    RoI pooling to 6×6 takes the place of the last max pooling. On a map of 13×13, an image of 224×224, and
    with the whole map as region, it is that pooling: 3×3 windows at a stride of 2.

    Parameters
    ----------
    network : AlexNet
        Its layers are used, not copied.

    Returns
    -------
    backbone : OneMapBackbone
    head : RegionHead
        The network's last layer, its classes, is left away.

    References
    ----------
    Girshick, "Fast R-CNN", 2015, section 2.2; lectures S0, lines 249-262, and S2, lines 480-495.

    Examples
    --------
    >>> import numpy as np
    >>> backbone, head = split_alexnet(AlexNet(channels=(8, 8, 8, 8, 16), hidden=32))
    >>> backbone(np.zeros((1, 3, 224, 224), np.float32))[0].shape, head.output_size, head.out_features
    ((1, 16, 13, 13), 6, 32)
    """
    return _split(network.features, network.classifier, output_size=6)


def split_vgg(network: VGG) -> tuple[OneMapBackbone, RegionHead]:
    """Return VGG's convolutions, of stride 16, and its two hidden linear layers.

    RoI pooling to 7×7 takes the place of the last max pooling. On a map of 14×14, an image of 224×224, and
    with the whole map as region, it is that pooling.

    Parameters
    ----------
    network : VGG
        Its layers are used, not copied.

    Returns
    -------
    backbone : OneMapBackbone
    head : RegionHead
        The network's last layer, its classes, is left away.

    References
    ----------
    Girshick, "Fast R-CNN", 2015, section 2.2.

    Examples
    --------
    >>> import numpy as np
    >>> backbone, head = split_vgg(VGG((1, 1, 1, 1, 1), channels=(4, 4, 4, 4, 8), hidden=16))
    >>> backbone(np.zeros((1, 3, 64, 96), np.float32))[0].shape, head.output_size, head.out_features
    ((1, 8, 4, 6), 7, 16)
    """
    return _split(network.features, network.classifier, output_size=7)


def _split(
    features: Sequential, classifier: Sequential, output_size: int
) -> tuple[OneMapBackbone, RegionHead]:
    """Return all convolutions but no pooling behind them, and all linear layers but the last."""
    *convolutions, _pooling = features.layers
    *hidden, _classes = classifier.layers
    out_channels, out_features = (
        [len(layer.weight.value) for layer in layers if isinstance(layer, (Conv2d, Linear))][-1]
        for layers in (convolutions, hidden)
    )
    head = RegionHead(Flatten(), *hidden, output_size=output_size, out_features=out_features)
    return OneMapBackbone(Sequential(*convolutions), out_channels), head


def split_resnet(network: ResNet) -> tuple[ResNetBody, RegionHead]:
    """Return all of a ResNet up to layer3, of stride 16, and its last stage, layer4, with the mean behind it.

    RoI pooling to 14×14 comes between them. On a map of 14×14, an image of 224×224, and with the whole map as
    region, it changes nothing.

    Parameters
    ----------
    network : ResNet
        Its layers are used, not copied.

    Returns
    -------
    backbone : ResNetBody
    head : RegionHead
        The network's last layer, its classes, is left away.

    References
    ----------
    He, Zhang, Ren, Sun, "Deep Residual Learning", 2016, appendix A; lectures S0, lines 249-262, and S2,
    lines 480-495.

    Examples
    --------
    >>> import numpy as np
    >>> from scratchcv.backbones import BasicBlock
    >>> backbone, head = split_resnet(ResNet(BasicBlock, (1, 1, 1, 1), channels=8))
    >>> backbone(np.zeros((1, 3, 64, 96), np.float32))[0].shape, head.output_size, head.out_features
    ((1, 32, 4, 6), 14, 64)
    """
    head = RegionHead(
        network.layer4,
        network.avgpool,
        Flatten(),
        output_size=14,
        out_features=network.stage_channels[-1],
    )
    return ResNetBody(network, returned_layers=(3,)), head
