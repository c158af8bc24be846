"""Other ways to write `decode_deltas`."""

import math

import numpy as np

_LIMIT = math.log(1000 / 16)


def box_by_box(deltas, anchors, *, weights=None, variances=None, clip=_LIMIT):
    """Loop over rows, with plain Python numbers."""
    if variances is None:
        variances = [1.0] * 4 if weights is None else [1 / weight for weight in weights]
    boxes = []
    for row, (left, top, right, bottom) in zip(deltas.tolist(), anchors.tolist(), strict=True):
        tx, ty, tw, th = (delta * variance for delta, variance in zip(row, variances, strict=True))
        if clip is not None:
            tw, th = min(tw, clip), min(th, clip)
        width, height = right - left, bottom - top
        x, y = left + (0.5 + tx) * width, top + (0.5 + ty) * height
        width, height = width * math.exp(tw), height * math.exp(th)
        boxes.append([x - width / 2, y - height / 2, x + width / 2, y + height / 2])
    return np.array(boxes).reshape(-1, 4)


def by_columns(deltas, anchors, *, weights=None, variances=None, clip=_LIMIT):
    """Compute column by column; the result is a transposed array."""
    columns = list(deltas.T.astype(np.float64))
    for index in range(4):
        if weights is not None:
            columns[index] = columns[index] / weights[index]
        if variances is not None:
            columns[index] = columns[index] * variances[index]
    left, top, right, bottom = anchors.T.astype(np.float64)
    ceiling = np.inf if clip is None else clip
    edges = {}
    for axis, (low, high) in enumerate(((left, right), (top, bottom))):
        size = np.exp(np.minimum(columns[axis + 2], ceiling)) * (high - low)
        center = (low + high) / 2 + columns[axis] * (high - low)
        edges[axis], edges[axis + 2] = center - size / 2, center + size / 2
    return np.array([edges[index] for index in range(4)]).T


def each_edge_moves(deltas, anchors, *, weights=None, variances=None, clip=_LIMIT):
    """Move every edge by the move of the centre and half of what is gained."""
    factors = np.ones(4) if weights is None else 1 / np.array(weights, float)
    offsets = deltas * (factors if variances is None else np.array(variances))
    sides = anchors[:, 2:] - anchors[:, :2]
    exponents = offsets[:, 2:] if clip is None else np.where(offsets[:, 2:] > clip, clip, offsets[:, 2:])
    gained = sides * np.expm1(exponents) / 2
    return anchors + np.tile(offsets[:, :2] * sides, 2) + np.concatenate([-gained, gained], axis=1)


def single_precision_result(deltas, anchors, *, weights=None, variances=None, clip=_LIMIT):
    """All in single precision, whatever comes."""
    boxes = each_edge_moves(
        deltas.astype(np.float32), anchors.astype(np.float32), weights=weights, variances=variances, clip=clip
    )
    return boxes.astype(np.float32)


def growth_limited(deltas, anchors, *, weights=None, variances=None, clip=_LIMIT):
    """Limit the growth by exp(clip) instead of the exponent by clip, and go over centre form in one array."""
    offsets = np.array(deltas, dtype=float)
    if weights is not None:
        offsets /= weights
    elif variances is not None:
        offsets *= variances
    sides = np.diff(anchors.reshape(-1, 2, 2), axis=1)[:, 0]
    boxes = np.hstack([anchors[:, :2] + sides / 2, sides])
    boxes[:, :2] += offsets[:, :2] * boxes[:, 2:]
    growth = np.exp(offsets[:, 2:])
    boxes[:, 2:] *= growth if clip is None else np.clip(growth, None, np.exp(clip))
    boxes[:, :2] -= boxes[:, 2:] / 2
    boxes[:, 2:] += boxes[:, :2]
    return boxes
