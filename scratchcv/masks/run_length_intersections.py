"""How many pixels masks share, from their run lengths alone."""

import numpy as np

from scratchcv.backend import active_form
from scratchcv.checks import Array
from scratchcv.masks.run_length import RunLengths


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
    form = active_form(run_length_intersections_numpy)
    return form(first.counts, first.begin, second.counts, second.begin, first.size[0])


def run_length_intersections_numpy(
    counts1: Array, begin1: Array, counts2: Array, begin2: Array, height: int
) -> Array:
    """Look F of the first mask up where the runs of the second change; see `run_length_intersections`.

    F rises by one a pixel inside and stands still outside, so between two changes it is a straight line.
    """
    shared = np.zeros((len(begin1) - 1, len(begin2) - 1), np.int64)
    for i in range(len(shared)):
        counts = counts1[begin1[i] : begin1[i + 1]]
        changes = np.append(0, np.cumsum(counts))
        inside = np.append(0, np.cumsum(np.where(np.arange(len(counts)) % 2, counts, 0)))
        for j in range(shared.shape[1]):
            ends = np.cumsum(counts2[begin2[j] : begin2[j + 1]])
            at = np.interp(ends, changes, inside)
            shared[i, j] = np.sum(at[1::2] - at[: len(at) // 2 * 2 : 2])
    return shared
