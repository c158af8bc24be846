"""EE 628's TinySSD: anchors, targets, losses and detections by the rules of d2l, or of MXNet."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from scratchcv.boxes import MULTIBOX_CONVENTIONS, multibox_detection, multibox_prior, multibox_target
from scratchcv.checks import Array
from scratchcv.data import GeneralizedRCNNTransform
from scratchcv.losses import cross_entropy, l1_loss, multi_task_loss
from scratchcv.models.detector import Prediction, Target, check_class_names
from scratchcv.models.ssd import SSD, Gradients
from scratchcv.models.ssd_head import SSDHead
from scratchcv.models.tiny_ssd_backbone import TinySSDBackbone

SIZES = ((0.2, 0.272), (0.37, 0.447), (0.54, 0.619), (0.71, 0.79), (0.88, 0.961))
"""Of each map's anchors, relative to the image: one, and half-way (geometrically) to the next map's."""

RATIOS = (1.0, 2.0, 0.5)
"""Width / height of each map's anchors: with two sizes, four a pixel."""


class TinySSD(SSD):
    r"""SSD as EE 628 and its book build it.

    .. math:: L = \frac{1}{N A} \sum_{n,a} -\log p_{n,a,y_{n,a}}
              + \frac{1}{4 N A} \sum_{n,a:\, y_{n,a} > 0} \lVert d_{n,a} - t_{n,a} \rVert_1

    Nothing is mined, so the A anchors of an image count alike; boxes have an L1 loss.

    Parameters
    ----------
    backbone, head, anchors, transform, config
        As of `SSD`.
    convention : {"d2l", "mxnet"}
        By whose rules anchors get targets and become detections, see `MULTIBOX_CONVENTIONS`.
    score_thresh, nms_thresh : float
        A score below the one makes no detection; of two boxes with an IoU above the other (MXNet: or equal),
        the weaker is dropped, in d2l whatever their classes are.

    Raises
    ------
    ValueError
        When the convention is neither, or the transform has no fixed size, or pads it.

    References
    ----------
    S. Aydore, EE 628, lecture 12, lines 505-845; A. Zhang et al., "Dive into deep learning", section "Single
    shot multibox detection".

    Examples
    --------
    >>> model = tiny_ssd_d2l(["background", "cat", "dog"])
    >>> model.boxes_an_image
    5444
    """

    def __init__(
        self,
        backbone: TinySSDBackbone,
        head: SSDHead,
        anchors: Array,
        transform: GeneralizedRCNNTransform,
        *,
        config: dict[str, Any],
        convention: str = "d2l",
        score_thresh: float = 0.01,
        nms_thresh: float = 0.5,
    ) -> None:
        if convention not in MULTIBOX_CONVENTIONS:
            raise ValueError(
                f"convention must be one of {', '.join(MULTIBOX_CONVENTIONS)}, got {convention!r}"
            )
        super().__init__(
            backbone,
            head,
            anchors,
            transform,
            config=config,
            score_thresh=score_thresh,
            nms_thresh=nms_thresh,
            max_candidates=len(anchors),
            max_detections=len(anchors),
        )
        self.convention = MULTIBOX_CONVENTIONS[convention]

    def encode(self, targets: Sequence[Target]) -> tuple[Array, Array]:
        """Return every anchor's label (N, A), 0 for background, and its target deltas (N, A, 4)."""
        labels = np.zeros((len(targets), len(self.anchors)), np.int64)
        deltas = np.zeros((len(targets), len(self.anchors), 4), self.anchors.dtype)
        for n, target in enumerate(targets):
            deltas[n], _, labels[n] = multibox_target(
                self.anchors, target["boxes"], target["labels"], **self.convention.target
            )
        return labels, deltas

    def _losses(
        self, logits: Array, deltas: Array, labels: Array, target_deltas: Array
    ) -> tuple[dict[str, float], Gradients]:
        """Return the means over all anchors of all images; deltas of the background are taken for right."""
        positive = labels > 0
        classification, drows = cross_entropy(logits.reshape(-1, logits.shape[-1]), labels.reshape(-1))
        box, ddeltas = 0.0, np.zeros_like(deltas)
        box, ddeltas[positive] = l1_loss(deltas[positive], target_deltas[positive], reduction="sum")
        losses, (dlogits, ddeltas) = multi_task_loss(
            {"classification": (classification, drows.reshape(logits.shape)), "box": (box, ddeltas)},
            {"box": 1 / max(deltas.size, 1)},
        )
        return losses, (dlogits, ddeltas)

    def _select(self, scores: Array, deltas: Array) -> Prediction:
        """Return what `multibox_detection` calls no background, best first: scores (A, K), deltas (A, 4)."""
        height, width = self.image_size
        sides = np.array([width, height] * 2, self.anchors.dtype)
        rows = multibox_detection(
            scores,
            deltas,
            self.anchors / sides,
            nms_threshold=self.nms_thresh,
            score_threshold=self.score_thresh,
            **self.convention.detection,
        )
        found = rows[rows[:, 0] >= 0][: self.max_detections]
        return {
            "boxes": found[:, 2:] * sides,
            "scores": found[:, 1],
            "labels": found[:, 0].astype(np.int64) + 1,
        }


def tiny_ssd_d2l(
    class_names: Sequence[str], size: int = 256, seed: int = 0, convention: str = "d2l"
) -> TinySSD:
    """Return the TinySSD of EE 628 and of "Dive into deep learning".

    At its 256 pixels the five maps have 32², 16², 8², 4² and 1 cells: 5444 anchors.

    Parameters
    ----------
    class_names : sequence of str
        Background first.
    size : int
        Side of the resized images in pixels, a multiple of 64.
    seed : int
        Of the initial weights.
    convention : {"d2l", "mxnet"}
        See `TinySSD`.

    Raises
    ------
    ValueError
        For another size or convention, and names without a background.

    Examples
    --------
    >>> model = tiny_ssd_d2l(["background", "banana"], size=64)
    >>> model.boxes_an_image == 4 * (8 * 8 + 4 * 4 + 2 * 2 + 1 + 1)
    True
    """
    if size < 64 or size % 64:
        raise ValueError(f"size must be a multiple of 64, got {size}")
    class_names = check_class_names(class_names)
    rng = np.random.default_rng(seed)
    backbone = TinySSDBackbone(size, rng=rng)
    head = SSDHead(backbone.out_channels, [len(RATIOS) + 1] * len(SIZES), len(class_names), rng=rng)
    sides = (size // 8, size // 16, size // 32, size // 64, 1)
    priors = [multibox_prior(side, side, sizes, RATIOS) for side, sizes in zip(sides, SIZES, strict=True)]
    anchors = np.concatenate(priors) * np.float32(size)
    transform = GeneralizedRCNNTransform(fixed_size=(size, size), antialias=True)
    config = {
        "model": "tiny_ssd_d2l",
        "class_names": class_names,
        "size": size,
        "seed": seed,
        "convention": convention,
    }
    return TinySSD(backbone, head, anchors, transform, config=config, convention=convention)
