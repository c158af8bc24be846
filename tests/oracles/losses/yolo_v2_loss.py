"""YOLO v2's loss, as PyTorch differentiates its formula, written with masks over all places."""

import numpy as np

from scratchcv.boxes.deltas import MAX_LOG_SCALE
from scratchcv.losses import yolo_v2_loss

ROUNDINGS = 16
"""Of the handful of operations on each number."""

TERMS = ("center", "size", "object", "no_object", "classification")

SPREAD = [  # images, rows, columns, anchors, classes, share of objects, scale, target, ignore threshold
    (1, 1, 1, 1, 1, 1.0, 1.0, "one", None),
    (1, 2, 2, 2, 3, 0.3, 1.0, "iou", 0.6),
    (2, 2, 3, 1, 2, 0.5, 0.3, "iou", 0.3),
    (1, 3, 2, 3, 1, 0.3, 1.0, "one", 0.1),
    (2, 2, 2, 1, 4, 1.0, 3.0, "iou", None),
    (1, 3, 2, 2, 2, 0.0, 1.0, "iou", 0.6),
    (3, 1, 2, 2, 3, 0.3, 0.1, "one", 0.3),
    (0, 2, 2, 2, 2, 0.5, 1.0, "iou", 0.6),
]


def random_configuration(rng):
    sizes = rng.integers((0, 1, 1, 1, 1), (4, 4, 4, 4, 6)).tolist()
    ignore = (None, 0.1, 0.3, 0.6)[rng.integers(4)]
    share, scale = float(rng.choice([0, 0.3, 1])), float(rng.choice([0.1, 1, 3]))
    return *sizes, share, scale, str(rng.choice(["iou", "one"])), ignore


def draw(configuration, rng):
    *places, C, share, scale, target, ignore = configuration
    gt_boxes = np.concatenate([rng.random((*places, 2)), rng.uniform(0.3, 3, (*places, 2))], axis=-1)
    names = ("lambda_coord", "lambda_obj", "lambda_noobj", "lambda_class")
    return {
        "prediction": scale * rng.standard_normal((*places, 5 + C)),
        "gt_boxes": gt_boxes,
        "gt_labels": rng.integers(1, C + 1, places) * (rng.random(places) < share),
        "anchors": rng.uniform(0.5, 3, (places[3], 2)),
        **{name: float(rng.uniform(0.5, 5)) for name in names},
        "confidence_target": target,
        "ignore_threshold": ignore,
    }


def ask_torch(inputs, differentiate):
    import torch
    from torchvision.ops import box_iou

    labels = torch.tensor(inputs["gt_labels"])
    N, rows, columns, A = labels.shape
    truth = torch.tensor(inputs["gt_boxes"], dtype=torch.float64)
    anchors = torch.tensor(inputs["anchors"], dtype=torch.float64)
    cells = torch.stack(torch.meshgrid(torch.arange(columns), torch.arange(rows), indexing="xy"), -1)[
        :, :, None
    ]
    obj = (labels > 0).double()

    def corners(centers, sizes):
        return torch.cat([centers - sizes / 2, centers + sizes / 2], -1).reshape(N, rows * columns * A, 4)

    def loss(prediction):
        middles, stretch = torch.sigmoid(prediction[..., :2]), prediction[..., 2:4]
        confidence, scores = torch.sigmoid(prediction[..., 4]), torch.log_softmax(prediction[..., 5:], -1)
        with torch.no_grad():
            boxes = corners(middles + cells, anchors * stretch.clamp(max=MAX_LOG_SCALE).exp())
            objects = corners(truth[..., :2] + cells, truth[..., 2:])
            own, best = torch.zeros(N, rows * columns * A), torch.zeros(N, rows * columns * A)
            own, best = own.double(), best.double()
            for n in range(N):
                iou = box_iou(boxes[n], objects[n])
                own[n] = iou.diagonal()
                best[n] = torch.where(labels[n].flatten() > 0, iou, 0).amax(1)
            own, best = own.reshape(labels.shape), best.reshape(labels.shape)
            threshold = inputs["ignore_threshold"]
            noobj = (1 - obj) * (1 if threshold is None else best <= threshold)
            target = own if inputs["confidence_target"] == "iou" else 1
        chosen = scores.gather(-1, (labels - 1).clamp(min=0)[..., None])[..., 0]
        weights = [inputs[name] for name in ("lambda_coord", "lambda_obj", "lambda_noobj", "lambda_class")]
        terms = (
            weights[0] / 2 * (obj * ((middles - truth[..., :2]) ** 2).sum(-1)).sum(),
            weights[0] / 2 * (obj * ((stretch - (truth[..., 2:] / anchors).log()) ** 2).sum(-1)).sum(),
            weights[1] / 2 * (obj * (confidence - target) ** 2).sum(),
            weights[2] / 2 * (noobj * confidence**2).sum(),
            -weights[3] * (obj * chosen).sum(),
        )
        terms = tuple(term / max(N, 1) for term in terms)
        return sum(terms), *terms

    (_, *terms), dprediction = differentiate(loss, 1.0, inputs["prediction"])
    return {**dict(zip(TERMS, terms, strict=True)), "dprediction": dprediction}


def ours(prediction, gt_boxes, gt_labels, **options):
    losses, dprediction = yolo_v2_loss(prediction, gt_boxes, gt_labels, **options)
    return {**losses, "dprediction": dprediction}


def allowed(answers, prediction, gt_boxes, gt_labels, anchors, lambda_coord, lambda_obj, lambda_noobj,
            lambda_class, confidence_target, ignore_threshold):  # fmt: skip
    """Square and double sums instead of differences."""
    obj = (gt_labels > 0)[..., None]
    # A sigmoid and an exponential are off by the rounding of what they are of.
    sigma = (3 + abs(prediction[..., :5])) * np.exp(-np.logaddexp(0, -prediction[..., :5]))
    predicted = anchors * np.exp(np.minimum(prediction[..., 2:4], MAX_LOG_SCALE))
    stretched = (3 + abs(prediction[..., 2:4])) * predicted
    target = 0
    if confidence_target == "iou":
        cells = max(gt_labels.shape[1:3])
        sides = stretched + gt_boxes[..., 2:]
        reach = 2 * cells + sigma[..., :2] + gt_boxes[..., :2] + sides
        # The union is at least the larger of the two.
        off = (reach * sides[..., ::-1]).sum(axis=-1) + sides.prod(axis=-1)
        union = np.maximum(gt_boxes[..., 2:].prod(axis=-1), predicted.prod(axis=-1))
        target = (off / union)[..., None]

    center = sigma[..., :2] + gt_boxes[..., :2]
    size = abs(prediction[..., 2:4]) + abs(np.log(gt_boxes[..., 2:] / anchors)) + 1
    confidence = sigma[..., 4:]
    x = prediction[..., 5:]
    below = abs(x - x.max(axis=-1, keepdims=True))
    K = x.shape[-1]
    truth = gt_labels[..., None] == np.arange(1, K + 1)
    surprise = (truth * below).sum(axis=-1, keepdims=True) + np.log(K + 1) + 1
    probability = np.exp(-below) / np.exp(-below).sum(axis=-1, keepdims=True)

    share, added = 1 / max(len(prediction), 1), ROUNDINGS + prediction.size
    upstream = lambda_obj * obj * (confidence + 1 + target) + lambda_noobj * confidence
    parts = [
        lambda_coord * obj * center * (sigma[..., :2] + sigma[..., :2] ** 2),
        lambda_coord * obj * size,
        upstream * (confidence + confidence**2),
        lambda_class * obj * (truth + probability * (1 + below)),
    ]
    return {
        "center": added * share * lambda_coord / 2 * (obj * center**2).sum(),
        "size": added * share * lambda_coord / 2 * (obj * size**2).sum(),
        "object": added * share * lambda_obj * (obj * (confidence + 1) * (confidence + 1 + target)).sum(),
        "no_object": added * share * lambda_noobj / 2 * (confidence**2).sum(),
        "classification": added * share * lambda_class * (obj * surprise).sum(),
        "dprediction": (ROUNDINGS + 2 * K) * share * np.concatenate(parts, axis=-1),
    }
