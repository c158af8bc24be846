"""YOLO v2 at the paper's scale: Darknet-19 with a passthrough of its finer map."""

from typing import Any

import numpy as np

from scratchcv.backbones import DARKNET19, DarknetBody, conv_norm_leaky
from scratchcv.checks import Array
from scratchcv.layers import Layer, Sequential, SpaceToDepth, concat, concat_backward

VOC_ANCHORS = (
    (1.3221, 1.73145),
    (3.19275, 4.00944),
    (5.05587, 8.09892),
    (9.47112, 4.84053),
    (11.2364, 10.0071),
)
"""Widths and heights of darknet's ``yolov2-voc.cfg``, in cells of 32 pixels."""


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
        stages: Any = DARKNET19,
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
