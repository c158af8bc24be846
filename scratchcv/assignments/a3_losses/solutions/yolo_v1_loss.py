"""Right ways to write `yolo_v1_loss` that differ from the library's."""

import numpy as np

NAMES = "center", "size", "object", "no_object", "classification"


def loops(
    prediction,
    gt_boxes,
    gt_labels,
    *,
    boxes_per_cell=2,
    lambda_coord=5.0,
    lambda_noobj=0.5,
    confidence_target="iou",
    predicts="roots",
):
    """Cell by cell and box by box, as the sums are written."""
    N, S, _, length = prediction.shape
    losses, gradient = dict.fromkeys(NAMES, 0.0), np.zeros(prediction.shape)
    for n, row, column in np.ndindex(N, S, S):
        cell, dcell = prediction[n, row, column].astype(float), gradient[n, row, column]
        label, truth = int(gt_labels[n, row, column]), gt_boxes[n, row, column].astype(float)
        best, best_iou = None, -1.0
        for b in range(boxes_per_cell if label else 0):
            x, y, w, h = cell[5 * b : 5 * b + 4]
            if predicts == "roots":
                w, h = w * w, h * h
            width = min(x / S + w / 2, truth[0] / S + truth[2] / 2) - max(
                x / S - w / 2, truth[0] / S - truth[2] / 2
            )
            height = min(y / S + h / 2, truth[1] / S + truth[3] / 2) - max(
                y / S - h / 2, truth[1] / S - truth[3] / 2
            )
            inter = max(width, 0) * max(height, 0)
            iou = inter / (w * h + truth[2] * truth[3] - inter)
            if iou > best_iou:
                best, best_iou = b, iou
        for b in range(boxes_per_cell):
            C = cell[5 * b + 4]
            if b != best:
                losses["no_object"] += lambda_noobj * C**2
                dcell[5 * b + 4] = 2 * lambda_noobj * C
                continue
            C_hat = best_iou if confidence_target == "iou" else 1.0
            losses["object"] += (C - C_hat) ** 2
            dcell[5 * b + 4] = 2 * (C - C_hat)
            for k in range(2):
                d = cell[5 * b + k] - truth[k]
                losses["center"] += lambda_coord * d**2
                dcell[5 * b + k] = 2 * lambda_coord * d
                v = cell[5 * b + 2 + k]
                d = (v if predicts == "roots" else v**0.5) - truth[2 + k] ** 0.5
                losses["size"] += lambda_coord * d**2
                dcell[5 * b + 2 + k] = lambda_coord * d * (2 if predicts == "roots" else v**-0.5)
        for c in range(5 * boxes_per_cell, length if label else 0):
            d = cell[c] - (c - 5 * boxes_per_cell == label - 1)
            losses["classification"] += d**2
            dcell[c] = 2 * d
    return {name: loss / max(N, 1) for name, loss in losses.items()}, gradient / max(N, 1)


def _corners(x, y, w, h):
    return x - w / 2, y - h / 2, x + w / 2, y + h / 2


def masks_over_the_grid(
    prediction,
    gt_boxes,
    gt_labels,
    *,
    boxes_per_cell=2,
    lambda_coord=5.0,
    lambda_noobj=0.5,
    confidence_target="iou",
    predicts="roots",
):
    """No cell is selected: everything everywhere, times masks; places are counted in the whole image."""
    N, S, B = len(prediction), prediction.shape[1], boxes_per_cell
    occupied = gt_labels > 0
    t = np.where(occupied[..., None], gt_boxes, 0.5)[..., None, :]  # (N, S, S, 1, 4)
    v = prediction[..., : 5 * B].reshape(N, S, S, B, 5)
    p = prediction[..., 5 * B :]
    sizes = v[..., 2:4] ** 2 if predicts == "roots" else v[..., 2:4]
    row, column = np.mgrid[:S, :S]
    column, row = column[..., None], row[..., None]
    x1, y1, x2, y2 = _corners((v[..., 0] + column) / S, (v[..., 1] + row) / S, sizes[..., 0], sizes[..., 1])
    a1, b1, a2, b2 = _corners((t[..., 0] + column) / S, (t[..., 1] + row) / S, t[..., 2], t[..., 3])
    inter = np.clip(np.minimum(x2, a2) - np.maximum(x1, a1), 0, None)
    inter = inter * np.clip(np.minimum(y2, b2) - np.maximum(y1, b1), 0, None)
    iou = inter / (sizes.prod(axis=-1) + t[..., 2] * t[..., 3] - inter)
    obj = (np.arange(B) == iou.argmax(axis=-1)[..., None]) & occupied[..., None]
    C_hat = np.where(obj, iou if confidence_target == "iou" else 1.0, 0.0)
    weight = np.where(obj, 1.0, lambda_noobj)
    dC = v[..., 4] - C_hat
    dxy = obj[..., None] * (v[..., :2] - t[..., :2])
    root = v[..., 2:4] if predicts == "roots" else np.sqrt(v[..., 2:4])
    dwh = obj[..., None] * (root - np.sqrt(t[..., 2:]))
    dp = occupied[..., None] * (p - np.eye(p.shape[-1] + 1)[gt_labels][..., 1:])
    n = max(N, 1)
    losses = {
        "no_object": (~obj * weight * dC**2).sum() / n,
        "object": (obj * dC**2).sum() / n,
        "center": lambda_coord * (dxy**2).sum() / n,
        "size": lambda_coord * (dwh**2).sum() / n,
        "classification": (dp**2).sum() / n,
    }
    slope = 1 if predicts == "roots" else 0.5 / root
    parts = [lambda_coord * dxy, lambda_coord * dwh * slope, (weight * dC)[..., None]]
    dv = np.concatenate(parts, axis=-1).reshape(N, S, S, 5 * B)
    return losses, 2 * np.concatenate([dv, dp], axis=-1) / n


def object_by_object(
    prediction,
    gt_boxes,
    gt_labels,
    *,
    boxes_per_cell=2,
    lambda_coord=5.0,
    lambda_noobj=0.5,
    confidence_target="iou",
    predicts="roots",
):
    """All confidences as if nothing were there, then corrected, object by object."""
    n, S, B = max(len(prediction), 1), prediction.shape[1], boxes_per_cell
    C_at = 5 * np.arange(B) + 4
    gradient = np.zeros(prediction.shape)
    gradient[..., C_at] = 2 * lambda_noobj * prediction[..., C_at]
    boxless = np.ones((*gt_labels.shape, B), bool)
    center = size = confidence = classification = 0.0
    for place in map(tuple, np.argwhere(gt_labels)):
        cell, truth, dcell = prediction[place], gt_boxes[place], gradient[place]
        boxes = np.array([cell[5 * b : 5 * b + 4] for b in range(B)], float)
        wh = boxes[:, 2:] ** (2 if predicts == "roots" else 1)
        # Everything relative to the object's midpoint, in images.
        mid = (boxes[:, :2] - truth[:2]) / S
        sides = np.minimum(mid + wh / 2, truth[2:] / 2) - np.maximum(mid - wh / 2, -truth[2:] / 2)
        inter = np.where((sides > 0).all(axis=1), sides[:, 0] * sides[:, 1], 0)
        iou = inter / (wh[:, 0] * wh[:, 1] + truth[2] * truth[3] - inter)
        j = max(range(B), key=lambda b: iou[b])
        boxless[(*place, j)] = False
        dxy = cell[5 * j : 5 * j + 2] - truth[:2]
        v = cell[5 * j + 2 : 5 * j + 4]
        dwh = (v if predicts == "roots" else np.sqrt(v)) - np.sqrt(truth[2:])
        dC = cell[5 * j + 4] - (iou[j] if confidence_target == "iou" else 1)
        dp = cell[5 * B :] - (np.arange(1, len(cell) - 5 * B + 1) == gt_labels[place])
        center, size = center + dxy @ dxy, size + dwh @ dwh
        confidence, classification = confidence + dC**2, classification + dp @ dp
        dcell[5 * j : 5 * j + 2] = 2 * lambda_coord * dxy
        dcell[5 * j + 2 : 5 * j + 4] = lambda_coord * (2 * dwh if predicts == "roots" else dwh / np.sqrt(v))
        dcell[5 * j + 4], dcell[5 * B :] = 2 * dC, 2 * dp
    nothing = (prediction[..., C_at][boxless] ** 2).sum()
    terms = lambda_coord * center, lambda_coord * size, confidence, lambda_noobj * nothing, classification
    return {name: float(term) / n for name, term in zip(NAMES, terms, strict=True)}, gradient / n


def image_by_image(
    prediction, gt_boxes, gt_labels, *, boxes_per_cell=2, lambda_coord=5.0, lambda_noobj=0.5, **options
):
    """One image after the other, each divided by their number, then added."""
    losses, gradient, n = dict.fromkeys(NAMES, 0.0), np.zeros_like(prediction), max(len(prediction), 1)
    options |= {"boxes_per_cell": boxes_per_cell, "lambda_coord": lambda_coord, "lambda_noobj": lambda_noobj}
    for i in range(len(prediction)):
        parts = (array[i : i + 1] for array in (prediction, gt_boxes, gt_labels))
        own, gradient[i : i + 1] = masks_over_the_grid(*parts, **options)
        for name in losses:
            losses[name] += own[name] / n
    return losses, gradient / n


def doubles_in_columns(prediction, gt_boxes, gt_labels, **options):
    """Double precision for everything, with an array whose memory is in columns."""
    losses, gradient = object_by_object(
        prediction.astype(float), gt_boxes.astype(float), gt_labels, **options
    )
    return losses, np.asfortranarray(gradient)
