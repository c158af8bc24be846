"""Loops that match anchors to truths: one pass over the IoU matrix, and no copy of it."""

import numpy as np
from numba import njit

from scratchcv.checks import Array


@njit(cache=True, nogil=True)
def _best_of_each(iou: Array) -> tuple[Array, Array]:
    """Return the best truth of each anchor and the best anchor of each truth, the first among equals."""
    anchors, truths = iou.shape
    best_truth = np.zeros(anchors, np.int64)
    best_anchor = np.zeros(truths, np.int64)
    largest_of_truth = iou[0].copy()
    for a in range(anchors):
        largest = iou[a, 0]
        for g in range(truths):
            overlap = iou[a, g]
            if overlap > largest:
                largest = overlap
                best_truth[a] = g
            if overlap > largest_of_truth[g]:
                largest_of_truth[g] = overlap
                best_anchor[g] = a
    return best_truth, best_anchor


@njit(cache=True, nogil=True)
def _best_free_anchor(iou: Array, truth: int, matches: Array) -> int:
    """Return the anchor without a truth that overlaps `truth` most, the first among equals; -1 if none is."""
    best = -1
    for a in range(len(matches)):
        if matches[a] < 0 and (best < 0 or iou[a, truth] > iou[best, truth]):
            best = a
    return best


@njit(cache=True, nogil=True)
def _truth_of_largest(iou: Array, best_anchor: Array, waiting: Array) -> int:
    """Return the waiting truth of the largest overlap; among equals that of the lower anchor, then truth."""
    best = -1
    for g in range(len(waiting)):
        if waiting[g]:
            mine, rival = best_anchor[g], best_anchor[best]
            overlap, to_beat = iou[mine, g], iou[rival, best]
            if best < 0 or overlap > to_beat or (overlap == to_beat and mine < rival):
                best = g
    return best


@njit(cache=True, nogil=True)
def _match_above(iou: Array, best_truth: Array, threshold: float, strict: bool, matches: Array) -> None:
    """Give every anchor that has no truth yet the one it overlaps most, if by enough."""
    for a in range(len(matches)):
        if matches[a] < 0:
            overlap = iou[a, best_truth[a]]
            if overlap > threshold or (overlap == threshold and not strict):
                matches[a] = best_truth[a]


@njit(cache=True, nogil=True)
def match_best_then_threshold(iou: Array, threshold: float, strict: bool) -> Array:
    """Match as `scratchcv.boxes.match_best_then_threshold` does.

    One pass finds the best of every row and every column together, where NumPy makes one for each and copies:
    3 to 4 times faster at SSD300's 8732 anchors. Only a truth whose favourite is taken scans its column
    again. Exact, because floats are compared and never computed.
    """
    anchors, truths = iou.shape
    matches = np.full(anchors, -1, np.int64)
    if anchors == 0 or truths == 0:
        return matches
    best_truth, choice = _best_of_each(iou)
    waiting: Array = np.arange(truths)
    settled = 0
    while len(waiting) > 0 and settled < anchors:
        winner = np.full(anchors, -1, np.int64)
        for g in waiting:
            rival = winner[choice[g]]
            if rival < 0 or iou[choice[g], g] > iou[choice[g], rival]:
                winner[choice[g]] = g
        losers = 0
        for g in waiting:
            if winner[choice[g]] == g:
                matches[choice[g]] = g
                settled += 1
            else:
                waiting[losers] = g
                losers += 1
        waiting = waiting[:losers]
        if settled < anchors:
            for g in waiting:
                choice[g] = _best_free_anchor(iou, g, matches)
    _match_above(iou, best_truth, threshold, strict, matches)
    return matches


@njit(cache=True, nogil=True)
def match_bipartite(iou: Array, threshold: float, strict: bool, minimum: float) -> Array:
    """Match as `scratchcv.boxes.match_bipartite` does.

    NumPy searches the whole matrix once a truth. Here each truth remembers its best free anchor, and only
    those whose anchor was taken search their column again: about A * G comparisons instead of A * G * G, 3 to
    4 times faster at SSD300's 8732 anchors. The largest of the columns' largest is the matrix's largest; ties
    go to the lower anchor, then truth.
    """
    anchors, truths = iou.shape
    matches = np.full(anchors, -1, np.int64)
    if anchors == 0 or truths == 0:
        return matches
    best_truth, best_anchor = _best_of_each(iou)
    waiting = np.ones(truths, np.bool_)
    for _ in range(min(anchors, truths)):
        best = _truth_of_largest(iou, best_anchor, waiting)
        taken = best_anchor[best]
        if not iou[taken, best] > minimum:
            break
        matches[taken] = best
        waiting[best] = False
        for g in range(truths):
            if waiting[g] and best_anchor[g] == taken:
                best_anchor[g] = _best_free_anchor(iou, g, matches)
    _match_above(iou, best_truth, threshold, strict, matches)
    return matches


@njit(cache=True, nogil=True)
def match_rpn(iou: Array, high: float, low: float, strict: bool) -> Array:
    """Match as `scratchcv.boxes.match_rpn` does.

    One pass finds the best of every row and column, a second looks for anchors that tie with a column's
    best, where NumPy needs matrices of booleans: twice as fast at an FPN's 242,991 anchors and 20 truths.
    Exact, because floats are compared and never computed.
    """
    anchors, truths = iou.shape
    matches = np.full(anchors, -1, np.int64)
    if anchors == 0 or truths == 0:
        return matches
    best_truth, best_anchor = _best_of_each(iou)
    for a in range(anchors):
        overlap = iou[a, best_truth[a]]
        positive = overlap > high or (overlap == high and not strict)
        for g in range(truths):
            if iou[a, g] > 0 and iou[a, g] == iou[best_anchor[g], g]:
                positive = True
        if positive:
            matches[a] = best_truth[a]
        elif overlap >= low:
            matches[a] = -2
    return matches
