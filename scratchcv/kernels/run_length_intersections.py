"""Shared pixels by walking along the changes of two masks at once, masks on all cores.

MEASURED
"""

import numpy as np
from numba import njit

from scratchcv.checks import Array
from scratchcv.kernels.parallel import parallel_for

_SMALL = 20_000  # runs of all pairs below which one thread does it


def run_length_intersections(
    counts1: Array, begin1: Array, counts2: Array, begin2: Array, height: int
) -> Array:
    """Return shared pixels; the twin of `run_length_intersections_numpy` in the room `masks`."""
    shared = np.zeros((len(begin1) - 1, len(begin2) - 1), np.int64)
    changes1, changes2 = _changes(counts1, begin1), _changes(counts2, begin2)
    rows1, rows2 = np.zeros((2, len(shared)), np.int64), np.zeros((2, shared.shape[1]), np.int64)
    _rows(changes1, begin1, height, rows1)
    _rows(changes2, begin2, height, rows2)
    serial = len(changes1) * shared.shape[1] + len(changes2) * len(shared) < _SMALL
    arguments = changes1, begin1, rows1, changes2, begin2, rows2, shared
    parallel_for(_intersect, len(shared), *arguments, serial=serial)
    return shared


def _changes(counts: Array, begin: Array) -> Array:
    """Return where each run ends, counted from the first pixel of its mask."""
    ends = np.cumsum(counts)
    before = np.append(0, ends)[begin[:-1]]
    return np.asarray(ends - np.repeat(before, np.diff(begin)))


@njit(cache=True, nogil=True)
def _rows(changes, begin, height, rows):  # type: ignore[no-untyped-def]
    """Find the first row that each mask has pixels in, and the row after its last."""
    for n in range(begin.size - 1):
        top, bottom = height, 0
        for run in range(begin[n], begin[n + 1] - 1, 2):
            if changes[run] < changes[run + 1]:
                first, last = changes[run], changes[run + 1] - 1
                column = first // height
                if last >= (column + 1) * height:
                    top, bottom = 0, height
                    break
                top = min(top, first - column * height)
                bottom = max(bottom, last - column * height + 1)
        rows[0, n] = top
        rows[1, n] = bottom


@njit(cache=True, nogil=True)
def _intersect(start, stop, changes1, begin1, rows1, changes2, begin2, rows2, shared):  # type: ignore[no-untyped-def]
    for m in range(start, stop):
        # Runs inside a mask are pairs of changes; a last run outside has no partner and is left out.
        first, end = begin1[m], begin1[m + 1] - (begin1[m + 1] - begin1[m]) % 2
        for n in range(begin2.size - 1):
            a, b = first, begin2[n]
            stop_b = begin2[n + 1] - (begin2[n + 1] - b) % 2
            if rows1[0, m] >= rows2[1, n] or rows2[0, n] >= rows1[1, m]:
                continue
            offset_a, offset_b = a, b
            while a < end and changes1[a + 1] <= changes2[b]:
                a += 2
            while a < end and b < stop_b and changes2[b + 1] <= changes1[a]:
                b += 2
            total, here = 0, 0
            while a < end and b < stop_b:
                # Which comes first cannot be predicted, so it is computed and not branched upon.
                next_a, next_b = changes1[a], changes2[b]
                ahead = min(next_a, next_b)
                total += (ahead - here) * ((a - offset_a) & (b - offset_b) & 1)
                here = ahead
                a += next_a <= next_b
                b += next_b <= next_a
            shared[m, n] = total
