"""YOLO v1's loss, as PyTorch differentiates equation 3 of the paper, written with masks over all cells."""

import numpy as np

from scratchcv.losses import split_yolo_v1, yolo_v1_loss

ROUNDINGS = 16
"""Of the handful of operations on each number."""

TERMS = ("center", "size", "object", "no_object", "classification")

SPREAD = [  # images, rows, columns, boxes, classes, share of objects, target, predicts, sizes
    (1, 1, 1, 1, 1, 1.0, "one", "roots", "image"),
    (1, 2, 2, 2, 3, 0.5, "iou", "roots", "image"),
    (2, 2, 3, 2, 2, 0.5, "iou", "sizes", "image"),
    (1, 3, 2, 3, 1, 0.5, "one", "sizes", "cell"),
    (2, 2, 2, 1, 4, 1.0, "iou", "roots", "cell"),
    (1, 3, 3, 2, 2, 0.0, "iou", "roots", "image"),
    (3, 1, 2, 2, 3, 0.3, "one", "roots", "image"),
    (0, 2, 2, 2, 2, 0.5, "iou", "roots", "image"),
]


def random_configuration(rng):
    sizes = rng.integers((0, 1, 1, 1, 1), (4, 5, 5, 4, 6)).tolist()
    names = (("iou", "one"), ("roots", "sizes"), ("image", "cell"))
    return *sizes, float(rng.choice([0, 0.3, 1])), *(str(rng.choice(options)) for options in names)


def draw(configuration, rng):
    N, rows, columns, B, C, share, target, predicts, sizes = configuration
    places = (N, rows, columns)
    gt_boxes = np.concatenate([rng.random((*places, 2)), rng.uniform(0.1, 1, (*places, 2))], axis=-1)
    prediction = rng.uniform(-1, 2, (*places, 5 * B + C))
    boxes, _, _ = split_yolo_v1(prediction, B)
    boxes[...] = gt_boxes[:, :, :, None] + rng.uniform(-0.09, 0.3, boxes.shape)
    return {
        "prediction": prediction,
        "gt_boxes": gt_boxes,
        "gt_labels": rng.integers(1, C + 1, places) * (rng.random(places) < share),
        "boxes_per_cell": B,
        "lambda_coord": float(rng.uniform(0.5, 6)),
        "lambda_noobj": float(rng.uniform(0.1, 2)),
        "confidence_target": target,
        "predicts": predicts,
        "sizes": sizes,
    }


def ask_torch(inputs, differentiate):
    import torch

    B, labels = inputs["boxes_per_cell"], torch.tensor(inputs["gt_labels"])
    N, rows, columns = labels.shape
    C = inputs["prediction"].shape[3] - 5 * B
    x_hat, y_hat, w_hat, h_hat = torch.tensor(inputs["gt_boxes"], dtype=torch.float64)[..., None, :].unbind(
        -1
    )
    unit_x, unit_y = (1 / columns, 1 / rows) if inputs["sizes"] == "image" else (1, 1)
    obj_i = (labels > 0).double()

    def loss(prediction):
        predictors = prediction[..., : 5 * B].unflatten(-1, (B, 5))
        x, y, first, second, confidence = predictors.unbind(-1)  # each (N, rows, columns, B)
        roots = inputs["predicts"] == "roots"
        w, h = (first**2, second**2) if roots else (first, second)
        root_w, root_h = (first, second) if roots else (first.sqrt(), second.sqrt())

        def overlap(a, length_a, b, length_b):
            lower = torch.maximum(a - length_a / 2, b - length_b / 2)
            return (torch.minimum(a + length_a / 2, b + length_b / 2) - lower).clamp(min=0)

        with torch.no_grad():
            both = overlap(x * unit_x, w, x_hat * unit_x, w_hat) * overlap(
                y * unit_y, h, y_hat * unit_y, h_hat
            )
            iou = both / (w * h + w_hat * h_hat - both)
            best = iou == iou.amax(-1, keepdim=True)
            obj_ij = obj_i[..., None] * (best & (best.cumsum(-1) == 1))  # the first of the best
            C_hat = obj_ij * (iou if inputs["confidence_target"] == "iou" else 1)
        probability = torch.nn.functional.one_hot(labels, C + 1)[..., 1:]
        terms = (
            inputs["lambda_coord"] * (obj_ij * ((x - x_hat) ** 2 + (y - y_hat) ** 2)).sum(),
            inputs["lambda_coord"]
            * (obj_ij * ((root_w - w_hat.sqrt()) ** 2 + (root_h - h_hat.sqrt()) ** 2)).sum(),
            (obj_ij * (confidence - C_hat) ** 2).sum(),
            inputs["lambda_noobj"] * ((1 - obj_ij) * (confidence - C_hat) ** 2).sum(),
            (obj_i[..., None] * (prediction[..., 5 * B :] - probability) ** 2).sum(),
        )
        terms = tuple(term / max(N, 1) for term in terms)
        return sum(terms), *terms

    (_, *terms), dprediction = differentiate(loss, 1.0, inputs["prediction"])
    return {**dict(zip(TERMS, terms, strict=True)), "dprediction": dprediction}


def ours(prediction, gt_boxes, gt_labels, **options):
    losses, dprediction = yolo_v1_loss(prediction, gt_boxes, gt_labels, **options)
    return {**losses, "dprediction": dprediction}


def allowed(answers, prediction, gt_boxes, gt_labels, boxes_per_cell, lambda_coord, lambda_noobj,
            confidence_target, predicts, sizes):  # fmt: skip
    """Square and double sums instead of differences, for all boxes, responsible or not."""
    boxes, confidence, scores = (abs(part) for part in split_yolo_v1(prediction, boxes_per_cell))
    truth = gt_boxes[:, :, :, None]
    obj = (gt_labels > 0)[..., None]
    predicted = np.concatenate([boxes[..., :2], boxes[..., 2:] ** (2 if predicts == "roots" else 1)], axis=-1)
    rows, columns = gt_labels.shape[1:]
    unit = np.array([columns, rows, 1, 1]) if sizes == "image" else np.ones(4)
    target = target_roundings(predicted / unit, truth / unit) if confidence_target == "iou" else 0

    center = obj[..., None] * (boxes[..., :2] + truth[..., :2])
    roots = boxes[..., 2:] if predicts == "roots" else np.sqrt(boxes[..., 2:])
    size = obj[..., None] * (roots + np.sqrt(truth[..., 2:]))
    slope = 1 if predicts == "roots" else 1 / (2 * roots)
    object_error = obj * (confidence + 1)
    class_error = obj * (scores + 1)

    share = 1 / max(len(prediction), 1)
    dprediction = np.zeros_like(prediction)
    dboxes, dconfidence, dscores = split_yolo_v1(dprediction, boxes_per_cell)
    dboxes[...] = ROUNDINGS * 2 * lambda_coord * np.concatenate([center, size * slope], axis=-1)
    dconfidence[...] = 2 * (ROUNDINGS * object_error + obj * target)
    dconfidence[...] += ROUNDINGS * 2 * lambda_noobj * confidence
    dscores[...] = ROUNDINGS * 2 * class_error
    added = ROUNDINGS + prediction.size
    return {
        "center": added * lambda_coord * share * (center**2).sum(),
        "size": added * lambda_coord * share * (size**2).sum(),
        "object": share * (added * object_error**2 + 2 * object_error * target).sum(),
        "no_object": added * lambda_noobj * share * (confidence**2).sum(),
        "classification": added * share * (class_error**2).sum(),
        "dprediction": share * dprediction,
    }


def target_roundings(predicted, truth):
    """Return by how many roundings an IoU is off whose boxes' corners are off by one each, and its areas."""
    reach = (abs(predicted[..., :2]) + predicted[..., 2:]) + (abs(truth[..., :2]) + truth[..., 2:])
    sides = predicted[..., 2:] + truth[..., 2:]
    areas = sides.prod(axis=-1)
    union = np.maximum(predicted[..., 2:].prod(axis=-1), truth[..., 2:].prod(axis=-1))  # at least
    off = (reach * sides[..., ::-1]).sum(axis=-1) + areas
    return ROUNDINGS * off / union
