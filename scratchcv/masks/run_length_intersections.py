"""How many pixels masks share, from their run lengths alone."""

from collections.abc import Sequence

import numpy as np

from scratchcv.backend import active_form
from scratchcv.checks import Array
from scratchcv.masks.run_length import RunLengths, join_run_lengths


def run_length_intersections(first: RunLengths, second: RunLengths) -> Array:
    r"""Return the number of pixels that every pair of masks shares.

    .. math:: |A \cap B| = \sum_{[s, e) \in B} F_A(e) - F_A(s)

    where :math:`F_A(x)` counts the pixels of A among the first x of the image, and the sum runs over the runs
    inside B.

    Parameters
    ----------
    first, second : RunLengths
        N and M masks of one image.

    Returns
    -------
    ndarray of int64, shape (N, M)

    Raises
    ------
    ValueError
        When the sizes differ.

    Examples
    --------
    >>> from scratchcv.masks import encode_masks
    >>> left, others = encode_masks([[[1, 1, 0]]]), encode_masks([[[0, 1, 1]], [[1, 1, 1]]])
    >>> run_length_intersections(left, others).tolist()
    [[1, 2]]
    """
    if first.size != second.size:
        raise ValueError(f"masks of one image must have one size, got {first.size} and {second.size}")
    rows, columns = np.indices((len(first), len(second))).reshape(2, -1)
    return paired_run_length_intersections([first], [second], rows, columns).reshape(len(first), len(second))


def paired_run_length_intersections(
    parts1: Sequence[RunLengths], parts2: Sequence[RunLengths], rows1: Array, rows2: Array
) -> Array:
    """Return the number of pixels that the masks of each pair share.

    Parameters
    ----------
    parts1, parts2 : sequence of RunLengths
        N and M masks in all, of any images.
    rows1, rows2 : ndarray of int64, shape (P,)
        Which of the N and which of the M; both of an image of the same size.

    Returns
    -------
    ndarray of int64, shape (P,)

    Examples
    --------
    >>> from scratchcv.masks import encode_masks
    >>> runs = encode_masks([[[1, 1, 0]], [[0, 1, 1]]])
    >>> paired_run_length_intersections([runs], [runs], np.array([0, 0]), np.array([0, 1])).tolist()
    [2, 1]
    """
    form = active_form(paired_run_length_intersections_numpy)
    return form(*join_run_lengths(parts1), *join_run_lengths(parts2), rows1, rows2)


def paired_run_length_intersections_numpy(
    counts1: Array,
    begin1: Array,
    heights1: Array,
    counts2: Array,
    begin2: Array,
    heights2: Array,
    rows1: Array,
    rows2: Array,
) -> Array:
    """Look F of the first mask up where the runs of the second change; see `run_length_intersections`.

    F rises by one a pixel inside and stands still outside, so between two changes it is a straight line.
    """
    shared = np.zeros(len(rows1), np.int64)
    for pair, (row1, row2) in enumerate(zip(rows1, rows2, strict=True)):
        counts = counts1[begin1[row1] : begin1[row1 + 1]]
        changes = np.append(0, np.cumsum(counts))
        inside = np.append(0, np.cumsum(np.where(np.arange(len(counts)) % 2, counts, 0)))
        at = np.interp(np.cumsum(counts2[begin2[row2] : begin2[row2 + 1]]), changes, inside)
        shared[pair] = np.sum(at[1::2] - at[: len(at) // 2 * 2 : 2])
    return shared
