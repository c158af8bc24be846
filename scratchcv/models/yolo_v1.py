"""YOLO v1: a grid over the image, and the cell of an object's midpoint says what it is and where it ends."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from scratchcv.boxes import (
    clip_boxes_to_image,
    decode_yolo_grid,
    encode_yolo_grid,
    multiclass_nms,
)
from scratchcv.boxes.yolo_grid import check_sizes
from scratchcv.checks import Array
from scratchcv.data import GeneralizedRCNNTransform, check_images, check_targets
from scratchcv.layers import Layer
from scratchcv.losses import split_yolo_v1, yolo_v1_loss
from scratchcv.losses.yolo_checks import check_confidence_target
from scratchcv.metrics import Stopwatch
from scratchcv.models.detector import Detector, Prediction, Target

Size = tuple[int, int]
"""Height and width, pixels."""


class YOLOv1(Detector):
    r"""The first one-stage detector: B boxes and one set of C class probabilities for each of S x S cells.

    A detection's score is class-specific,

    .. math:: \Pr(\text{class}_i \mid \text{object}) \cdot \Pr(\text{object}) \cdot \text{IoU}
              = \Pr(\text{class}_i) \cdot \text{IoU}

    the product of what the cell says about the class and what the box says about itself.

    Parameters
    ----------
    network : Layer
        From images to maps (N, 5 B + C, S, S).
    transform : GeneralizedRCNNTransform
        With a `fixed_size`.
    num_classes : int
        C + 1, background included.
    config : dict
        What `scratchcv.models.build_model` rebuilds this model from.
    boxes_per_cell : int
        B.
    grid_size : int
        S.
    confidence_target : {"iou", "one"}
        What a responsible box's confidence learns, see `yolo_v1_loss`.
    sizes : {"image", "cell"}
        What w and h are relative to: lecture S4 and the paper say the image, lecture S0 the cell.
    score_thresh, nms_thresh : float
        Detections below the one are dropped; of two with a higher IoU than the other, the weaker.
    max_candidates, max_detections : int
        Best candidates a class before suppression, and detections an image after it.

    Raises
    ------
    ValueError
        For an unknown meaning of sizes or of confidence, and a transform without a fixed size.

    Notes
    -----
    All outputs are linear, as in the paper: confidence and probabilities come near 0 and 1 because their
    squared errors are small there; a negative one counts as 0. w and h are squares of what is predicted.

    What it cannot do (S4, lines 185-201): two objects in one cell are one to it, a cell's boxes share their
    class, and its features are coarse.

    References
    ----------
    J. Redmon et al., "You Only Look Once: Unified, Real-Time Object Detection", 2016; lectures S1, lines
    1192-1331, and S4, lines 82-201.

    Examples
    --------
    >>> from scratchcv.models import yolo_v1_tiny
    >>> model = yolo_v1_tiny(["background", "cat", "dog"], size=64)
    >>> losses, cache = model.forward([np.zeros((3, 50, 80), np.float32)], [
    ...     {"boxes": np.array([[10.0, 10.0, 50.0, 40.0]], np.float32), "labels": np.array([2])}
    ... ])
    >>> list(losses)
    ['center', 'size', 'object', 'no_object', 'classification']
    >>> model.backward(cache)  # every parameter's grad is filled
    """

    def __init__(
        self,
        network: Layer,
        transform: GeneralizedRCNNTransform,
        *,
        num_classes: int,
        config: dict[str, Any],
        boxes_per_cell: int = 2,
        grid_size: int = 7,
        confidence_target: str = "iou",
        sizes: str = "image",
        score_thresh: float = 0.01,
        nms_thresh: float = 0.5,
        max_candidates: int = 400,
        max_detections: int = 100,
    ) -> None:
        check_sizes(sizes)
        check_confidence_target(confidence_target)
        if transform.fixed_size is None:
            raise ValueError("transform must have a fixed_size, so that the grid fits the maps, got None")
        self.network = network
        self.transform, self.size = transform, transform.size
        self.num_classes = num_classes
        self.config = config
        self.boxes_per_cell = boxes_per_cell
        self.grid_size = grid_size
        self.confidence_target = confidence_target
        self.sizes = sizes
        self.score_thresh = score_thresh
        self.nms_thresh = nms_thresh
        self.max_candidates = max_candidates
        self.max_detections = max_detections

    def forward(self, images: Sequence[Array], targets: Sequence[Target]) -> tuple[dict[str, float], Any]:
        """Return the five losses of a batch, and the cache for `backward`."""
        check_images(images)
        check_targets(targets, images, num_classes=self.num_classes)
        x, sizes = self.transform.to_batch(images, self.dtype)
        targets = self.transform.to_batch_targets(targets, images, sizes, self.dtype)
        maps, network_cache = self.network.forward(x)
        gt_boxes, gt_labels = self.encode(targets, (x.shape[2], x.shape[3]))
        losses, dprediction = yolo_v1_loss(
            maps.transpose(0, 2, 3, 1),
            gt_boxes,
            gt_labels,
            boxes_per_cell=self.boxes_per_cell,
            confidence_target=self.confidence_target,
            sizes=self.sizes,
        )
        return losses, (network_cache, dprediction)

    def backward(self, cache: Any) -> None:
        """Add the gradient of the losses' sum to every parameter's `grad`."""
        network_cache, dprediction = cache
        self.network.backward(np.ascontiguousarray(dprediction.transpose(0, 3, 1, 2)), network_cache)

    def encode(self, targets: Sequence[Target], input_size: Size) -> tuple[Array, Array]:
        """Return each cell's object (N, S, S, 4) and its class (N, S, S), 0 for none.

        Parameters
        ----------
        targets : sequence of dict
            For each image ``boxes`` (R, 4) in pixels of the network's input, and ``labels`` (R,).
        input_size : (height, width)
            Of that input, pixels.
        """
        S = self.grid_size
        gt_boxes, gt_labels = (
            np.zeros((len(targets), S, S, 4), self.dtype),
            np.zeros((len(targets), S, S), int),
        )
        for n, target in enumerate(targets):
            boxes = clip_boxes_to_image(target["boxes"], input_size)
            gt_boxes[n], gt_labels[n] = encode_yolo_grid(
                boxes, target["labels"], input_size, S, sizes=self.sizes
            )
        return gt_boxes, gt_labels

    def detect(self, images: Sequence[Array], watch: Stopwatch) -> list[Prediction]:
        """Return the detections of one batch: "features" and "post-processing" are measured."""
        x, sizes = self.transform.to_batch(images, self.dtype)
        with watch("features"):
            maps = self.network(x)
        with watch("post-processing"):
            boxes, scores = self.decode(maps.transpose(0, 2, 3, 1), (x.shape[2], x.shape[3]))
            found = [self._select(boxes[n], scores[n], sizes[n]) for n in range(len(images))]
            return self.transform.postprocess(found, images, sizes)

    def decode(self, prediction: Array, input_size: Size) -> tuple[Array, Array]:
        """Return boxes (N, S·S·B, 4) in pixels of the network's input, and class scores (N, S·S·B, C).

        Parameters
        ----------
        prediction : ndarray (N, S, S, 5 B + C)
        input_size : (height, width)
        """
        boxes, confidence, class_scores = split_yolo_v1(prediction, self.boxes_per_cell)
        boxes = np.concatenate([boxes[..., :2], boxes[..., 2:] ** 2], axis=-1)  # roots are predicted
        corners = decode_yolo_grid(boxes, input_size, sizes=self.sizes)
        of_class = np.maximum(confidence, 0)[..., None] * np.maximum(class_scores, 0)[..., None, :]
        N, C = len(prediction), of_class.shape[-1]
        return corners.reshape(N, -1, 4), of_class.reshape(N, -1, C)

    def _select(self, boxes: Array, scores: Array, size: Size) -> Prediction:
        """Return one image's detections: boxes (P, 4), scores (P, C)."""
        boxes = clip_boxes_to_image(boxes, size)
        filled = (boxes[:, 2:] > boxes[:, :2]).all(axis=1)  # a midpoint far outside leaves nothing
        boxes, scores = boxes[filled], scores[filled]
        chosen, labels = multiclass_nms(
            boxes,
            scores,
            score_thresh=self.score_thresh,
            nms_thresh=self.nms_thresh,
            max_candidates=self.max_candidates,
            max_detections=self.max_detections,
        )
        return {"boxes": boxes[chosen], "scores": scores[chosen, labels - 1], "labels": labels}

    @property
    def boxes_an_image(self) -> int:
        """How many boxes are judged in an image: S·S·B, the paper's 98."""
        return self.grid_size**2 * self.boxes_per_cell
