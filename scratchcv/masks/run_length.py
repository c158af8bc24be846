"""Masks as run lengths (RLE): how many pixels outside, then inside, then outside again, column by column."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.backend import active_form
from scratchcv.checks import Array
from scratchcv.masks.checks import check_masks


@dataclass(frozen=True)
class RunLengths:
    """The masks of an image as run lengths, in COCO's order: columns from left to right, each downwards.

    Attributes
    ----------
    counts : ndarray of int64, shape (R,)
        The run lengths of all masks, one mask after the other. The first of each counts pixels outside, and
        is 0 for a mask that begins inside; the next counts pixels inside, and so on by turns.
    begin : ndarray of int64, shape (N + 1,)
        Where in `counts` each mask begins, and the last one ends.
    size : tuple of int
        (H, W) of the image in pixels.

    Examples
    --------
    >>> runs = encode_masks([[[0, 1, 1], [0, 1, 0]]])
    >>> runs.counts.tolist(), runs.size, runs.areas.tolist()
    ([2, 3, 1], (2, 3), [3])
    """

    counts: Array
    begin: Array
    size: tuple[int, int]

    def __len__(self) -> int:
        return len(self.begin) - 1

    def __getitem__(self, index: int) -> "RunLengths":
        """Return one of the masks alone."""
        counts = self.counts[self.begin[index] : self.begin[index + 1]]
        return RunLengths(counts, np.array([0, len(counts)]), self.size)

    @cached_property
    def areas(self) -> Array:
        """The pixels inside each mask, int64 of shape (N,)."""
        return run_length_areas(self.counts, self.begin)


def run_length_areas(counts: Array, begin: Array) -> Array:
    """Return the pixels inside each mask from its run lengths, `counts` and `begin` as in `RunLengths`.

    Examples
    --------
    >>> run_length_areas(np.array([2, 3, 1, 0, 6]), np.array([0, 3, 5])).tolist()
    [3, 6]
    """
    place = np.arange(len(counts)) - np.repeat(begin[:-1], np.diff(begin))
    inside = np.append(0, np.cumsum(np.where(place % 2, counts, 0)))
    return np.asarray(np.diff(inside[begin]))


def join_run_lengths(parts: Sequence[RunLengths]) -> tuple[Array, Array, Array]:
    """Return the masks of several images one after the other, for images differ in size.

    Parameters
    ----------
    parts : sequence of RunLengths
        N masks in all.

    Returns
    -------
    counts, begin : ndarray of int64, shape (R,) and (N + 1,)
        As in `RunLengths`.
    heights : ndarray of int64, shape (N,)
        Of each mask's image.

    Examples
    --------
    >>> wide, high = encode_masks([[[0, 1, 1]]]), encode_masks([[[1], [0]]])
    >>> [column.tolist() for column in join_run_lengths([wide, high])]
    [[1, 2, 0, 1, 1], [0, 2, 5], [1, 2]]
    """
    none = np.zeros(0, np.int64)
    runs = np.concatenate([none, *(part.begin[1:] - part.begin[:-1] for part in parts)])
    heights = np.repeat([part.size[0] for part in parts], [len(part) for part in parts])
    counts = np.concatenate([none, *(part.counts for part in parts)])
    return counts, np.append(0, np.cumsum(runs)), heights.astype(np.int64)


def encode_masks(masks: ArrayLike) -> RunLengths:
    """Return the run lengths of masks.

    Parameters
    ----------
    masks : array_like of bool, shape (N, H, W)
        The masks of an image.

    Returns
    -------
    RunLengths
        Some hundred numbers for a mask of 300 000 pixels.

    Raises
    ------
    ValueError
        When the shape differs or the masks are no masks.

    References
    ----------
    Lin et al., "Microsoft COCO: Common Objects in Context", ECCV 2014; ``rleEncode`` of ``maskApi.c``.

    Examples
    --------
    >>> encode_masks([[[1, 1], [0, 1]]]).counts.tolist()
    [0, 1, 1, 2]
    """
    checked = np.ascontiguousarray(check_masks("masks", masks))
    counts, begin = active_form(encode_masks_numpy)(checked)
    return RunLengths(counts, begin, checked.shape[1:])


def encode_masks_numpy(masks: Array) -> tuple[Array, Array]:
    """Return run lengths, the gaps between changes, and where those of each mask begin; see `encode_masks`.

    A change is a pixel that differs from the one before it.
    """
    counts = [np.zeros(0, np.int64)]
    for mask in masks:
        pixels = mask.T.ravel()
        changes = np.flatnonzero(np.diff(pixels, prepend=False))
        counts.append(np.diff(changes, prepend=0, append=pixels.size))
    begin = np.cumsum([len(runs) for runs in counts])
    return np.concatenate(counts), begin


def decode_masks(runs: RunLengths) -> Array:
    """Return the masks that `encode_masks` was given, bool of shape (N, H, W).

    Raises
    ------
    ValueError
        When the run lengths of a mask do not add up to the pixels of the image.

    Examples
    --------
    >>> decode_masks(encode_masks([[[1, 1], [0, 1]]])).tolist()
    [[[True, True], [False, True]]]
    """
    H, W = runs.size
    masks = np.zeros((len(runs), H, W), bool)
    for index, (first, end) in enumerate(zip(runs.begin[:-1], runs.begin[1:], strict=True)):
        counts = runs.counts[first:end]
        if counts.min(initial=0) < 0 or counts.sum() != H * W:
            raise ValueError(f"runs[{index}] must add up to {H} x {W} = {H * W} pixels, got {counts.sum()}")
        masks[index] = np.repeat(np.arange(len(counts)) % 2 == 1, counts).reshape(W, H).T
    return masks
