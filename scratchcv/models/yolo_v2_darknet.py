"""YOLO v2 at the paper's scale: Darknet-19 with a passthrough of its finer map."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from scratchcv.backbones import DARKNET19, DarknetBody, conv_norm_leaky
from scratchcv.backbones.darknet import Stage
from scratchcv.checks import Array
from scratchcv.data import GeneralizedRCNNTransform
from scratchcv.layers import Layer, Sequential, SpaceToDepth, concat, concat_backward
from scratchcv.models.yolo_v2 import YOLOv2
from scratchcv.models.yolo_v2_head import YOLOHead

VOC_ANCHORS = (
    (1.3221, 1.73145),
    (3.19275, 4.00944),
    (5.05587, 8.09892),
    (9.47112, 4.84053),
    (11.2364, 10.0071),
)
"""Widths and heights of darknet's ``yolov2-voc.cfg``, in cells."""

STRIDE = 32
"""Side of a cell, in pixels of the network's input."""


class PassthroughDarknet(Layer):
    """Darknet-19's coarse map, refined, beside its finer one, stacked: from images to one map of stride 32.

    Parameters
    ----------
    stages : sequence of stages
        Of the `DarknetBody`; the last two hand out the maps.
    width : int
        Channels of the three 3×3 convolutions that are added.
    passthrough : int
        Channels of the finer map before it is stacked, by four, upon the coarse one.
    rng : numpy.random.Generator, optional
        Draws the initial weights.

    Attributes
    ----------
    out_channels : tuple of int
        Channels of the only map.

    Notes
    -----
    The layers stand in the order of ``yolov2-voc.cfg``. It squeezes the finer map's 512 channels to 64
    before it stacks them to 256, where the paper stacks all 512 to 2048; and it stacks them in darknet's own
    order, see `scratchcv.layers.space_to_depth`.

    References
    ----------
    Redmon and Farhadi, "YOLO9000: Better, Faster, Stronger", 2017, section 2, "Fine-Grained Features", and
    section 3, "Training for detection".

    Examples
    --------
    >>> small = PassthroughDarknet(DARKNET19[:3], width=8, passthrough=4)
    >>> [feature.shape for feature in small(np.zeros((1, 3, 32, 32), np.float32))]
    [(1, 8, 8, 8)]
    """

    def __init__(
        self,
        stages: Sequence[Stage] = DARKNET19,
        width: int = 1024,
        passthrough: int = 64,
        *,
        rng: np.random.Generator | None = None,
    ) -> None:
        self.body = DarknetBody(stages, first_output=len(stages) - 2, rng=rng)
        fine, coarse = self.body.out_channels
        self.deep = Sequential(
            conv_norm_leaky(coarse, width, rng=rng), conv_norm_leaky(width, width, rng=rng)
        )
        self.passthrough = Sequential(
            conv_norm_leaky(fine, passthrough, 1, rng=rng), SpaceToDepth(2, order="darknet")
        )
        self.merge = conv_norm_leaky(4 * passthrough + width, width, rng=rng)
        self.out_channels = (width,)

    def forward(self, x: Array) -> tuple[list[Array], Any]:
        """Return a list of one feature map, and every part's cache; the images' sides are multiples of 32."""
        (fine, coarse), body_cache = self.body.forward(x)
        deep, deep_cache = self.deep.forward(coarse)
        stacked, passthrough_cache = self.passthrough.forward(fine)
        feature, merge_cache = self.merge.forward(concat([stacked, deep], dim=1))
        widths = (stacked.shape[1], deep.shape[1])
        return [feature], (body_cache, deep_cache, passthrough_cache, merge_cache, widths)

    def backward(self, dy: list[Array], cache: Any) -> Array:
        """Return dx of the images; what was laid side by side is taken apart."""
        body_cache, deep_cache, passthrough_cache, merge_cache, widths = cache
        (dfeature,) = dy
        dstacked, ddeep = concat_backward(self.merge.backward(dfeature, merge_cache), widths, dim=1)
        dfine = self.passthrough.backward(dstacked, passthrough_cache)
        dcoarse = self.deep.backward(ddeep, deep_cache)
        return self.body.backward([dfine, dcoarse], body_cache)

    def __call__(self, x: Array, /) -> list[Array]:
        """Return a list of one feature map, keeping nothing."""
        fine, coarse = self.body(x)
        feature: Array = self.merge(concat([self.passthrough(fine), self.deep(coarse)], dim=1))
        return [feature]


def yolo_v2_darknet19(
    num_classes: int = 21,
    size: int = 416,
    anchors: Sequence[Sequence[float]] = VOC_ANCHORS,
    seed: int = 0,
) -> YOLOv2:
    """Return YOLO v2 on Darknet-19: the paper's network, which darknet's ``yolov2-voc.weights`` fill.

    Parameters
    ----------
    num_classes : int
        Background included: 21 for VOC, whose 20 classes are 1 to 20 here and 0 to 19 in darknet.
    size : int
        Side of the resized images in pixels, a multiple of 32.
    anchors : sequence of (float, float)
        Widths and heights, in cells.
    seed : int
        Of the initial weights.

    Raises
    ------
    ValueError
        For another size, or no class besides the background.

    Notes
    -----
    Fill it by ``load_darknet_weights(model, path)``: its 23 convolutions stand in the configuration's order,
    and its head has the channels of darknet's region layer, anchor after anchor
    :math:`(t_x, t_y, t_w, t_h, t_o)` and the classes. Images come in as darknet's do, RGB from 0 to 1
    without a mean subtracted; they are stretched to a square, which darknet's later versions pad instead.

    References
    ----------
    Redmon and Farhadi, "YOLO9000: Better, Faster, Stronger", 2017; darknet, cfg/yolov2-voc.cfg.

    Examples
    --------
    >>> model = yolo_v2_darknet19(num_classes=3, size=64)
    >>> [prediction.shape for prediction in model.head(model.backbone(np.zeros((1, 3, 64, 64), np.float32)))]
    [(1, 2, 2, 5, 7)]
    """
    if size < STRIDE or size % STRIDE:
        raise ValueError(f"size must be a multiple of {STRIDE}, got {size}")
    if num_classes < 2:
        raise ValueError(f"num_classes must be 2 or more, background included, got {num_classes}")
    rng = np.random.default_rng(seed)
    backbone = PassthroughDarknet(rng=rng)
    config = {
        "model": "yolo_v2_darknet19",
        "num_classes": num_classes,
        "size": size,
        "anchors": [[float(side) for side in anchor] for anchor in anchors],
        "seed": seed,
    }
    return YOLOv2(
        backbone,
        YOLOHead(backbone.out_channels, [len(anchors)], num_classes - 1, rng=rng),
        GeneralizedRCNNTransform(
            fixed_size=(size, size), image_mean=(0.0, 0.0, 0.0), image_std=(1.0, 1.0, 1.0)
        ),
        anchors=[STRIDE * np.array(anchors, float)],
        num_classes=num_classes,
        config=config,
        seed=seed,
    )
