"""Mistakes in `match_bipartite`."""

import math

import numpy as np


def _greedy(iou, minimum=None, rows=True, columns=True, rounds=None, last=False):
    """Return the matches of the first stage, -1 for anchors that have none."""
    matches = np.full(len(iou), -1, np.int64)
    left = iou.astype(float)
    for _ in range(min(iou.shape) if rounds is None else rounds):
        place = left.size - 1 - left[::-1, ::-1].argmax() if last else left.argmax()
        anchor, truth = np.unravel_index(place, left.shape)
        if minimum is not None and not left[anchor, truth] > minimum:
            break
        matches[anchor] = truth
        if rows:
            left[anchor] = -math.inf
        if columns:
            left[:, truth] = -math.inf
    return matches


def _then_enough(iou, threshold, strict, matches):
    """Give all anchors without a truth the one that they overlap enough."""
    if not iou.shape[1]:
        return matches
    enough = iou.max(axis=1) > threshold if strict else iou.max(axis=1) >= threshold
    return np.where((matches < 0) & enough, iou.argmax(axis=1), matches)


def last_truth_overwrites(iou, threshold=0.5, *, strict=False, minimum=None):
    """You give each truth its best anchor, and where two want the same one, the later takes it away.

    Take the largest IoU of the whole matrix first; the loser chooses again among the anchors that are left.
    """
    matches = np.full(len(iou), -1, np.int64)
    for truth in range(iou.shape[1] if len(iou) else 0):
        if minimum is None or iou[:, truth].max() > minimum:
            matches[iou[:, truth].argmax()] = truth
    return _then_enough(iou, threshold, strict, matches)


def truth_by_truth(iou, threshold=0.5, *, strict=False, minimum=None):
    """You let the truths choose in turn, the first one first.

    The largest IoU of the whole matrix goes first, whichever truth it belongs to.
    """
    matches = np.full(len(iou), -1, np.int64)
    for truth in range(min(iou.shape)):
        left = np.where(matches < 0, iou[:, truth], -math.inf)
        if minimum is None or left.max() > minimum:
            matches[left.argmax()] = truth
    return _then_enough(iou, threshold, strict, matches)


def no_first_stage(iou, threshold=0.5, *, strict=False, minimum=None):
    """You match by the threshold alone, so that a truth with low IoUs has no anchor.

    First every truth gets one, the largest IoU of the matrix first.
    """
    return _then_enough(iou, threshold, strict, np.full(len(iou), -1, np.int64))


def no_second_stage(iou, threshold=0.5, *, strict=False, minimum=None):
    """Each truth has one anchor and no more: the second stage is missing, or finds an emptied matrix.

    The others learn the truth that they overlap most, if enough; delete rows and columns of a copy.
    """
    return _greedy(iou, minimum)


def labels(iou, threshold=0.5, *, strict=False, minimum=None):
    """You return the truth's index plus one, and 0 for background, like the labels of the slide.

    The result holds the indices themselves, and -1 for background.
    """
    return _then_enough(iou, threshold, strict, _greedy(iou, minimum)) + 1


def always_strict(iou, threshold=0.5, *, strict=False, minimum=None):
    """You demand more than the threshold; an IoU equal to it is enough, unless strict is true."""
    return _then_enough(iou, threshold, True, _greedy(iou, minimum))


def never_strict(iou, threshold=0.5, *, strict=False, minimum=None):
    """You do not look at strict: where it is true, an IoU equal to the threshold is too little."""
    return _then_enough(iou, threshold, False, _greedy(iou, minimum))


def strict_inverted(iou, threshold=0.5, *, strict=False, minimum=None):
    """You have strict the wrong way round: with strict=True an IoU must be greater than the threshold."""
    return _then_enough(iou, threshold, not strict, _greedy(iou, minimum))


def threshold_in_the_first_stage(iou, threshold=0.5, *, strict=False, minimum=None):
    """You apply the threshold in the first stage too.

    Each truth gets an anchor there, however little they overlap; only `minimum` can stop it.
    """
    return _then_enough(iou, threshold, strict, _greedy(iou, max(threshold, minimum or 0)))


def always_half(iou, threshold=0.5, *, strict=False, minimum=None):
    """You compare with .5, not with the argument threshold."""
    return _then_enough(iou, 0.5, strict, _greedy(iou, minimum))


def minimum_forgotten(iou, threshold=0.5, *, strict=False, minimum=None):
    """You do nothing about minimum: the first stage ends when the largest IoU left is not above it."""
    return _then_enough(iou, threshold, strict, _greedy(iou))


def minimum_is_enough(iou, threshold=0.5, *, strict=False, minimum=None):
    """You go on where the largest IoU left equals the minimum; it must be greater."""
    below = None if minimum is None else np.nextafter(minimum, -math.inf)
    return _then_enough(iou, threshold, strict, _greedy(iou, below))


def touching_only(iou, threshold=0.5, *, strict=False, minimum=None):
    """You leave truths without an anchor that no anchor touches.

    Without a minimum every truth gets one, even at an IoU of 0.
    """
    return _then_enough(iou, threshold, strict, _greedy(iou, minimum or 0.0))


def row_stays(iou, threshold=0.5, *, strict=False, minimum=None):
    """You delete the truth's column and leave the anchor's row.

    So another truth can take the same anchor, and the first one loses it.
    """
    return _then_enough(iou, threshold, strict, _greedy(iou, minimum, rows=False))


def column_stays(iou, threshold=0.5, *, strict=False, minimum=None):
    """You delete the anchor's row and leave the truth's column.

    So one truth takes several anchors in the first stage, and others may get none.
    """
    return _then_enough(iou, threshold, strict, _greedy(iou, minimum, columns=False))


def second_stage_for_all(iou, threshold=0.5, *, strict=False, minimum=None):
    """Your second stage also changes anchors that have a truth from the first.

    What the first stage has given stays; only the other anchors are left.
    """
    matches = _greedy(iou, minimum)
    again = _then_enough(iou, threshold, strict, np.full(len(iou), -1, np.int64))
    return np.where(again >= 0, again, matches)


def first_that_is_enough(iou, threshold=0.5, *, strict=False, minimum=None):
    """Your second stage takes the first truth that is overlapped enough; take the one overlapped most."""
    matches = _greedy(iou, minimum)
    if not iou.shape[1]:
        return matches
    enough = iou > threshold if strict else iou >= threshold
    return np.where((matches < 0) & enough.any(axis=1), enough.argmax(axis=1), matches)


def anchors_of_truths(iou, threshold=0.5, *, strict=False, minimum=None):
    """You return an anchor for each truth; the result holds a truth for each anchor."""
    matches = _greedy(iou, minimum)
    anchors = np.full(iou.shape[1], -1, np.int64)
    anchors[matches[matches >= 0]] = np.flatnonzero(matches >= 0)
    return anchors


def too_many_rounds(iou, threshold=0.5, *, strict=False, minimum=None):
    """You make as many rounds as there are truths; with fewer anchors, the last rounds match what is deleted.

    Stop when rows or columns are used up.
    """
    rounds = iou.shape[1] if iou.size else 0
    return _then_enough(iou, threshold, strict, _greedy(iou, minimum, rounds=rounds))


def last_of_equal(iou, threshold=0.5, *, strict=False, minimum=None):
    """Among equal IoUs you take the last.

    The first anchor wins, and then the first truth, as with argmax on the whole matrix.
    """
    return _then_enough(iou, threshold, strict, _greedy(iou, minimum, last=True))
