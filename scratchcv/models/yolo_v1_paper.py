"""YOLO v1 as the paper has it: 24 convolutions and two linear layers on 448 pixels."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from scratchcv.backbones.initialise import initialise_fan_out
from scratchcv.checks import Array
from scratchcv.data import GeneralizedRCNNTransform
from scratchcv.layers import Conv2d, Dropout, Flatten, Layer, LeakyReLU, Linear, MaxPool2d, Sequential
from scratchcv.models.detector import check_class_names
from scratchcv.models.yolo_v1 import YOLOv1

POOL = 0
"""Where figure 3 has a 2x2 max pool."""

CONVOLUTIONS: tuple[tuple[int, int, int], ...] = (
    *((7, 64, 2), (POOL, 0, 2)),
    *((3, 192, 1), (POOL, 0, 2)),
    *((1, 128, 1), (3, 256, 1), (1, 256, 1), (3, 512, 1), (POOL, 0, 2)),
    *((1, 256, 1), (3, 512, 1)) * 4,
    *((1, 512, 1), (3, 1024, 1), (POOL, 0, 2)),
    *((1, 512, 1), (3, 1024, 1)) * 2,
    *((3, 1024, 1), (3, 1024, 2)),
    *((3, 1024, 1), (3, 1024, 1)),
)
"""Kernel size, filters and stride of each of figure 3's layers."""

STRIDE = 64
"""Pixels a side of a cell: 448 pixels make 7 x 7."""

HIDDEN, DROPOUT, SLOPE = 4096, 0.5, 0.1


class YOLOv1Network(Layer):
    """Figure 3's layers, from images to the numbers of the cells.

    Parameters
    ----------
    columns : int
        5 B + C.
    grid_size : int
        S.
    width : float
        What the numbers of filters, and of hidden units, are multiplied with.
    rng : numpy.random.Generator, optional
        Draws the initial weights and the dropout's masks.

    References
    ----------
    J. Redmon et al., "You Only Look Once: Unified, Real-Time Object Detection", 2016, figure 3 and
    section 2.2.

    Examples
    --------
    >>> network = YOLOv1Network(30, 7, width=1 / 64).eval()
    >>> network(np.zeros((1, 3, 448, 448), np.float32)).shape
    (1, 30, 7, 7)
    """

    def __init__(
        self, columns: int, grid_size: int, width: float = 1.0, *, rng: np.random.Generator | None = None
    ) -> None:
        rng = np.random.default_rng(rng)
        layers: list[Layer] = []
        channels = 3
        for kernel_size, filters, stride in CONVOLUTIONS:
            if kernel_size == POOL:
                layers.append(MaxPool2d(stride))
                continue
            filters = max(1, round(filters * width))
            conv = Conv2d(channels, filters, kernel_size, stride=stride, padding=kernel_size // 2, rng=rng)
            initialise_fan_out(conv, rng)
            layers += [conv, LeakyReLU(SLOPE)]
            channels = filters
        hidden = max(1, round(HIDDEN * width))
        self.features = Sequential(*layers)
        self.classifier = Sequential(
            Flatten(),
            Linear(channels * grid_size**2, hidden, rng=rng),
            LeakyReLU(SLOPE),
            Dropout(DROPOUT, rng=rng),
            Linear(hidden, columns * grid_size**2, rng=rng),
        )
        self.out_shape = columns, grid_size, grid_size

    def forward(self, x: Array) -> tuple[Array, Any]:
        """Return the numbers of the cells (N, 5 B + C, S, S) of images, and both parts' caches."""
        features, features_cache = self.features.forward(x)
        y, classifier_cache = self.classifier.forward(features)
        return y.reshape(len(x), *self.out_shape), (features_cache, classifier_cache)

    def backward(self, dy: Array, cache: Any) -> Array:
        """Return dx of the images."""
        features_cache, classifier_cache = cache
        dfeatures = self.classifier.backward(dy.reshape(len(dy), -1), classifier_cache)
        return self.features.backward(dfeatures, features_cache)

    def __call__(self, x: Array, /) -> Array:
        """Return the numbers of the cells, keeping nothing."""
        y = self.classifier(self.features(x))
        return y.reshape(len(x), *self.out_shape)


def yolo_v1_448(
    class_names: Sequence[str], size: int = 448, seed: int = 0, width: float = 1.0, boxes_per_cell: int = 2
) -> YOLOv1:
    """Return YOLO v1 at the paper's scale.

    With VOC's 20 classes it puts out 7 x 7 x 30 numbers. Its 272 million parameters take 2.2 gigabytes with
    their gradients, three quarters of them in the first linear layer.

    Parameters
    ----------
    class_names : sequence of str
        Background first.
    size : int
        Side of the resized images in pixels, a multiple of 64.
    seed : int
        Of the initial weights.
    width : float
        What the numbers of filters are multiplied with; 1 is the paper's.
    boxes_per_cell : int
        B.

    Raises
    ------
    ValueError
        For another size, a width that is not positive, no boxes, and names without a background.

    Examples
    --------
    >>> model = yolo_v1_448(["background", *"abcdefghijklmnopqrst"], width=1 / 64)
    >>> model.boxes_an_image
    98
    """
    class_names = check_class_names(class_names)
    if size < STRIDE or size % STRIDE:
        raise ValueError(f"size must be a multiple of {STRIDE}, got {size}")
    if not 0 < width < np.inf:
        raise ValueError(f"width must be positive and finite, got {width}")
    if boxes_per_cell < 1:
        raise ValueError(f"boxes_per_cell must be at least 1, got {boxes_per_cell}")
    S, columns = size // STRIDE, 5 * boxes_per_cell + len(class_names) - 1
    return YOLOv1(
        YOLOv1Network(columns, S, width, rng=np.random.default_rng(seed)),
        GeneralizedRCNNTransform(fixed_size=(size, size), size_divisible=STRIDE),
        num_classes=len(class_names),
        config={
            "model": "yolo_v1_448",
            "class_names": class_names,
            "size": size,
            "seed": seed,
            "width": width,
            "boxes_per_cell": boxes_per_cell,
        },
        boxes_per_cell=boxes_per_cell,
        grid_size=S,
    )
