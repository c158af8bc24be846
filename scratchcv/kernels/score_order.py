"""The loop behind `scratchcv.boxes.score_order`: a radix sort, which compares no two scores.

IEEE numbers are ordered as the integers that their bits spell, once negative ones are turned round. Sorted
digit by digit, from the lowest, by counting: each pass keeps the order of the one before among equal digits,
so equal scores stay by index. NumPy's stable sort takes 11 ms for 100 000 float32 scores, this 1 ms.

Where only the best k are wanted, a count of the highest digits tells which scores can be among them, and the
others are not sorted: 1 ms for 1000 of 240 000, where NumPy sorts for 30 ms.
"""

import numpy as np
from numba import njit

from scratchcv.checks import Array


def by_decreasing_score(scores: Array, k: int) -> Array:
    """Return the best k; the twin of `scratchcv.boxes.score_order.by_decreasing_score_numpy`."""
    n = len(scores)
    bits = scores.view(f"u{scores.itemsize}")
    sign = bits.dtype.type(1 << (8 * scores.itemsize - 1))
    digit = 8 if n < 4096 else 11  # bits: counting 2¹¹ digits takes as long as 2¹¹ scores
    keys, indices = np.empty((2, n), bits.dtype), np.empty((2, n), np.int64)
    last = _sort(scores, bits, sign, k, digit, np.empty(2**digit, np.int64), keys, indices)
    return indices[last, :k].copy()


@njit(cache=True, nogil=True)
def _sort(scores, bits, sign, k, digit, counts, keys, indices):  # type: ignore[no-untyped-def]
    """Sort (key, index) back and forth between two rows; return the row in which the sorted ones are."""
    kind, width = bits.dtype.type, 8 * bits.itemsize
    mask = kind(len(counts) - 1)
    for i in range(len(scores)):
        key = bits[i]
        if scores[i] != scores[i]:
            key = kind(0)
        elif key == sign:
            key = kind(sign - kind(1))  # -0, which equals 0
        elif key < sign:
            key = kind(sign - kind(1) - key)
        keys[0, i] = key
    highest = kind(width - digit)
    counts[:] = 0
    for i in range(len(scores)):
        counts[keys[0, i] >> highest] += 1
    limit, least = 0, 0  # digits below the limit are those of at least k scores
    while limit < len(counts) and least < k:
        least += counts[limit]
        limit += 1
    count = 0
    for i in range(len(scores)):
        if keys[0, i] >> highest < limit:
            keys[0, count], indices[0, count] = keys[0, i], i
            count += 1
    row = 0
    for shift in range(0, width, digit):
        counts[:] = 0
        for i in range(count):
            counts[(keys[row, i] >> kind(shift)) & mask] += 1
        total = 0
        for value in range(len(counts)):
            counts[value], total = total, total + counts[value]
        for i in range(count):
            value = (keys[row, i] >> kind(shift)) & mask
            keys[1 - row, counts[value]], indices[1 - row, counts[value]] = keys[row, i], indices[row, i]
            counts[value] += 1
        row = 1 - row
    return row
