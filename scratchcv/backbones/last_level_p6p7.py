"""Two more, coarser maps on top of a pyramid, by convolutions that learn: RetinaNet's."""

from typing import Any

import numpy as np

from scratchcv.checks import Array
from scratchcv.layers import Conv2d, Layer, kaiming_uniform, relu, relu_backward


class LastLevelP6P7(Layer):
    r"""Two convolutions of stride 2 on top of a pyramid, of its own last map or of the backbone's.

    .. math:: P_6 = \mathrm{p6}(P_5 \text{ or } C_5) \qquad P_7 = \mathrm{p7}(\max(P_6, 0))

    Parameters
    ----------
    in_channels, out_channels : int
        Of the map that is read, and of all maps that come out. If they are equal, the pyramid's last map P5
        is read, else the backbone's last features C5.
    rng : numpy.random.Generator, optional
        Draws the initial weights.

    Attributes
    ----------
    reads_features : bool
        Whether C5 is read. `FeaturePyramidNetwork` then hands it over behind the pyramid's own maps.

    Notes
    -----
    Names and the rule about P5 and C5 are torchvision's. The paper reads C5; that P5 does as well and costs
    less was found later.

    References
    ----------
    T.-Y. Lin et al., "Focal Loss for Dense Object Detection", 2017, section 4, footnote 2;
    torchvision.ops.feature_pyramid_network.LastLevelP6P7.

    Examples
    --------
    >>> P4, P5 = np.zeros((1, 8, 10, 10), np.float32), np.zeros((1, 8, 5, 5), np.float32)
    >>> pyramid = LastLevelP6P7(8, 8)([P4, P5])
    >>> [level.shape[2:] for level in pyramid]
    [(10, 10), (5, 5), (3, 3), (2, 2)]
    """

    def __init__(
        self, in_channels: int, out_channels: int, *, rng: np.random.Generator | None = None
    ) -> None:
        self.p6 = Conv2d(in_channels, out_channels, 3, stride=2, padding=1, rng=rng)
        self.p7 = Conv2d(out_channels, out_channels, 3, stride=2, padding=1, rng=rng)
        for conv in (self.p6, self.p7):
            conv.weight.value[...] = kaiming_uniform(conv.weight.value.shape, rng, a=1)
            if conv.bias is not None:
                conv.bias.value[...] = 0
        self.reads_features = in_channels != out_channels

    def forward(self, x: list[Array]) -> tuple[list[Array], Any]:
        """Return the pyramid with two more maps; if C5 is read, it is the last of x, and goes."""
        p6, p6_cache = self.p6.forward(x[-1])
        p7, p7_cache = self.p7.forward(relu(p6))
        pyramid = x[:-1] if self.reads_features else x
        return [*pyramid, p6, p7], (p6, p6_cache, p7_cache)

    def backward(self, dy: list[Array], cache: Any) -> list[Array]:
        """Return the gradients of all maps that came in."""
        p6, p6_cache, p7_cache = cache
        *dpyramid, dp6, dp7 = dy
        dp6 = dp6 + relu_backward(self.p7.backward(dp7, p7_cache), p6)
        dread = self.p6.backward(dp6, p6_cache)
        if self.reads_features:
            return [*dpyramid, dread]
        return [*dpyramid[:-1], dpyramid[-1] + dread]
