"""Other ways to write `box_iou`."""

import numpy as np


def pair_by_pair(boxes1, boxes2):
    """Loop over pairs, with plain Python numbers and an early way out."""
    iou = np.zeros((len(boxes1), len(boxes2)))
    for n, (left1, top1, right1, bottom1) in enumerate(boxes1.tolist()):
        for m, (left2, top2, right2, bottom2) in enumerate(boxes2.tolist()):
            width, height = min(right1, right2) - max(left1, left2), min(bottom1, bottom2) - max(top1, top2)
            if width <= 0 or height <= 0:
                continue
            area1, area2 = (right1 - left1) * (bottom1 - top1), (right2 - left2) * (bottom2 - top2)
            iou[n, m] = width * height / (area1 + area2 - width * height)
    return iou


def row_at_a_time(boxes1, boxes2):
    """Compute the matrix row by row, each in NumPy."""
    areas = np.prod(boxes2[:, 2:] - boxes2[:, :2], axis=1)
    rows = [np.zeros((0, len(boxes2)))]
    for box in boxes1:
        width = np.clip(np.minimum(box[2], boxes2[:, 2]) - np.maximum(box[0], boxes2[:, 0]), 0, None)
        height = np.clip(np.minimum(box[3], boxes2[:, 3]) - np.maximum(box[1], boxes2[:, 1]), 0, None)
        union = (box[2] - box[0]) * (box[3] - box[1]) + areas - width * height
        rows.append(width * height / np.where(union > 0, union, 1)[None])
    return np.vstack(rows)


def single_precision_result(boxes1, boxes2):
    """All in single precision, whatever comes."""
    return row_at_a_time(boxes1.astype(np.float32), boxes2.astype(np.float32)).astype(np.float32)


def by_centers(boxes1, boxes2):
    """Overlap along an axis from the distance of centres; the result is not contiguous."""
    shared, total = np.ones((len(boxes2), len(boxes1))), 0.0
    for low, high, one in ((0, 2, boxes1), (1, 3, boxes1)):
        sizes, others = one[:, high] - one[:, low], (boxes2[:, high] - boxes2[:, low])[:, None]
        distance = abs((one[:, high] + one[:, low]) / 2 - ((boxes2[:, high] + boxes2[:, low]) / 2)[:, None])
        overlap = np.minimum(np.minimum(sizes, others), (sizes + others) / 2 - distance)
        shared = shared * np.maximum(overlap, 0)
    area = (boxes1[:, 2] - boxes1[:, 0]) * (boxes1[:, 3] - boxes1[:, 1])
    other = (boxes2[:, 2] - boxes2[:, 0]) * (boxes2[:, 3] - boxes2[:, 1])
    total = area[None, :] + other[:, None] - shared
    return np.where(total > 0, shared / np.where(total > 0, total, 1), 0).T


def indicator_of_cells(boxes1, boxes2):
    """Cut the plane at all coordinates; cells that a box covers are counted by matrix products."""
    every = np.vstack([boxes1, boxes2]).astype(np.float64)
    xs, ys = np.unique(every[:, 0::2]), np.unique(every[:, 1::2])

    def covered(boxes):
        along_x = (boxes[:, :1] <= xs[:-1]) & (xs[1:] <= boxes[:, 2:3])
        along_y = (boxes[:, 1:2] <= ys[:-1]) & (ys[1:] <= boxes[:, 3:])
        return along_x.astype(float), along_y.astype(float)

    (x1, y1), (x2, y2) = covered(boxes1), covered(boxes2)
    wide, high = np.diff(xs), np.diff(ys)
    shared = ((x1 * wide) @ x2.T) * ((y1 * high) @ y2.T)
    union = ((x1 @ wide) * (y1 @ high))[:, None] + (x2 @ wide) * (y2 @ high) - shared
    return np.divide(shared, union, out=np.zeros_like(shared), where=union > 0)


def four_planes(boxes1, boxes2):
    """Broadcast planes of coordinates, and make the IoU of the share in |A| + |B|: s / (1 − s)."""
    left1, top1, right1, bottom1 = (column[:, np.newaxis] for column in boxes1.T.astype(np.float64))
    left2, top2, right2, bottom2 = boxes2.T.astype(np.float64)
    width = np.minimum(right1, right2) - np.maximum(left1, left2)
    height = np.minimum(bottom1, bottom2) - np.maximum(top1, top2)
    shared = np.where((width > 0) & (height > 0), width * height, 0)
    total = (right1 - left1) * (bottom1 - top1) + (right2 - left2) * (bottom2 - top2)
    share = np.divide(shared, total, out=np.zeros_like(total), where=total > 0)
    return share / (1 - share)
