"""The loops behind `scratchcv.boxes.nms` and `scratchcv.boxes.batched_nms`: a box is compared with its like.

Boxes come by score, and each asks whether a box that was kept suppresses it. While few are kept it asks all
of them, in a loop without branches, which fills vector registers. Later it asks those whose centre and size
are near its own, which a hash table finds. Asking all 100 000 boxes takes .1 s in a crowd and 3 s spread out;
with the table it is .04 s either way.

No other kept box can matter. Let t be the threshold, w and v the widths of two boxes, o what their intervals
on the x axis share. The boxes' IoU is at most that of the intervals, o / (w + v - o). Where it exceeds t,

- t w < v < w / t, heights likewise, and so the greater sides of the two boxes;
- the centres are less than w max(1 - t, (1 - t) / 2t) apart, for the width w of either, and than (w + v) / 2.

A level of the table holds the boxes whose greater side lies between two powers of two, in cells of half the
larger power. Levels and cells may share a slot, which costs time alone: what is found there is compared as
the formula does, by a division in the boxes' own precision. ``intersection > t * union`` decides exact ties
differently. A box for which the table would have many cells to look up, since it is much larger than others
are, asks all again, so that no set of boxes takes much longer than it would without a table.
"""

import math

import numpy as np
from numba import njit, uint64

from scratchcv.checks import Array
from scratchcv.kernels.parallel import parallel_for

_TABLE_FROM = 2000  # boxes; below, asking all takes 1 ms at most, and a sixth of the compilation
_FEW = 200  # kept boxes up to which it is fastest to ask all of them
_PER_CELL = 16.0  # kept boxes that can be asked while a cell is looked up
_LANES = 8  # float32 in a vector register
_SMALL = 4000  # boxes below which one thread does it
_FAR = 1e150  # beyond, or below its inverse, the products of float64 may leave its range


def nms(boxes: Array, order: Array, iou_threshold: np.floating) -> Array:
    """Return the indices that survive; the twin of `scratchcv.boxes.nms.nms_numpy`."""
    return order[batched_nms(boxes, order, np.array([0, len(order)]), iou_threshold)]


def batched_nms(boxes: Array, order: Array, starts: Array, iou_threshold: np.floating) -> Array:
    """Return which of `order` survive; the twin of `scratchcv.boxes.nms.batched_nms_numpy`."""
    n, groups, limits = len(order), len(starts) - 1, np.finfo(boxes.dtype)
    keep = np.ones(n, np.bool_)
    # Groups share the arrays. Behind each group's boxes NaN fills the registers: it exceeds nothing.
    room = n + _LANES * groups
    kept = tuple(np.full((5, room), np.nan, boxes.dtype))
    if n < _TABLE_FROM:
        parallel_for(_ask_all, groups, boxes, order, starts, iou_threshold, kept, keep, serial=n < _SMALL)
        return keep
    table = np.full(2 * n, -1, np.int32), np.empty(room, np.int32)
    # Rounding moves an IoU by a few eps of itself, unless areas underflow.
    least_area = boxes.dtype.type(1000 * limits.tiny / limits.eps)
    arguments = boxes, order, starts, iou_threshold, (_FEW, _PER_CELL), least_area, kept, table, keep
    parallel_for(_suppress, groups, *arguments, serial=n < _SMALL)
    return keep


@njit(cache=True, nogil=True, error_model="numpy")
def _ask_all(start, stop, boxes, order, starts, limit, kept, keep):  # type: ignore[no-untyped-def]
    """Clear the flag of each box that a better one of its group suppresses, where there are few."""
    x1, y1, x2, y2, area = kept
    for group in range(start, stop):
        base = starts[group] + _LANES * group
        count = base
        for i in range(starts[group], starts[group + 1]):
            k = order[i]
            left, top, right, bottom = boxes[k, 0], boxes[k, 1], boxes[k, 2], boxes[k, 3]
            box = left, top, right, bottom, (right - left) * (bottom - top)
            registers = (count - base + _LANES - 1) // _LANES
            hit = False
            for j in range(uint64(base), uint64(base + registers * _LANES)):
                hit |= _exceeds(box, x1[j], y1[j], x2[j], y2[j], area[j], limit)
            if hit:
                keep[i] = False
            else:
                x1[count], y1[count], x2[count], y2[count], area[count] = box
                count += 1


@njit(cache=True, nogil=True, error_model="numpy")
def _suppress(start, stop, boxes, order, starts, limit, costs, least_area, kept, table, keep):  # type: ignore[no-untyped-def]
    """Clear the flag of each box that a better one of its group suppresses."""
    x1, y1, x2, y2, area = kept
    heads, links = table
    for group in range(start, stop):
        first, end = starts[group], starts[group + 1]
        least, greatest = 1 << 30, -(1 << 30)  # levels that have boxes
        slots = 1
        while slots <= end - first:
            slots *= 2
        share = 2 * first, slots - 1
        base = first + _LANES * group
        count = base
        few = base + costs[0] if limit >= 0 else base + end
        for i in range(first, end):
            k = order[i]
            left, top, right, bottom = boxes[k, 0], boxes[k, 1], boxes[k, 2], boxes[k, 3]
            wide, tall = right - left, bottom - top
            own = wide * tall
            if limit >= 0 and not (wide > 0 and tall > 0 and 0 < own < np.inf):
                continue  # its IoU is 0 or NaN with every box
            side = float(max(wide, tall))
            farthest = max(max(abs(left), abs(right)), max(abs(top), abs(bottom)))
            if not (own >= least_area and side > 1 / _FAR and farthest < _FAR):
                few = base + end  # the table's bounds do not hold: from now on ask all
            box = left, top, right, bottom, own
            answer = -1
            if count > few:
                answer = _ask_near(box, kept, count - base, limit, costs[1], table, share, (least, greatest))
            if answer < 0:
                hit = False
                registers = (count - base + _LANES - 1) // _LANES
                for j in range(uint64(base), uint64(base + registers * _LANES)):
                    hit |= _exceeds(box, x1[j], y1[j], x2[j], y2[j], area[j], limit)
                answer = 1 if hit else 0
            if answer:
                keep[i] = False
                continue
            x1[count], y1[count], x2[count], y2[count], area[count] = left, top, right, bottom, own
            if few < base + end:
                level = math.frexp(side)[1]
                cell = math.ldexp(0.5, level)
                row, column = np.floor(_middle(top, bottom) / cell), np.floor(_middle(left, right) / cell)
                slot = _slot(row, column, level, share)
                links[count], heads[slot] = heads[slot], count
                least, greatest = min(least, level), max(greatest, level)
            count += 1


@njit(cache=True, nogil=True, error_model="numpy")
def _ask_near(box, kept, count, limit, per_cell, table, share, levels):  # type: ignore[no-untyped-def]
    """Return 1 where a kept box near this one suppresses it, 0 where none does, -1 to have all asked."""
    left, top, right, bottom, _ = box
    x1, y1, x2, y2, area = kept
    heads, links = table
    wide, tall = float(right) - float(left), float(bottom) - float(top)
    x, y = _middle(left, right), _middle(top, bottom)
    # All bounds are a little wider than in real numbers, against rounding.
    t = 0.999 * limit if limit >= 0.001 else 0.0
    reach = 1.001 * max(1 - t, (1 - t) / (2 * t))
    around_x, around_y = 1e-15 * (abs(left) + abs(right)), 1e-15 * (abs(top) + abs(bottom))
    least, greatest = levels
    if t > 0:
        side = max(wide, tall)
        least, greatest = max(least, math.frexp(side * t)[1]), min(greatest, math.frexp(side / t)[1])
    for level in range(least, greatest + 1):
        cell = math.ldexp(0.5, level)
        largest = 2 * cell
        far_x = min(reach * min(wide, largest), 0.501 * (wide + largest)) + around_x
        far_y = min(reach * min(tall, largest), 0.501 * (tall + largest)) + around_y
        west, east = np.floor((x - far_x) / cell), np.floor((x + far_x) / cell)
        north, south = np.floor((y - far_y) / cell), np.floor((y + far_y) / cell)
        if not per_cell * (east - west + 1) * (south - north + 1) < count:
            return -1
        for row in range(int(north), int(south) + 1):
            for column in range(int(west), int(east) + 1):
                j = heads[_slot(row, column, level, share)]
                while j >= 0:
                    if _exceeds(box, x1[j], y1[j], x2[j], y2[j], area[j], limit):
                        return 1
                    j = links[j]
    return 0


@njit(cache=True, nogil=True, error_model="numpy")
def _exceeds(box, x1, y1, x2, y2, area, limit):  # type: ignore[no-untyped-def]
    """Say whether the IoU of two boxes exceeds the limit, in the formula's operations and their order."""
    left, top, right, bottom, own = box
    zero = type(area)(0)
    width = max(min(right, x2) - max(left, x1), zero)
    height = max(min(bottom, y2) - max(top, y1), zero)
    intersection = width * height
    union = own + area - intersection
    return (zero if union <= zero else intersection / union) > limit


@njit(cache=True, nogil=True)
def _middle(low, high):  # type: ignore[no-untyped-def]
    return 0.5 * float(low) + 0.5 * float(high)


@njit(cache=True, nogil=True)
def _slot(row, column, level, share):  # type: ignore[no-untyped-def]
    """Return where in a group's share of the table the boxes of a cell are."""
    start, mask = share
    return start + (
        (int(column) + 0x9E3779B1 * int(row) + 0x85EBCA77 * level) & mask
    )  # odd, without a pattern
