"""Which anchors a loss counts, where negatives outnumber positives a thousand to one."""

import math

import numpy as np
from numpy.typing import ArrayLike

from scratchcv.boxes.matching import BACKGROUND, IGNORE
from scratchcv.checks import Array, as_floating, check_array, check_integers


def sample_balanced(
    matches: ArrayLike,
    rng: np.random.Generator,
    *,
    batch_size: int = 256,
    positive_fraction: float = 0.5,
) -> tuple[Array, Array]:
    """Draw positive and negative anchors of one image at random, without repetition.

    At most ``batch_size * positive_fraction`` are positive; negatives fill the batch as far as they go.

    Parameters
    ----------
    matches : array_like of int, shape (A,)
        For each anchor the index of its truth (positive), BACKGROUND (negative), or IGNORE (never drawn).
    rng : numpy.random.Generator
        The source of chance: the same state draws the same anchors.
    batch_size : int, optional
        The number of anchors wanted, 256 for an RPN.
    positive_fraction : float, optional
        The largest share of positives, 0 to 1.

    Returns
    -------
    positive, negative : ndarray of int64
        Indices of anchors in rising order.

    Raises
    ------
    TypeError
        When the matches are no integers.
    ValueError
        For a wrong shape, a negative `batch_size`, or a fraction outside [0, 1].

    Notes
    -----
    The numbers are those of torchvision's ``BalancedPositiveNegativeSampler``: too few positives are replaced
    by negatives, too few negatives by nothing, so a batch may be smaller than wanted.

    References
    ----------
    S. Ren et al., "Faster R-CNN", 2015, section 3.1.3.

    Examples
    --------
    Only one anchor is positive, so three negatives make the batch of four; the ignored one is not drawn:

    >>> positive, negative = sample_balanced([-1, 0, -1, -2, -1], np.random.default_rng(0), batch_size=4)
    >>> positive.tolist(), negative.tolist()
    ([1], [0, 2, 4])
    """
    matches = check_integers("matches", matches, ("A",), None, start=IGNORE)
    if batch_size < 0:
        raise ValueError(f"batch_size must not be negative, got {batch_size}")
    if not 0 <= positive_fraction <= 1:
        raise ValueError(f"positive_fraction must lie between 0 and 1, got {positive_fraction}")
    positive, negative = np.flatnonzero(matches >= 0), np.flatnonzero(matches == BACKGROUND)
    positive_count = min(len(positive), int(batch_size * positive_fraction))
    negative_count = min(len(negative), batch_size - positive_count)
    return (
        np.sort(rng.choice(positive, positive_count, replace=False)),
        np.sort(rng.choice(negative, negative_count, replace=False)),
    )


def hard_negative_mask(background_loss: ArrayLike, positive: ArrayLike, ratio: float = 3.0) -> Array:
    """Pick in each image the negatives whose background loss is largest, `ratio` times as many as positives.

    Parameters
    ----------
    background_loss : array_like of shape (N, A)
        For each image and anchor, the loss of calling it background: -log p(background).
    positive : array_like of bool, shape (N, A)
        The anchors that learn a truth; they are never picked.
    ratio : float, optional
        Negatives to a positive.

    Returns
    -------
    ndarray of bool, shape (N, A)
        Exactly ``min(floor(ratio * P), A - P)`` True values for an image with P positives; among equal losses
        the first anchors. An image without positives has none.

    Raises
    ------
    ValueError
        When the shapes differ, for a negative `ratio`, and for NaN losses.

    Notes
    -----
    torchvision's SSD computes the same ranking. Where negatives run out its mask has positives too, which
    this one never has, and it rounds a fractional count up.

    References
    ----------
    W. Liu et al., "SSD: single shot multibox detector", 2016, section 2.2, "Hard negative mining".

    Examples
    --------
    >>> hard_negative_mask([[0.1, 0.9, 0.4, 0.7]], [[False, True, False, False]], ratio=2).tolist()
    [[False, False, True, True]]
    """
    losses = as_floating(check_array("background_loss", background_loss, ("N", "A")))
    is_positive = check_array("positive", positive, losses.shape).astype(bool, copy=False)
    if not 0 <= ratio < math.inf:
        raise ValueError(f"ratio must be a finite number and not negative, got {ratio}")
    if np.isnan(losses).any():
        image, anchor = np.argwhere(np.isnan(losses))[0]
        raise ValueError(f"background_loss[{image}, {anchor}] is NaN")
    hardest_first = np.lexsort((-losses, is_positive))
    positive_count = is_positive.sum(axis=1)
    wanted = np.minimum(np.floor(ratio * positive_count), losses.shape[1] - positive_count)
    mask = np.zeros(losses.shape, bool)
    np.put_along_axis(mask, hardest_first, np.arange(losses.shape[1]) < wanted[:, None], axis=1)
    return mask
