"""Other ways to write `encode_deltas`."""

import math

import numpy as np


def box_by_box(gt_boxes, anchors, *, weights=None, variances=None, eps=0.0):
    """Loop over pairs, with plain Python numbers."""
    factors = [1.0] * 4
    if weights is not None:
        factors = [float(weight) for weight in weights]
    elif variances is not None:
        factors = [1 / variance for variance in variances]
    rows = []
    for box, anchor in zip(gt_boxes.tolist(), anchors.tolist(), strict=True):
        row = []
        for axis in (0, 1):
            side, scale = box[axis + 2] - box[axis], anchor[axis + 2] - anchor[axis]
            move = ((box[axis] + box[axis + 2]) - (anchor[axis] + anchor[axis + 2])) / 2 / scale
            row.append((move, math.log(side / scale + eps)))
        (tx, tw), (ty, th) = row
        rows.append([tx * factors[0], ty * factors[1], tw * factors[2], th * factors[3]])
    return np.array(rows).reshape(-1, 4)


def difference_of_logarithms(gt_boxes, anchors, *, weights=None, variances=None, eps=0.0):
    """Subtract logarithms instead of dividing, and divide by variances instead of multiplying."""
    sides, scales = gt_boxes[:, 2:] - gt_boxes[:, :2], anchors[:, 2:] - anchors[:, :2]
    growth = np.log(sides + eps * scales) - np.log(scales)
    move = (gt_boxes[:, :2] + sides / 2 - anchors[:, :2] - scales / 2) / scales
    deltas = np.concatenate((move, growth), axis=1)
    if variances is not None:
        return deltas / np.array(variances)
    return deltas if weights is None else deltas * np.array(weights)


def by_columns(gt_boxes, anchors, *, weights=None, variances=None, eps=0.0):
    """Write a column at a time; the result is a transposed array."""
    left, top, right, bottom = gt_boxes.T
    near, upper, far, lower = anchors.T
    width, height = far - near, lower - upper
    deltas = np.empty((4, len(gt_boxes)))
    deltas[0] = 0.5 * ((left - near) + (right - far)) / width
    deltas[1] = 0.5 * ((top - upper) + (bottom - lower)) / height
    deltas[2] = np.log((right - left) / width + eps)
    deltas[3] = np.log((bottom - top) / height + eps)
    for row, weight in enumerate(weights or ()):
        deltas[row] *= weight
    for row, variance in enumerate(variances or ()):
        deltas[row] /= variance
    return deltas.T


def single_precision_result(gt_boxes, anchors, *, weights=None, variances=None, eps=0.0):
    """All in single precision, whatever comes."""
    boxes, priors = gt_boxes.astype(np.float32), anchors.astype(np.float32)
    return difference_of_logarithms(boxes, priors, weights=weights, variances=variances, eps=eps).astype(
        np.float32
    )


def measured_in_anchors(gt_boxes, anchors, *, weights=None, variances=None, eps=0.0):
    """Move every anchor to the unit square first: then a box is its own description."""
    scales = np.tile(anchors[:, 2:] - anchors[:, :2], 2)
    unit = (gt_boxes - np.tile(anchors[:, :2], 2)) / scales
    move = np.einsum("nij->nj", unit.reshape(-1, 2, 2)) / 2 - 0.5
    sides = (gt_boxes[:, 2:] - gt_boxes[:, :2]) / scales[:, 2:]
    factors = np.ones(4) if weights is None else np.asarray(weights)
    factors = factors if variances is None else 1 / np.asarray(variances)
    return np.einsum("nj,j->nj", np.hstack([move, np.log(sides + eps)]), factors)
