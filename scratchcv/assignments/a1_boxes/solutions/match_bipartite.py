"""Other ways to write `match_bipartite`."""

import numpy as np


def sorted_pairs(iou, threshold=0.5, *, strict=False, minimum=None):
    """Sort all pairs once, and take each whose anchor and truth are both free."""
    anchors, truths = iou.shape
    taken_truths, matches = set(), np.full(anchors, -1)
    for place in np.argsort(-iou.ravel(), kind="stable"):
        anchor, truth = divmod(int(place), truths)
        if minimum is not None and iou[anchor, truth] <= minimum:
            break
        if matches[anchor] == -1 and truth not in taken_truths:
            matches[anchor] = truth
            taken_truths.add(truth)
    for anchor in range(anchors):
        if matches[anchor] == -1 and truths:
            best = int(np.argmax(iou[anchor]))
            if iou[anchor, best] > threshold or (iou[anchor, best] == threshold and not strict):
                matches[anchor] = best
    return matches


def plain_loops(iou, threshold=0.5, *, strict=False, minimum=None):
    """Loop over lists of numbers, without NumPy; indices of 32 bits."""
    rows = iou.tolist()
    matches = [-1] * len(rows)
    free_anchors, free_truths = list(range(len(rows))), list(range(iou.shape[1]))
    while free_anchors and free_truths:
        value, anchor, truth = max((rows[a][g], -a, -g) for a in free_anchors for g in free_truths)
        if minimum is not None and not value > minimum:
            break
        matches[-anchor] = -truth
        free_anchors.remove(-anchor)
        free_truths.remove(-truth)
    for anchor in free_anchors:
        best = max(rows[anchor], default=-1.0)
        if best > threshold or (best == threshold and not strict):
            matches[anchor] = rows[anchor].index(best)
    return np.array(matches, dtype=np.int32)


def rows_and_columns_cut_out(iou, threshold=0.5, *, strict=False, minimum=None):
    """Cut matched rows and columns out of the matrix, and keep their numbers beside it."""
    anchors, truths, left = np.arange(iou.shape[0]), np.arange(iou.shape[1]), iou
    result = np.full(len(iou), -1)
    while left.size and (minimum is None or left.max() > minimum):
        row, column = np.argwhere(left == left.max())[0]
        result[anchors[row]] = truths[column]
        anchors, truths = np.delete(anchors, row), np.delete(truths, column)
        left = np.delete(np.delete(left, row, axis=0), column, axis=1)
    if iou.shape[1] and len(anchors):
        rest = iou[anchors]
        enough = (rest > threshold if strict else rest >= threshold).any(axis=1)
        result[anchors[enough]] = rest[enough].argmax(axis=1)
    return result


def mutual_choice(iou, threshold=0.5, *, strict=False, minimum=None):
    """Match whoever choose each other, all at once, until nobody is left: large IoUs are chosen mutually."""
    result, free = np.full(len(iou), -1), np.ones(iou.shape[1], bool)
    while (result < 0).any() and free.any():
        rows, columns = np.flatnonzero(result < 0), np.flatnonzero(free)
        left = iou[np.ix_(rows, columns)]
        by_row, by_column = left.argmax(axis=1), left.argmax(axis=0)
        mutual = by_column[by_row] == np.arange(len(rows))
        if minimum is not None:
            mutual &= left.max(axis=1) > minimum
        if not mutual.any():
            break
        result[rows[mutual]] = columns[by_row[mutual]]
        free[columns[by_row[mutual]]] = False
    best = iou.max(axis=1, initial=-1.0)
    late = (result < 0) & (best > threshold if strict else best >= threshold)
    result[late] = iou[late].argmax(axis=1) if late.any() else -1
    return result


def second_stage_first(iou, threshold=0.5, *, strict=False, minimum=None):
    """Begin with the threshold for all anchors, and let the greedy stage overwrite it."""
    result = np.full(iou.shape[0], -1, np.int64)
    if iou.shape[1]:
        best = np.amax(iou, axis=1)
        enough = np.greater(best, threshold) if strict else np.greater_equal(best, threshold)
        result[enough] = np.argmax(iou, axis=1)[enough]
    masked = np.ma.masked_array(iou.astype(np.float64), mask=np.zeros(iou.shape, bool))
    while masked.count():
        anchor, truth = np.unravel_index(np.ma.argmax(masked, fill_value=-1.0), iou.shape)
        if minimum is not None and iou[anchor, truth] <= minimum:
            break
        result[anchor] = truth
        masked.mask[anchor, :] = True
        masked.mask[:, truth] = True
    return result
