"""COCO's curves in one pass over the detections of a class, thresholds and classes on all cores.

The NumPy form makes arrays of every count after every detection, for each limit anew: 1.1 s at the size of
val2017 (300 000 detections, four sizes of objects), against MEASURED here. Only hits are looked at: precision falls
between them and recall rises at them alone, so the envelope and the first point to reach a level are the
same, to the last bit. All limits are served by one pass, for a detection within one is within the larger.
"""

import numpy as np
from numba import njit

from scratchcv.checks import Array
from scratchcv.kernels.parallel import parallel_for

_SMALL = 50_000  # detections times thresholds below which one thread does it
_SMALLEST = np.spacing(1.0)  # COCO's code adds it to avoid 0/0


def coco_curves(
    match: Array,
    ignored: Array,
    outside: Array,
    rows: Array,
    begin: Array,
    rank: Array,
    limits: Array,
    wanted: Array,
    levels: Array,
) -> tuple[Array, Array]:
    """Return precision and recall; the twin of `scratchcv.metrics.coco_curves.coco_curves_numpy`."""
    T, K, M = len(match), len(wanted), len(limits)
    precision = np.full((T, len(levels), K, M), -1.0)
    recall = np.full((T, K, M), -1.0)
    parallel_for(
        _curves,
        T * K,
        match,
        ignored,
        outside[rows],
        rows,
        begin,
        rank[rows],
        limits,
        wanted,
        levels,
        precision,
        recall,
        serial=match.size < _SMALL,
    )
    return precision, recall


@njit(cache=True, nogil=True)
def _curves(  # type: ignore[no-untyped-def]
    start, stop, match, ignored, outside, rows, begin, rank, limits, wanted, levels, precision, recall
):
    K, M = wanted.size, limits.size
    hits, misses = np.empty(M, np.int64), np.empty(M, np.int64)
    for task in range(start, stop):
        t, k = task // K, task % K
        if wanted[k] == 0:
            continue
        at_hit = np.empty((M, begin[k + 1] - begin[k]))
        hits[:] = 0
        misses[:] = 0
        for i in range(begin[k], begin[k + 1]):
            truth = match[t, rows[i]]
            if outside[i] if truth < 0 else ignored[truth]:
                continue
            m = M - 1
            while m >= 0 and rank[i] < limits[m]:
                if truth < 0:
                    misses[m] += 1
                else:
                    hits[m] += 1
                    at_hit[m, hits[m] - 1] = hits[m] / (misses[m] + hits[m] + _SMALLEST)
                m -= 1
        for m in range(M):
            recall[t, k, m] = hits[m] / wanted[k]
            for h in range(hits[m] - 2, -1, -1):
                at_hit[m, h] = max(at_hit[m, h], at_hit[m, h + 1])
            h = 0
            for r in range(levels.size):
                while h < hits[m] and (h + 1) / wanted[k] < levels[r]:
                    h += 1
                precision[t, r, k, m] = at_hit[m, h] if h < hits[m] else 0.0
